// The one keydown listener. Input methods are guarded here, so no other module needs to think of them.
const handlers = [];
let endedAt = 0;
document.addEventListener('compositionend', () => { endedAt = performance.now(); }, true);

sf.composing = (event) => event.isComposing || event.keyCode === 229;

// run(event, typing) returns true when it has dealt with the key. Later modules are asked first.
sf.onKey = (run) => handlers.unshift(run);

const typing = (element) => element && (element.isContentEditable || element.matches('textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit])'));

document.addEventListener('keydown', (event) => {
  const ended = event.key === 'Enter' && performance.now() - endedAt < 30;
  if (ended) event.preventDefault();
  if (ended || sf.composing(event)) return event.stopImmediatePropagation();
  for (const run of handlers) {
    if (run(event, typing(event.target))) {
      event.preventDefault();
      if (event.key.length === 1) document.body.classList.add('keys-used');
      return;
    }
  }
}, true);

const command = (event) => event.ctrlKey || event.metaKey;

// Single letters work only when no field has focus and the person has not switched them off.
sf.letter = (event, isTyping) => !isTyping && !command(event) && !event.altKey && document.body.dataset.keys !== 'off'
  && event.key.length === 1 && !sf.$('dialog[open]');

const places = { t: '/today', p: '/pipeline', c: '/customers', r: '/requests', v: '/reviews', m: '/team', s: '/setup' };
let going = 0;

sf.onKey((event, isTyping) => {
  if (!sf.letter(event, isTyping)) return false;
  const key = event.key.toLowerCase();
  if (Date.now() - going < 1500 && places[key]) {
    going = 0;
    const link = sf.$(`.nav a[href^="${places[key]}"]`);
    if (link) link.click();
    return true;
  }
  if (key === 'g') { going = Date.now(); return true; }
  if (event.key === '?') { sf.showSheet(); return true; }
  if (event.key === '/') {
    const field = sf.$('main [data-find]');
    if (field) field.focus(); else sf.palette();
    return true;
  }
  // Any button or link may name its key: in the focused row first, then on the page.
  const row = document.activeElement.closest('[data-row]');
  const wanted = `[data-key~="${CSS.escape(key)}"]`;
  const button = (row && sf.$(wanted, row)) || sf.$$(wanted).find((e) => !e.closest('[data-row]'));
  if (!button || event.shiftKey) return false;
  if (button.matches('input, select')) button.focus(); else button.click();
  return true;
});

// Ctrl or ⌘ with Enter saves the form that has focus; with Shift as well, its second way of saving.
sf.onKey((event) => {
  if (event.key !== 'Enter' || !command(event)) return false;
  const form = event.target.form || event.target.closest('form');
  if (!form) return false;
  const named = (what) => sf.$(`${what}[form="${form.id}"]`) || sf.$(what, form);
  sf.submit(form, event.shiftKey ? named('[data-again]') : named('.btn-primary'));
  return true;
});

sf.onKey((event) => {
  if (!command(event) || event.key.toLowerCase() !== 'k') return false;
  sf.palette();
  return true;
});

sf.on('click', '[data-keys-sheet]', () => sf.showSheet());
sf.showSheet = () => {
  const sheet = document.getElementById('keys-sheet');
  if (sheet) document.getElementById('dialog').replaceChildren(sheet.content.cloneNode(true));
};
