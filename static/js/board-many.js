// Several deals at once, on board and table: X, Shift with a press, or a long touch chooses; the bar below says what to do.
(() => {
  const { $, $$ } = window.sf;
  const sf = window.sf;
  const cards = () => $$('.board .card.picked').filter((card) => card.id.startsWith('card-') || !$(`.board [id="card-${card.dataset.deal}"].picked`));
  sf.picked = () => (sf.$('.board') ? cards().map((card) => card.dataset.deal) : $$('.pick:checked').map((pick) => pick.value));

  const count = () => {
    const bar = $('#selbar');
    if (!bar || !$('.board')) return;
    const n = sf.picked().length;
    bar.hidden = !n;
    $$('[data-selected]', bar).forEach((place) => { place.textContent = sf.words('Selected').replace('{n}', n); });
    document.body.classList.toggle('picking', n > 0);
  };
  const pick = (card) => {
    const on = !card.classList.contains('picked');
    $$(`.board .card[data-deal="${card.dataset.deal}"]`).forEach((same) => {
      same.classList.toggle('picked', on);
      same.setAttribute('aria-selected', on);
    });
    count();
  };

  sf.onKey((event, isTyping) => {
    const card = document.activeElement.closest('.board .card');
    if (!card || document.activeElement !== card || !sf.letter(event, isTyping) || event.key.toLowerCase() !== 'x') return false;
    pick(card);
    return true;
  });
  // Before the board's own listeners: while something is chosen, a press chooses more.
  document.addEventListener('click', (event) => {
    const card = event.target.closest('.board .card');
    if (!card || event.ctrlKey || event.metaKey || event.target.closest('.card-do, .strip a')) return;
    if (!event.shiftKey && !document.body.classList.contains('picking')) return;
    event.preventDefault();
    event.stopPropagation();
    pick(card);
  }, true);
  let held;
  document.addEventListener('touchstart', (event) => {
    const card = event.target.closest('.board .card');
    clearTimeout(held);
    if (card && !document.body.classList.contains('picking')) held = setTimeout(() => pick(card), 550);
  }, { passive: true });
  ['touchend', 'touchmove', 'touchcancel'].forEach((name) => document.addEventListener(name, () => clearTimeout(held), { passive: true }));

  sf.on('click', '[data-unselect]', () => {
    $$('.board .card.picked').forEach((card) => card.classList.remove('picked'));
    count();
  });
  sf.on('click', '[data-many]', (event, button) => {
    event.preventDefault();
    const ids = sf.picked().map((id) => `&ids=${id}`).join('');
    if (ids) sf.open('dialog', `/deals/many?do=${button.dataset.many}${ids}`, button);
  });
  document.addEventListener('htmx:afterSettle', count);
})();
