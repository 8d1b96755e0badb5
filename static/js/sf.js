// What the other modules share. `sf` is window.sf; every module is wrapped by core/staticjoin.py.
sf.$ = (selector, root) => (root || document).querySelector(selector);
sf.$$ = (selector, root) => [...(root || document).querySelectorAll(selector)];
sf.words = (key) => document.body.dataset['t' + key] || '';
sf.phone = () => matchMedia('(max-width: 860px)').matches;

// One listener a kind of event on the document, so that swapped-in content works without being wired.
sf.on = (type, selector, run) => document.addEventListener(type, (event) => {
  const found = event.target.closest && event.target.closest(selector);
  if (found) run(event, found);
});

sf.ready = (run) => document.readyState === 'loading' ? document.addEventListener('DOMContentLoaded', run) : run();

// Said by a screen reader: politely, or at once when something failed.
sf.say = (text, alarm) => {
  const place = document.getElementById(alarm ? 'alarm' : 'live');
  place.textContent = '';
  setTimeout(() => { place.textContent = text; }, 50);
};

// requestSubmit() is missing below Safari 16.
sf.submit = (form, button) => {
  if (button) return button.click();
  if (!form.isConnected) return; // the drawer was closed before its timer
  if (form.requestSubmit) return form.requestSubmit();
  const made = form.appendChild(Object.assign(document.createElement('button'), { hidden: true }));
  made.click();
  made.remove();
};

sf.get = (url, target) => htmx.ajax('GET', url, { target, swap: 'innerHTML', source: target }).catch(() => {});

sf.token = () => JSON.parse(document.body.getAttribute('hx-headers') || '{}')['X-CSRFToken'] || '';

// A one-time key, as {% form_key %} prints it, for the few posts that have no form.
sf.key = (name) => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '') + '.' + name;
};
