// The text of an unsaved follow-up stays on this device for 7 days, under the person and the customer. Nothing else.
const WEEK = 7 * 864e5;
const key = (form) => `draft:${document.body.dataset.user}:${form.dataset.draft}`;
const read = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
const clear = (name) => { try { localStorage.removeItem(name); } catch { /* no storage, no draft */ } };
const mine = () => { try { return Object.keys(localStorage).filter((name) => name.startsWith('draft:')); } catch { return []; } };
const text = (form) => sf.$('[data-draft-text]', form) || sf.$('textarea', form);
const note = (form, on) => sf.$$('[data-draft-note]', form).forEach((place) => { place.hidden = !on; });

let timer;
sf.on('input', 'form[data-draft]', (event, form) => {
  if (event.target !== text(form)) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    try {
      if (event.target.value.trim().length <= (form.dataset.draftLeast || 0)) return clear(key(form));
      localStorage.setItem(key(form), JSON.stringify({ text: event.target.value, at: Date.now() }));
      note(form, true);
    } catch { /* no storage, no draft */ }
  }, 250);
});

const restore = (root) => sf.$$('form[data-draft]', root).forEach((form) => {
  const kept = read(key(form));
  const field = text(form);
  if (!kept || !field || field.value) return;
  field.value = kept.text;
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
sf.on('submit', '[data-sign-out]', () => mine().forEach(clear));
