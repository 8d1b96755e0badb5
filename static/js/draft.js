// The text of an unsaved follow-up stays on this device for 7 days, under the person and the customer. Nothing else.
const WEEK = 7 * 864e5;
const key = (form) => `draft:${document.body.dataset.user}:${form.dataset.draft}`;
const read = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
const clear = (name) => { try { localStorage.removeItem(name); } catch { /* no storage, no draft */ } };
const mine = () => { try { return Object.keys(localStorage).filter((name) => name.startsWith('draft:')); } catch { return []; } };
const text = (form) => sf.$('[data-draft-text]', form) || sf.$('textarea', form);
const note = (form, on) => sf.$$('[data-draft-note]', form).forEach((place) => { place.hidden = !on; });

// A text that was kept carries its own time: "just now" was said when it was typed, not when it is sent.
const own = (form, { at, pressed }) => {
  const set = (name, value) => sf.$$(name, form).forEach((field) => { field.value = value; });
  set('[data-kept-at]', at ? new Date(pressed || at).toISOString() : '');
  set('[data-kept-offline]', pressed ? '1' : '');
};

let timer;
sf.on('input', 'form[data-draft]', (event, form) => {
  if (event.target !== text(form)) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    try {
      if (event.target.value.trim().length <= (form.dataset.draftLeast || 0)) return clear(key(form));
      if (!event.isTrusted) return note(form, true); // put back by us: it keeps its own time
      const at = Date.parse((sf.$('[data-kept-at]', form) || {}).value) || undefined;
      localStorage.setItem(key(form), JSON.stringify({ text: event.target.value, at: at || Date.now() }));
      own(form, { at }); // changed after it was pressed: no longer the text of that press
      note(form, true);
    } catch { /* no storage, no draft */ }
  }, 250);
});

const restore = (root) => sf.$$('form[data-draft]', root).forEach((form) => {
  const kept = read(key(form));
  const field = text(form);
  if (!kept || !field || field.value) return;
  field.value = kept.text;
  own(form, kept);
  note(form, true);
  field.dispatchEvent(new Event('input', { bubbles: true }));
});
document.addEventListener('htmx:load', ({ detail }) => restore(detail.elt.parentElement || detail.elt));
sf.ready(() => {
  mine().forEach((name) => { if (!(Date.now() - (read(name) || {}).at < WEEK)) clear(name); });
  restore(document);
});

// Saved, or signed out: it is gone.
document.addEventListener('htmx:afterRequest', ({ detail }) => {
  const form = detail.requestConfig.elt.closest('form[data-draft]'); // by now it may be out of the page
  if (!form || !detail.successful || detail.requestConfig.verb === 'get') return;
  clearTimeout(timer);
  clear(key(form));
});
// Save was pressed while the net was away: the log is as old as that press.
document.addEventListener('htmx:sendError', ({ detail }) => {
  const form = detail.elt.closest && detail.elt.closest('form[data-draft]');
  const field = form && text(form);
  if (!field || !field.value.trim()) return;
  clearTimeout(timer);
  const kept = { text: field.value, at: Date.now(), pressed: (read(key(form)) || {}).pressed || Date.now() };
  try { localStorage.setItem(key(form), JSON.stringify(kept)); } catch { /* no storage, no draft */ }
  own(form, kept);
  note(form, true);
});
sf.on('submit', '[data-sign-out]', () => mine().forEach(clear));
