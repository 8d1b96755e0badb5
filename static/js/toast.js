// One toast at a time, 10 seconds, longer while it is pointed at or has focus.
let timer;
const holder = () => document.getElementById('toast');
const start = () => {
  clearTimeout(timer);
  timer = setTimeout(() => holder().replaceChildren(), 10000);
};
sf.ready(() => {
  const place = holder();
  if (place.firstElementChild) start();
  new MutationObserver(() => place.firstElementChild && start()).observe(place, { childList: true });
  ['mouseenter', 'focusin'].forEach((type) => place.addEventListener(type, () => clearTimeout(timer)));
  ['mouseleave', 'focusout'].forEach((type) => place.addEventListener(type, start));
});
sf.on('click', '[data-toast-close]', () => holder().replaceChildren());
