// <details class="menu"> closes by an outside click or by choosing.
document.addEventListener('click', (event) => {
  sf.$$('details.menu[open]').forEach((menu) => {
    const chosen = event.target.closest('.menu-box a, .menu-box button[type=submit], .menu-box button:not([type])');
    if (!menu.contains(event.target) || (chosen && menu.contains(chosen))) setTimeout(() => { menu.open = false; });
  });
});
// Another opening closes the first (toggle does not bubble).
document.addEventListener('toggle', (event) => {
  if (!event.target.matches || !event.target.matches('details.menu[open]')) return;
  sf.$$('details.menu[open]').forEach((menu) => { if (menu !== event.target && !menu.contains(event.target)) menu.open = false; });
}, true);
sf.on('click', '[data-projector]', () => {
  const root = document.documentElement;
  if (root.dataset.view) delete root.dataset.view; else root.dataset.view = 'projector';
});
// A bar that is wider than the phone shows the place one is at.
sf.ready(() => sf.$$('.side [aria-current], .tl-bar [aria-current]').forEach((here) => {
  const bar = here.parentElement;
  bar.scrollLeft = here.offsetLeft - bar.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;
}));
