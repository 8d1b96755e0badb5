// A log without a connection (ux §3): kept on this device under its writer, shown as waiting, sent once when the net is
// back. Its uuid makes a repeat harmless; nobody else's page shows or sends it. Files are not kept, only words.
(() => {
  const { sf } = window;
  const { $, $$ } = sf;
  const WEEK = 7 * 864e5;
  const NOT_KEPT = ['csrfmiddlewaretoken', 'key', 'then', 'full'];
  const signedIn = document.body.dataset.user || '';
  const read = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
  const write = (name, value) => { try { localStorage.setItem(name, JSON.stringify(value)); return true; } catch { return false; } };
  const forget = (name) => { try { localStorage.removeItem(name); } catch { /* no storage, nothing kept */ } };
  const names = () => { try { return Object.keys(localStorage).filter((name) => name.startsWith('log:')); } catch { return []; } };
  if (signedIn) write('person', { id: signedIn, name: document.body.dataset.name });
  const me = signedIn || (read('person') || {}).id || '';
  const place = (uuid) => `log:${me}:${uuid}`;
  const all = () => names().filter((name) => me && name.startsWith(place(''))).map(read).filter(Boolean).sort((a, b) => a.pressed - b.pressed);
  const words = (key) => (document.getElementById('waiting') || { dataset: {} }).dataset['t' + key] || '';
  const of = (entry, name) => (entry.fields.find(([field]) => field === name) || [])[1] || '';

  const uuid = () => {
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    return [...b].map((n) => n.toString(16).padStart(2, '0')).join('').replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  };

  const toast = (text) => {
    const box = $('#waiting-toast');
    if (!box) return;
    const made = box.content.cloneNode(true);
    $('span', made).textContent = text;
    document.getElementById('toast').replaceChildren(made);
    sf.say(text);
  };

  // --- keeping --------------------------------------------------------------------------------------------------
  const keep = (form) => {
    const all = [...new FormData(form)];
    const fields = all.filter(([name, value]) => typeof value === 'string' && !NOT_KEPT.includes(name));
    const files = all.some(([, value]) => value instanceof File && value.size);
    const customer = form.elements.customer_name?.value || ($('#drawer-h') || {}).textContent || '';
    const entry = { uuid: form.elements.client_uuid?.value || uuid(), fields, files, customer: customer.trim(), pressed: Date.now() };
    if (!me || !write(place(entry.uuid), entry)) return false;
    forget(`draft:${me}:${form.dataset.draft}`);
    draw();
    toast(words(files ? 'KeptNoFiles' : 'Kept'));
    return true;
  };
  const leave = (form, again) => {
    if (again) return shell('/log');
    if (form.closest('#drawer')) document.getElementById('drawer').replaceChildren();
    else form.closest('[data-form-root]').replaceChildren(Object.assign(document.createElement('p'), { className: 'panel-b', textContent: words('Kept') }));
    return null;
  };
  const lost = (event) => {
    const { elt, requestConfig } = event.detail;
    const form = elt.closest && elt.closest('form[data-draft]');
    if (form && requestConfig.verb !== 'get') {
      if (!keep(form)) return;
      event.stopPropagation();
      const button = requestConfig.triggeringEvent && requestConfig.triggeringEvent.submitter;
      leave(form, button && button.value === 'again');
    } else if (requestConfig.verb === 'get' && /^\/log\b/.test(requestConfig.path) && controlled()) {
      event.stopPropagation();
      shell(requestConfig.path);
    }
  };
  ['sendError', 'timeout'].forEach((what) => document.addEventListener('htmx:' + what, lost, true));
  document.addEventListener('htmx:beforeSwap', (event) => {
    if (![502, 503, 504].includes(event.detail.xhr.status) || !event.detail.elt.closest('form[data-draft]')) return;
    event.detail.shouldSwap = false;
    lost(event);
  }, true);

  // --- the empty log of the page without a connection, also in the drawer --------------------------------------------
  const controlled = () => !!(navigator.serviceWorker && navigator.serviceWorker.controller);
  let tapped = null;
  sf.on('click', '[data-drawer]', (event, link) => { tapped = link; });
  const shell = async (path) => {
    const drawer = document.getElementById('drawer');
    if (!drawer || !controlled()) return drawer && drawer.replaceChildren();
    const text = await fetch('/offline').then((answer) => answer.text()).catch(() => '');
    const section = new DOMParser().parseFromString(text, 'text/html').getElementById('shell');
    if (!section) return null;
    const aside = Object.assign(document.createElement('aside'), { className: 'drawer', id: 'log' });
    const parts = [...section.children];
    parts.forEach((part, n) => { part.className = ['drawer-h', 'drawer-b', 'drawer-f'][n]; });
    $('[data-close]', parts[0]).hidden = false;
    aside.append(...parts);
    drawer.replaceChildren(aside);
    const id = new URL(path, location.href).searchParams.get('customer') || '';
    const row = tapped && tapped.closest('.card, li, tr');
    const name = location.pathname === `/customers/${id}` ? $('main h1') : id && row && $('b, a', row);
    const form = $('form', drawer);
    form.elements.customer.value = id;
    if (name) form.elements.customer_name.value = name.textContent.trim();
    ready(form);
    return null;
  };
  const tomorrow = () => {
    const day = new Date(Date.now() + 864e5);
    while (day.getDay() % 6 === 0) day.setDate(day.getDate() + 1);
    return day.toLocaleDateString('sv');
  };
  const ready = (form) => {
    form.elements.next_date.value = form.elements.next_date.value || tomorrow();
    $('.btn-primary', form.parentElement).disabled = !me;
    $$('[data-writer]', form.parentElement).forEach((line) => { line.textContent = me ? line.dataset.writer.replace('{name}', (read('person') || {}).name || '') : line.dataset.nobody; });
  };
  // Once its name is changed by hand, it is no longer the customer whose page it was.
  sf.on('input', '[data-offline-log] [name=customer_name]', (event, field) => { field.form.elements.customer.value = ''; });
  sf.on('submit', 'form[data-offline-log]', (event, form) => {
    event.preventDefault();
    if (!form.reportValidity() || !keep(form)) return;
    form.reset();
    ready(form);
    if (form.closest('#drawer')) document.getElementById('drawer').replaceChildren();
    send();
  });

  // --- sending ----------------------------------------------------------------------------------------------------
  const post = (entry) => {
    const data = new URLSearchParams(entry.fields);
    const more = { client_uuid: entry.uuid, key: entry.uuid + '.kept', kept_for: me, pressed_at: entry.pressed, sent_at: Date.now() };
    Object.entries(more).forEach(([name, value]) => data.set(name, value));
    return fetch('/log/kept', {
      method: 'POST', credentials: 'same-origin', redirect: 'manual', body: data,
      headers: { 'X-CSRFToken': sf.token(), 'HX-Request': 'true' },
    });
  };
  const LATER = [0, 204, 401, 403, 408, 429];
  // What became of it: 'sent', 'refused' with why, or 'later'.
  const judge = async (answer) => {
    if (answer.status === 200) return ['sent'];
    const json = (answer.headers.get('content-type') || '').includes('json') ? await answer.json() : null;
    if (LATER.includes(answer.status) || answer.status >= 500 || (answer.status === 409 && (json || answer.headers.get('retry-after')))) return ['later'];
    return ['refused', json ? json.errors : [words(answer.status === 404 ? 'Gone' : 'Refused')]];
  };
  let busy = false;
  const send = async () => {
    const todo = signedIn ? all().filter((entry) => !entry.errors) : [];
    if (busy || !todo.length) return;
    busy = true;
    const sent = [];
    try {
      for (const entry of todo) {
        const [what, errors] = await judge(await post(entry));
        if (what === 'later') break;
        if (what === 'sent') { sent.push(of(entry, 'customer')); forget(place(entry.uuid)); } else write(place(entry.uuid), { ...entry, errors });
      }
    } catch { /* still no connection */ }
    busy = false;
    draw();
    if (!sent.length) return;
    toast(words('Sent').replace('{n}', sent.length));
    if ($('#timeline') && sent.some((id) => location.pathname === `/customers/${id}`)) {
      htmx.ajax('GET', location.href, { target: '#timeline', select: '#timeline', swap: 'outerHTML' });
    }
  };

  // --- showing ----------------------------------------------------------------------------------------------------
  const row = (entry, template) => {
    const made = $(template).content.firstElementChild.cloneNode(true);
    const put = (name, text) => { const part = $(`[data-${name}]`, made); if (part) { part.textContent = text; part.hidden = !text; } };
    put('who', entry.customer);
    put('said', of(entry, 'text').slice(0, 200));
    put('at', new Date(entry.pressed).toLocaleString(document.documentElement.lang, { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' }));
    put('why', (entry.errors || []).join(' '));
    made.dataset.uuid = entry.uuid;
    made.classList.toggle('refused', !!entry.errors);
    return made;
  };
  const draw = () => {
    const waiting = all();
    const pill = document.getElementById('waiting');
    if (pill) {
      pill.hidden = !waiting.length;
      pill.classList.toggle('late', waiting.some((entry) => entry.errors));
      $('span', pill).textContent = words('Waiting').replace('{n}', waiting.length);
    }
    const list = $('[data-waiting-list]');
    if (list) list.replaceChildren(...waiting.map((entry) => row(entry, '#waiting-row')));
    $$('.ev.waits').forEach((line) => line.remove());
    const here = waiting.filter((entry) => location.pathname === `/customers/${of(entry, 'customer')}`);
    if ($('#timeline')) $('#timeline').prepend(...here.reverse().map((entry) => row(entry, '#waiting-ev')));
  };
  const sheet = (leaving) => {
    document.getElementById('dialog').replaceChildren($('#waiting-sheet').content.cloneNode(true));
    $$('[data-leaving]', document.getElementById('dialog')).forEach((part) => { part.hidden = !leaving; });
    draw();
  };
  sf.on('click', '#waiting', () => sheet(false));
  sf.on('click', '[data-send-now]', send);
  const entryOf = (button) => read(place(button.closest('[data-uuid]').dataset.uuid));
  sf.on('click', '[data-drop]', (event, button) => {
    forget(place(entryOf(button).uuid));
    draw();
    if (!all().length) $('#dialog dialog')?.close();
  });

  // Refused: the ordinary form opens with everything that was kept, and its own time.
  let correcting = null;
  sf.on('click', '[data-correct]', (event, button) => {
    correcting = entryOf(button);
    $('#dialog dialog')?.close();
    const id = of(correcting, 'customer');
    sf.open('drawer', id && !(correcting.errors || []).includes(words('Gone')) ? `/log?customer=${id}` : `/log?q=${encodeURIComponent(correcting.customer)}`, document.getElementById('waiting'));
  });
  const fill = (form, entry) => {
    const local = new Date(entry.pressed - new Date().getTimezoneOffset() * 6e4).toISOString().slice(0, 16);
    const values = new Map();
    entry.fields.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
    if (['', 'now', 'tap'].includes(of(entry, 'time'))) { values.set('time', ['pick']); values.set('at', [local]); }
    const on = of(entry, 'next');
    if (on.includes('-') && !$(`[name=next][value="${on}"]`, form)) { values.set('next', ['pick']); values.set('next_date', [on]); }
    ['customer', 'owed', 'contact', 'deal'].forEach((name) => values.delete(name));
    values.set('client_uuid', [entry.uuid]);
    values.forEach((list, name) => $$(`[name="${CSS.escape(name)}"]`, form).forEach((field) => {
      if (/radio|checkbox/.test(field.type)) field.checked = list.includes(field.value); else if (field.type !== 'file') [field.value] = list;
    }));
    form.dispatchEvent(new Event('change', { bubbles: true }));
  };
  document.addEventListener('htmx:load', ({ detail }) => {
    if (detail.elt.querySelector && ($('#timeline', detail.elt) || detail.elt.id === 'timeline')) draw();
    const form = correcting && $('#drawer #qlf'); // not the box of a line
    if (!form) return;
    fill(form, correcting);
    correcting = null;
  });
  // The drawer is empty by now: the form that was sent is the request's, no longer the event's.
  document.addEventListener('htmx:afterRequest', ({ detail }) => {
    const form = detail.requestConfig.elt.closest('form[data-draft]');
    if (!form || !detail.successful || detail.requestConfig.verb === 'get') return;
    forget(place(form.elements.client_uuid?.value));
    draw();
  });

  // --- signing out: first what waits is sent; what cannot be is asked about, and goes --------------------------------
  let leaver = null;
  const go = () => {
    all().forEach((entry) => forget(place(entry.uuid)));
    forget('person');
    leaver.submit();
  };
  sf.on('submit', '[data-sign-out]', async (event, form) => {
    leaver = form;
    if (!all().length) return forget('person');
    event.preventDefault();
    await send();
    return all().length ? sheet(true) : go();
  });
  sf.on('click', '[data-sign-out-now]', go);

  sf.ready(() => {
    const old = (entry) => !entry || Date.now() - entry.pressed > WEEK;
    names().forEach((name) => { if ((!name.startsWith(place('')) || (read(name) || {}).errors) && old(read(name))) forget(name); });
    $$('form[data-offline-log]').forEach(ready);
    draw();
    send();
    setInterval(send, 30000);
    if (signedIn && navigator.serviceWorker) navigator.serviceWorker.register('/sw.js').catch(() => {});
  });
  window.addEventListener('online', send);
  window.addEventListener('storage', draw);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) send(); });
})();
