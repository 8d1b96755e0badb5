// The table: a block pasted onto a cell opens the preview with its place filled in; Esc gives a cell back.
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
  sf.onKey((event) => {
    const form = document.activeElement.closest('.cell.editing');
    if (event.key !== 'Escape' || !form) return false;
    $('a[hx-get]', form).click();
    return true;
  });
})();
