// The text of an unsaved follow-up stays on this device for 7 days, under the person and the customer. Nothing else.
const WEEK = 7 * 864e5;
const key = (form) => `draft:${document.body.dataset.user}:${form.dataset.draft}`;
const read = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
const clear = (name) => { try { localStorage.removeItem(name); } catch { /* no storage, no draft */ } };
const mine = () => { try { return Object.keys(localStorage).filter((name) => name.startsWith('draft:')); } catch { return []; } };
const text = (form) => sf.$('[data-draft-text]', form);
const note = (form) => sf.$$('[data-draft-note]', form).forEach((place) => { place.hidden = false; });

// A text that was kept carries its own time: "just now" was said when it was typed, not when it is sent.
const keep = (form) => {
  try {
    if (text(form).value.trim().length <= (form.dataset.draftLeast || 0)) return clear(key(form));
    localStorage.setItem(key(form), JSON.stringify({ text: text(form).value, at: (form.elements.kept_at || {}).value || new Date() }));
    note(form);
  } catch { /* no storage, no draft */ }
};

// Saved from the page after signing in again: the server says so, and whose log of which customer it was (core/held.py).
const saved = /(?:^|; )draft_saved="?(\d+:\d+)/.exec(document.cookie);
if (saved) {
  clear(`draft:${saved[1]}`);
  document.cookie = 'draft_saved=; path=/; max-age=0';
}

// At each letter, without a pause: what is sent or left within the same moment may fail, and has to be there then.
sf.on('input', 'form[data-draft]', (event, form) => {
  if (event.target === text(form) && event.isTrusted) keep(form); // put back by us: it keeps its own time
});

const restore = (root) => sf.$$('form[data-draft]', root).forEach((form) => {
  const kept = read(key(form));
  const field = text(form);
  if (!kept || field.value) return;
  field.value = kept.text;
  if (form.elements.kept_at) form.elements.kept_at.value = kept.at;
  note(form);
  field.dispatchEvent(new Event('input', { bubbles: true }));
});
document.addEventListener('htmx:load', ({ detail }) => restore(detail.elt.parentElement || detail.elt));
sf.ready(() => {
  mine().forEach((name) => { if (!(new Date() - new Date((read(name) || {}).at) < WEEK)) clear(name); });
  restore(document);
});

// Saved, or signed out: it is gone.
document.addEventListener('htmx:afterRequest', ({ detail }) => {
  const form = detail.requestConfig.elt.closest('form[data-draft]'); // by now it may be out of the page
  if (!form || !detail.successful || detail.requestConfig.verb === 'get') return;
  clear(key(form));
});
sf.on('log-saved', 'form[data-draft]', (event, form) => clear(key(form))); // from the full page: the answer leads away
sf.on('submit', '[data-sign-out]', () => mine().forEach(clear));
