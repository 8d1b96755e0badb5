// Cells of the customer list: Enter, F2, E or a click opens one, Enter saves, Tab saves and opens the next, Esc gives it back.
(() => {
  const { sf } = window;
  let before = null; // the cell that is open and what it held
  let then = null; // what is opened after the row is drawn again
  const cells = (row) => sf.$$('[data-cell]', row).filter((link) => link.offsetParent);

  document.addEventListener('htmx:beforeSwap', ({ detail }) => {
    const link = detail.requestConfig && detail.requestConfig.elt;
    if (!link || !link.matches('[data-cell]')) return;
    giveBack();
    const cell = link.closest('td');
    before = { cell, html: cell.innerHTML, at: cells(cell.closest('tr')).indexOf(link) };
  });
  document.addEventListener('htmx:afterSwap', ({ detail }) => {
    const field = sf.$('[data-cell-form] :is(select, textarea, input:not([type=hidden]))', detail.target);
    if (field) field.focus();
  });
  function giveBack() {
    if (!before || !before.cell.isConnected) return;
    const { cell, html } = before;
    before = null;
    cell.innerHTML = html;
    htmx.process(cell);
    sf.$('[data-cell]', cell).focus();
  }
  sf.on('click', '[data-cell-cancel]', giveBack);
  document.addEventListener('keydown', (event) => {
    const form = event.target.closest && event.target.closest('[data-cell-form]');
    if (!form || sf.composing(event)) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      giveBack();
    } else if ((event.key === 'Enter' && !event.target.matches('button, textarea')) || event.key === 'Tab') {
      event.preventDefault();
      if (!form.reportValidity()) return;
      then = { row: form.closest('tr').id, at: before ? before.at : 0, open: event.key === 'Tab' ? (event.shiftKey ? -1 : 1) : 0 };
      sf.submit(form);
    }
  }, true);
  // The row comes back out of band: the focus returns to the cell, or the next one opens, after the row had it.
  document.addEventListener('htmx:afterSettle', ({ detail }) => {
    if (detail.xhr.status >= 400) then = null; // the cell stays open, with what is wrong
    const row = then && document.getElementById(then.row);
    if (!row) return;
    const { at, open } = then;
    then = before = null;
    setTimeout(() => {
      const links = cells(row);
      const link = links[Math.min(Math.max(at + open, 0), links.length - 1)];
      if (!link) return;
      link.focus();
      if (open && links[at + open]) link.click();
    }, 60);
  });
  sf.onKey((event, isTyping) => {
    const here = document.activeElement;
    if ((event.key === 'F2' && !isTyping) || (event.key === 'e' && sf.letter(event, isTyping))) {
      const link = here.closest('[data-cell]') || (here.closest('[data-row]') && cells(here.closest('[data-row]'))[0]);
      if (link) link.click();
      return !!link;
    }
    if (event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey) && !isTyping && sf.$('[data-cell]')) {
      const undo = sf.$('#toast form');
      if (undo) sf.submit(undo);
      return !!undo;
    }
    return false;
  });
})();
