// Several rows at once without a keyboard: a long touch, or "Select", shows the boxes; while they show, a touch chooses.
(() => {
  const { sf } = window;
  const { $, $$ } = sf;
  const { body } = document;
  const pickOf = (target) => {
    const row = target.closest && target.closest('[data-list] [data-row]');
    return row && $('.pick', row);
  };
  const offer = () => $$('[data-choose]').forEach((button) => { button.hidden = !$('[data-list] .pick'); });
  const choosing = (on) => {
    body.classList.toggle('choosing', on);
    $$('[data-choose]').forEach((button) => button.setAttribute('aria-pressed', on));
  };
  const clear = () => $$('[data-list]').forEach((list) => {
    $$('.pick', list).forEach((pick) => { pick.checked = false; });
    sf.counted(list);
  });

  let waits;
  let taken = false; // this touch has chosen: lifting the finger opens nothing
  document.addEventListener('touchstart', (event) => {
    clearTimeout(waits);
    taken = false;
    const pick = sf.phone() && !body.classList.contains('choosing') && event.touches.length === 1 && pickOf(event.target);
    if (!pick) return;
    waits = setTimeout(() => {
      taken = true;
      choosing(true);
      if (!pick.checked) pick.click();
      sf.say($('#selbar [data-selected]').textContent);
    }, 550);
  }, { passive: true });
  ['touchmove', 'touchcancel'].forEach((name) => document.addEventListener(name, () => clearTimeout(waits), { passive: true }));
  document.addEventListener('touchend', (event) => {
    clearTimeout(waits);
    if (taken) event.preventDefault();
  }, { passive: false });
  document.addEventListener('contextmenu', (event) => { // the menu of a link, which a long touch would open as well
    if (sf.phone() && pickOf(event.target) && (taken || waits)) event.preventDefault();
  });

  // Before the links and cells of the row hear of it.
  document.addEventListener('click', (event) => {
    const pick = body.classList.contains('choosing') && sf.phone() && pickOf(event.target);
    if (!pick || event.target.closest('.tick')) return;
    event.preventDefault();
    event.stopPropagation();
    pick.click();
  }, true);
  sf.on('change', '.pick', () => { if (!$('.pick:checked')) choosing(false); });
  sf.on('click', '[data-choose]', () => {
    const on = !body.classList.contains('choosing');
    if (!on) clear();
    choosing(on);
  });
  sf.on('click', '[data-unselect]', () => {
    clear();
    choosing(false);
  });
  // Another page of the list came, or rows that were dealt with: what was chosen is no longer chosen.
  document.addEventListener('htmx:afterSettle', ({ detail }) => {
    const list = $('[data-list]');
    if (list && detail.elt.closest('[data-list], #requests')) sf.counted(list);
    offer();
    choosing(body.classList.contains('choosing'));
  });
  sf.ready(offer);

  // Copy the selected rows as Excel takes them: cells by tabs, rows by lines. What Excel would run stays text.
  const plainly = (text) => (/^[=+\-@]./.test(text) ? `'${text}` : text);
  sf.on('click', '[data-copy-rows]', () => {
    const chosen = $$('[data-list] [data-row].on');
    const cells = (row) => $$('td, th', row).filter((cell) => !cell.matches('.tick, .row-do'));
    sf.copy(chosen.map((row) => cells(row).map((cell) => plainly((cell.dataset.value || cell.innerText).replace(/\s+/g, ' ').trim())).join('\t')).join('\n'));
  });
})();
