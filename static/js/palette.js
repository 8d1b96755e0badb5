// Ctrl K: one field, results by the server, arrows and Enter.
const dialog = () => document.getElementById('palette');
const field = () => sf.$('input', dialog());
const options = () => sf.$$('[role=option]', dialog());
let timer;
let opener;

const choose = (option) => {
  options().forEach((other) => other.setAttribute('aria-selected', String(other === option)));
  if (!option) return field().removeAttribute('aria-activedescendant');
  option.id = option.id || 'pick-' + options().indexOf(option);
  field().setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
};
const search = () => {
  const url = sf.$('form', dialog()).getAttribute('action') + '?q=' + encodeURIComponent(field().value);
  sf.get(url, '#palette-results').then(() => {
    choose(options()[0]);
    sf.say(sf.words('Results').replace('{n}', options().length));
  });
};
sf.palette = () => {
  if (!dialog() || dialog().open) return;
  opener = document.activeElement;
  field().value = '';
  dialog().showModal();
  field().focus();
  search();
};
sf.on('click', '[data-palette]', (event) => {
  if (event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  sf.palette();
});
sf.on('input', '#palette input', (event) => {
  if (event.isComposing) return;
  clearTimeout(timer);
  timer = setTimeout(search, 200);
});
sf.on('submit', '#palette form', (event) => event.preventDefault());
sf.on('click', '#palette [role=option]', () => setTimeout(() => dialog().close()));
sf.onKey((event) => {
  if (!dialog() || !dialog().open) return false;
  const all = options();
  const at = all.findIndex((option) => option.getAttribute('aria-selected') === 'true');
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    choose(all[(at + (event.key === 'ArrowDown' ? 1 : all.length - 1) + all.length) % all.length]);
    return true;
  }
  if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.target !== field()) return false;
  if (all[at]) all[at].click(); else search();
  return true;
});
sf.ready(() => dialog() && dialog().addEventListener('close', () => {
  if (opener && opener.isConnected && document.activeElement === document.body) opener.focus();
}));
