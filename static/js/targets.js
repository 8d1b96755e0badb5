// The sheet of targets: arrow keys and Enter go from cell to cell, a block from Excel fills the cells from here on.
(() => {
  const { $$, on } = window.sf;
  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [1, 0] };
  const rows = (cell) => $$('tbody tr', cell.closest('table'));
  const at = (cell, down, right) => {
    const row = cell.closest('tr');
    const all = rows(cell);
    const next = all[all.indexOf(row) + down];
    const place = [...row.children].indexOf(cell.closest('td')) + right;
    return next && next.children[place] && next.children[place].querySelector('[data-aim]');
  };
  const mark = (cell) => cell.classList.toggle('changed', cell.value !== cell.defaultValue);

  on('keydown', '[data-aim]', (event, cell) => {
    if (event.isComposing || event.keyCode === 229 || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = STEPS[event.key];
    if (!step) return;
    const inside = cell.selectionStart !== cell.selectionEnd ? false :
      event.key === 'ArrowLeft' ? cell.selectionStart > 0 : event.key === 'ArrowRight' && cell.selectionEnd < cell.value.length;
    if (inside) return;
    event.preventDefault();
    const next = at(cell, event.key === 'Enter' && event.shiftKey ? -1 : step[0], step[1]);
    if (next) { next.focus(); next.select(); }
  });
  on('input', '[data-aim]', (event, cell) => mark(cell));
  on('paste', '[data-aim]', (event, cell) => {
    const text = event.clipboardData.getData('text/plain').replace(/\r/g, '').replace(/\n+$/, '');
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    text.split('\n').forEach((line, down) => line.split('\t').forEach((value, right) => {
      const place = at(cell, down, right);
      if (place) { place.value = value.trim(); mark(place); }
    }));
  });
})();
