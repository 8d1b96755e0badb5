// The order of the stages: dragged, or Alt with an arrow on the chosen row. Nothing is sent before Save.
(() => {
  const { $, $$ } = window.sf;
  const rows = () => $$('[data-order] > [data-stage]');
  let first = [];

  const shown = () => {
    const form = $('#order-form');
    const now = rows().map((row) => row.dataset.stage);
    $('[data-order-ids]', form).replaceChildren(...now.map((pk) => Object.assign(document.createElement('input'), { type: 'hidden', name: 'stage', value: pk })));
    $('[data-order-words]', form).textContent = rows().map((row) => row.dataset.name).join(' → ');
    form.hidden = now.join() === first.join();
  };

  const wire = () => {
    const list = $('[data-order]');
    if (!list || list.wired) return;
    list.wired = true;
    first = rows().map((row) => row.dataset.stage);
    if (!window.Sortable || !matchMedia('(pointer: fine)').matches) return;
    window.Sortable.create(list, {
      draggable: '[data-stage]', handle: '.grip', animation: 0, ghostClass: 'slot',
      onMove: ({ dragged, related }) => dragged.dataset.kind === related.dataset.kind, // open, won, after, lost stays
      onEnd: () => { // an empty style left behind would be copied by the next swap, which the content policy forbids
        rows().forEach((row) => row.removeAttribute('style'));
        shown();
      },
    });
  };

  document.addEventListener('keydown', (event) => {
    const row = document.activeElement.closest('[data-order] > [data-stage]');
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!row || !step || !event.altKey) return;
    event.preventDefault();
    const other = rows()[rows().indexOf(row) + step];
    if (!other || other.dataset.kind !== row.dataset.kind) return;
    other[step < 0 ? 'before' : 'after'](row);
    row.focus();
    shown();
    window.sf.say(`${row.dataset.name}: ${rows().indexOf(row) + 1}/${rows().length}`);
  });
  document.addEventListener('htmx:afterSettle', wire);
  window.sf.ready(wire);
})();
