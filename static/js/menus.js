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
// Projector: bigger and always light, on board and table, until it is put out again or the tab is closed.
const projector = (on) => {
  const root = document.documentElement;
  if (on && root.dataset.view !== 'projector') Object.assign(root.dataset, { themeBefore: root.dataset.theme, theme: 'light', view: 'projector' });
  else if (!on && root.dataset.themeBefore) { root.dataset.theme = root.dataset.themeBefore; delete root.dataset.themeBefore; delete root.dataset.view; }
  sf.$$('[data-projector]').forEach((button) => { button.hidden = false; button.setAttribute('aria-pressed', String(!!on)); });
};
const projected = () => { try { return sessionStorage.getItem('projector') === '1'; } catch { return document.documentElement.dataset.view === 'projector'; } };
const projectorSoon = () => sf.$('[data-projector]') && projector(projected());
sf.on('click', '[data-projector]', () => {
  const on = !projected();
  try { sessionStorage.setItem('projector', on ? '1' : '0'); } catch { /* for this page alone */ }
  projector(on);
});
sf.ready(projectorSoon);
document.addEventListener('htmx:afterSettle', projectorSoon);
// A bar that is wider than the phone shows the place one is at.
sf.ready(() => sf.$$('.side [aria-current], .tl-bar [aria-current]').forEach((here) => {
  const bar = here.parentElement;
  bar.scrollLeft = here.offsetLeft - bar.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;
}));
