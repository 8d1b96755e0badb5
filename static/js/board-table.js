// The table at the keyboard: Enter or a press opens a cell, Enter saves and goes down, Tab saves and opens the next, Esc
// gives it back, Ctrl+Z takes the last one back; a block pasted onto a cell opens the preview with its place filled in.
(() => {
  const { $ } = window.sf;
  const sf = window.sf;
  document.addEventListener('paste', async (event) => {
    const cell = document.activeElement.closest('.table-page .cell');
    const text = event.clipboardData && event.clipboardData.getData('text/plain');
    if (!cell || !text || cell.matches('.editing') || !$('[data-paste]')) return;
    event.preventDefault();
    const [, deal, first] = /^cell-(\d+)-(.+)$/.exec(cell.id);
    await sf.open('dialog', $('[data-paste]').getAttribute('href'), cell.querySelector('a'));
    const form = $('#paste-form');
    if (!form) return;
    form.elements.text.value = text;
    form.elements.start.value = deal;
    form.elements.first.value = first;
    sf.submit(form);
  });
  const links = () => sf.$$('.table-page .cell > .cell-in').filter((link) => link.offsetParent);
  let then = null; // where the hand goes when this cell is drawn again
  document.addEventListener('htmx:afterSwap', ({ target }) => {
    if (!target.matches || !target.matches('.table-page .cell')) return;
    if (target.matches('.editing')) {
      const field = $('select, textarea, input:not([type=hidden])', target);
      field.focus();
      if (field.select) field.select();
      then = null; // opened, or refused: it stays open with what is wrong
      return;
    }
    if (!then || then.id !== target.id) return;
    const { id, along, down } = then;
    then = null;
    setTimeout(() => { // after what else came with it
      const all = links();
      const at = all.findIndex((link) => link.parentElement.id === id);
      const same = id.replace(/^cell-\d+/, '');
      const place = down ? all.findIndex((link, index) => index > at && link.parentElement.id.endsWith(same)) : at + along;
      const link = all[place] || all[at];
      if (!link) return;
      link.focus();
      if (along && link !== all[at]) link.click();
    }, 60);
  });
  document.addEventListener('keydown', (event) => {
    const form = event.target.closest && event.target.closest('.table-page .cell.editing');
    if (!form || sf.composing(event)) return;
    if (event.key === 'Tab') {
      event.preventDefault();
      if (!form.reportValidity()) return;
      then = { id: form.id, along: event.shiftKey ? -1 : 1 };
      sf.submit(form);
    } else {
      then = { id: form.id, along: 0, down: event.key === 'Enter' && !event.target.matches('button, a, textarea') };
    }
  }, true);
  sf.on('click', '.table-page .cell.editing :is(button, a)', (event, button) => {
    if (event.detail) then = { id: button.closest('.cell').id, along: 0 }; // a press; by Enter it is no press
  });
  sf.onKey((event, isTyping) => {
    const form = document.activeElement.closest('.cell.editing');
    if (event.key === 'Escape' && form) {
      $('a[hx-get]', form).click();
      return true;
    }
    const undo = event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey) && !isTyping && $('#toast form');
    if (undo) sf.submit(undo);
    return !!undo;
  });
})();
