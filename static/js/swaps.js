// Everything that listens to htmx, in one place.
let verb = '';
let held = null;
let scrolled = null;

// A menu closes when its button is pressed: what came of its form is read in it, so it opens again.
const reopened = (place) => {
  const menu = place.closest('details.menu');
  if (menu) menu.open = true;
};
const retarget = (detail) => {
  // A form that fails stays as it is: either the answer holds the form again, or its panel goes to the form's top.
  const form = detail.requestConfig.elt.closest('form');
  if (!form || verb === 'get' || detail.xhr.getResponseHeader('HX-Retarget')) return;
  reopened(form);
  if (/<form[\s>]/.test(detail.serverResponse)) {
    if (detail.target.contains(form) && form.getAttribute('hx-swap') !== 'none') return;
    detail.target = form.closest('[data-form-root]') || form;
    detail.swapOverride = 'outerHTML';
  } else {
    sf.$$(':scope > .error-panel', form).forEach((old) => old.remove());
    detail.target = form;
    detail.swapOverride = 'afterbegin';
  }
};

// An answer carries a part for every place that may show the change: those whose place is not on this page are left out.
const parts = (root) => [...sf.$$('[hx-swap-oob]', root), ...sf.$$('template', root).flatMap((inner) => parts(inner.content))];
const placed = (html) => {
  if (!html.includes('hx-swap-oob') || /<html[\s>]/.test(html)) return html;
  const all = document.createElement('template');
  all.innerHTML = html;
  const missing = parts(all.content).filter((part) => {
    const [, place] = /:(.+)/.exec(part.getAttribute('hx-swap-oob')) || [];
    return !sf.$(place || '#' + CSS.escape(part.id));
  });
  missing.forEach((part) => part.remove());
  return missing.length ? all.innerHTML : html;
};

document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  detail.serverResponse = placed(detail.serverResponse);
  verb = detail.requestConfig.verb;
  const status = detail.xhr.status;
  if (status >= 400) retarget(detail);
  const focus = document.activeElement;
  held = detail.target.contains(focus) ? { id: focus.id, name: focus.getAttribute('name') } : null;
  const box = sf.$('.board');
  scrolled = box ? [box.scrollLeft, box.scrollTop] : null;
});

// Focus stays where it was: the same id, the same name, the first error, or the fragment's heading.
document.addEventListener('htmx:afterSettle', ({ detail }) => {
  const box = sf.$('.board');
  if (box && scrolled) [box.scrollLeft, box.scrollTop] = scrolled;
  const root = detail.elt;
  const summary = sf.$('.summary, .error-panel', root) || (root.matches('.error-panel') ? root : null);
  if (detail.xhr.status >= 400 && summary) {
    summary.tabIndex = -1;
    summary.focus();
  } else if (held && document.activeElement === document.body) {
    const same = (held.id && document.getElementById(held.id)) || (held.name && sf.$(`[name="${CSS.escape(held.name)}"]`, root));
    const next = same || sf.$('[autofocus]', root) || sf.$('h1, h2, h3', root) || root;
    if (next) {
      if (!next.matches('a, button, input, select, textarea, [tabindex]')) next.tabIndex = -1;
      next.focus({ preventScroll: true });
    }
  }
  held = null;
});

// A changed fragment fades from the tint to its own background.
document.addEventListener('htmx:load', ({ detail }) => {
  const changed = detail.elt;
  if (!verb || verb === 'get' || changed === document.body || changed.closest('#toast, #dialog, #drawer')) return;
  changed.classList.add('changed');
  setTimeout(() => changed.classList.remove('changed'), 900);
});

// Nothing for 300 ms, then a line on the target; after a second it is said.
const waits = new WeakMap();
document.addEventListener('htmx:beforeRequest', ({ detail }) => {
  const button = detail.requestConfig.triggeringEvent && detail.requestConfig.triggeringEvent.submitter;
  if (button) button.setAttribute('aria-busy', 'true');
  waits.set(detail.xhr, [
    setTimeout(() => detail.target.classList.add('wait'), 300),
    setTimeout(() => detail.requestConfig.verb !== 'get' && sf.say(sf.words('Saving')), 1000),
    button, detail.target,
  ]);
});
document.addEventListener('htmx:afterRequest', ({ detail }) => {
  const [line, word, button, target] = waits.get(detail.xhr) || [];
  clearTimeout(line);
  clearTimeout(word);
  if (button) button.removeAttribute('aria-busy');
  if (target) target.classList.remove('wait');
});

// The sentence stays where the mistake is, with a way to try again.
sf.failed = (place, words, again) => {
  sf.$$(':scope > .error-panel', place).forEach((old) => old.remove());
  const panel = Object.assign(document.createElement('div'), { className: 'error-panel' });
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'btn btn-s', textContent: sf.words('Retry') });
  panel.append(Object.assign(document.createElement('h2'), { textContent: words }), button);
  button.addEventListener('click', () => {
    panel.remove();
    again();
  });
  place.prepend(panel);
  sf.say(words, true);
};
// No connection. What is tried again is the button that was pressed: its value may be what is saved.
const unreachable = ({ detail }) => {
  const source = detail.requestConfig?.triggeringEvent?.submitter || detail.elt;
  const place = source.closest('form') || detail.target || source;
  if (source.hasAttribute('data-poll') || source.closest('#palette') || !place.prepend) return;
  reopened(place);
  sf.failed(place, sf.words('Offline'), () => source.matches('form') ? sf.submit(source) : source.click());
};
document.addEventListener('htmx:sendError', unreachable);
document.addEventListener('htmx:timeout', unreachable);

// Polling by attribute: data-poll="60" with hx-get on the element, only while the page is seen and nothing is dragged.
setInterval(() => {
  if (document.hidden || document.body.classList.contains('dragging') || sf.$('dialog[open]')) return;
  sf.$$('[data-poll]').forEach((element) => {
    const last = Number(element.dataset.polled || 0) || (element.dataset.polled = Date.now());
    if (Date.now() - last < element.dataset.poll * 1000) return;
    element.dataset.polled = Date.now();
    htmx.trigger(element, 'poll');
  });
}, 1000);
