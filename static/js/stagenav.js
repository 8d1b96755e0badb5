// The phone's stage tabs: the one whose column is seen is current; a tap swipes there without leaving the list's head.
(() => {
  const { $, $$ } = window.sf;
  const current = (id) => $$('.stage-nav a').forEach((tab) => {
    if (tab.getAttribute('href') === '#' + id) tab.setAttribute('aria-current', 'true');
    else tab.removeAttribute('aria-current');
  });
  let watcher;
  const watch = () => {
    const board = $('.board');
    if (!board || !window.IntersectionObserver) return;
    if (watcher) watcher.disconnect();
    watcher = new IntersectionObserver((seen) => {
      seen.forEach((entry) => { if (entry.isIntersecting && window.sf.phone()) current(entry.target.id); });
    }, { root: board, threshold: 0.6 });
    $$(':scope > .col', board).forEach((column) => watcher.observe(column));
  };
  window.sf.on('click', '.stage-nav a', (event, tab) => {
    const column = $(tab.getAttribute('href'));
    if (!column) return;
    event.preventDefault();
    $('.board').scrollTo({ left: column.offsetLeft - $('.board').offsetLeft });
    window.scrollTo(0, 0);
    current(column.id);
  });
  window.sf.ready(watch);
  document.addEventListener('htmx:load', ({ detail }) => { if (detail.elt.querySelector && ($('.board', detail.elt) || detail.elt.matches('.board'))) watch(); });
})();
