// Lists: [data-list] holds [data-row]; J/K or arrows move, Enter opens, X selects, Shift+X a range, . the row's menu.
let lastPicked = null;
const rows = () => sf.$$('[data-list] [data-row]').filter((row) => row.offsetParent);
const focus = (row) => {
  row.tabIndex = -1;
  row.focus();
  row.scrollIntoView({ block: 'nearest' });
};
const tick = (row) => sf.$('.pick', row);

sf.onKey((event, isTyping) => {
  const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const current = document.activeElement.closest('[data-row]');
  if (isTyping || sf.$('dialog[open]') || event.ctrlKey || event.metaKey) return false;
  const letter = sf.letter(event, isTyping) ? event.key.toLowerCase() : '';
  const step = arrow && current ? arrow : { j: 1, k: -1 }[letter];
  const all = rows();
  if (!all.length) return false;
  if (step) {
    const at = all.indexOf(current);
    const next = all[at < 0 ? 0 : at + step];
    if (next) focus(next);
    return true;
  }
  if (!current || document.activeElement !== current) return false;
  if (event.key === 'Enter') {
    const link = sf.$('[data-open]', current) || sf.$('a[href]', current);
    if (link) link.click();
    return !!link;
  }
  if (letter === 'x' && tick(current)) {
    const box = tick(current);
    if (event.shiftKey && lastPicked) {
      const [from, to] = [all.indexOf(lastPicked), all.indexOf(current)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((row) => { if (tick(row)) tick(row).checked = true; });
    } else box.checked = !box.checked;
    lastPicked = current;
    count(current.closest('[data-list]'));
    return true;
  }
  if (letter === '.') {
    const menu = sf.$('details.menu > summary', current);
    if (menu) menu.click();
    return !!menu;
  }
  return false;
});

const count = sf.counted = (list) => {
  const picks = sf.$$('.pick', list);
  const chosen = picks.filter((pick) => pick.checked);
  picks.forEach((pick) => pick.closest('[data-row]').classList.toggle('on', pick.checked));
  const bar = document.getElementById('selbar');
  if (bar) {
    bar.hidden = !chosen.length;
    sf.$$('[data-selected]', bar).forEach((place) => { place.textContent = sf.words('Selected').replace('{n}', chosen.length); });
  }
  const all = sf.$('[data-all]', list);
  if (all) {
    all.checked = chosen.length > 0 && chosen.length === picks.length;
    all.indeterminate = chosen.length > 0 && chosen.length < picks.length;
  }
};
sf.on('change', '.pick', (event, pick) => {
  lastPicked = pick.closest('[data-row]');
  count(pick.closest('[data-list]'));
});
sf.on('change', '[data-all]', (event, all) => {
  const list = all.closest('[data-list]');
  sf.$$('.pick', list).forEach((pick) => { pick.checked = all.checked; });
  count(list);
});
