// Ctrl K: one field, results by the server, arrows and Enter.
const dialog = () => document.getElementById('palette');
const field = () => sf.$('input', dialog());
const options = () => sf.$$('[role=option]', dialog());
let timer;
let opener;
let fresh = false; // the lines are those of what is typed
let entered = false; // Enter was pressed before they came
let before = null; // the results while the actions of one of them are shown

const choose = (option) => {
  options().forEach((other) => other.setAttribute('aria-selected', String(other === option)));
  if (!option) return field().removeAttribute('aria-activedescendant');
  option.id = option.id || 'pick-' + options().indexOf(option);
  field().setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
};
const list = () => document.getElementById('palette-results');
const wrong = () => document.getElementById('palette-failed');
const search = () => {
  clearTimeout(timer);
  before = null;
  const url = sf.$('form', dialog()).getAttribute('action') + '?q=' + encodeURIComponent(field().value);
  sf.get(url, '#palette-results');
};
// → on a line: what can be done with it; ← back to the lines, with the same one chosen.
const actions = (option, at) => {
  clearTimeout(timer);
  before = { at, lines: [...list().childNodes] };
  sf.get(sf.$('form', dialog()).getAttribute('action') + '?about=' + option.dataset.about, '#palette-results');
};
// Not by the request's promise: of one that waits for another, htmx says at once that it is done.
document.addEventListener('htmx:afterSwap', ({ detail }) => {
  if (!list() || detail.target !== list()) return;
  const asked = new URL(detail.xhr.responseURL).searchParams.get('q');
  fresh = asked === null || asked === field().value;
  wrong().replaceChildren();
  choose(options()[0]);
  if (entered && fresh && options()[0]) options()[0].click();
  sf.say(sf.words('Results').replace('{n}', options().length));
});
// Without an answer the lines there were stay, and none of them is chosen: Enter asks again.
const failed = (event) => {
  if (!list() || event.detail.target !== list()) return;
  if (event.type === 'htmx:beforeSwap') {
    if (event.detail.xhr.status < 400) return;
    event.detail.shouldSwap = false;
  }
  fresh = entered = false;
  choose();
  sf.failed(wrong(), sf.words('Unfound'), () => {
    field().focus();
    search();
  });
};
['beforeSwap', 'sendError', 'timeout'].forEach((name) => document.addEventListener('htmx:' + name, failed));
const back = () => {
  list().replaceChildren(...before.lines);
  const { at } = before;
  before = null;
  choose(options()[at]);
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
  clearTimeout(timer);
  fresh = entered = false;
  if (!event.isComposing) timer = setTimeout(search, 200);
});
// The word an input method has put in comes with no further `input`.
sf.on('compositionend', '#palette input', () => { timer = setTimeout(search, 200); });
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
  const end = event.target === field() && field().selectionStart === field().value.length;
  if (event.key === 'ArrowRight' && end && !before && at >= 0 && all[at].dataset.about) {
    actions(all[at], at);
    return true;
  }
  if (event.key === 'ArrowLeft' && before) {
    back();
    return true;
  }
  if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.target !== field()) return false;
  if (fresh && all[at]) all[at].click();
  else {
    entered = true;
    search();
  }
  return true;
});
sf.ready(() => dialog() && dialog().addEventListener('close', () => {
  if (opener && opener.isConnected && document.activeElement === document.body) opener.focus();
}));
