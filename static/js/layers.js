// The drawer and the dialog: what their boxes hold decides whether they are open. Empty means closed.
const openers = {};

const box = (id) => document.getElementById(id);
const shut = (id) => { box(id).replaceChildren(); };
const giveBack = (id) => {
  const opener = openers[id];
  delete openers[id];
  if (opener && opener.isConnected) opener.focus();
};

const load = (id, link) => {
  const url = link.dataset[id] || link.getAttribute('href') || link.closest('form')?.action;
  if (!box(id).firstElementChild) openers[id] = link.closest('details.menu')?.querySelector('summary') || link;
  sf.get(url, '#' + id);
};
sf.open = (id, url, opener) => {
  openers[id] = opener || document.activeElement;
  return sf.get(url, '#' + id);
};

// <a href="/log?customer=1" data-drawer>, <a href="/deals/1/move" data-dialog>, <button data-dialog="/url">
['drawer', 'dialog'].forEach((id) => sf.on('click', `[data-${id}]`, (event, link) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  load(id, link);
}));

const first = (root, always) => {
  const field = sf.$('[autofocus]', root) || sf.$('textarea, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), select', root) || sf.$('button, a[href]', root);
  if (field && (always || !root.contains(document.activeElement))) field.focus();
};

// An answer without the frame (an error's panel) gets one, with a way to close it.
const frame = (holder, tag, css) => {
  if (!holder.firstElementChild || sf.$(tag, holder)) return false;
  const made = Object.assign(document.createElement(tag), { className: css });
  made.append(...holder.childNodes);
  const cross = sf.$('#palette [data-close]');
  if (cross) made.prepend(cross.cloneNode(true));
  holder.append(made);
  return true;
};

const watch = (id, change) => new MutationObserver(() => change(box(id))).observe(box(id), { childList: true });

sf.ready(() => {
  watch('drawer', (drawer) => {
    if (frame(drawer, 'aside', 'drawer framed')) return;
    const open = !!drawer.firstElementChild;
    document.body.classList.toggle('with-drawer', open);
    sf.$$('main, .top, .tabs-bottom').forEach((part) => { part.inert = open && sf.phone(); });
    if (open) first(drawer); else giveBack('drawer');
  });
  watch('dialog', (holder) => {
    if (frame(holder, 'dialog', 'dlg framed')) return;
    const dialog = sf.$('dialog', holder);
    if (!dialog) return giveBack('dialog');
    const fresh = !dialog.open;
    if (fresh) dialog.showModal();
    first(dialog, fresh);
    dialog.addEventListener('close', () => {
      if (holder.contains(dialog)) shut('dialog');
      document.dispatchEvent(new CustomEvent('sf:dialog-closed'));
    });
  });
  if (box('drawer').firstElementChild) document.body.classList.add('with-drawer');
});

const closeAround = (element) => {
  const dialog = element.closest('dialog');
  if (dialog) dialog.close(); else shut('drawer');
};
sf.on('click', '[data-close]', (event, button) => {
  event.preventDefault();
  closeAround(button);
});
sf.on('click', 'dialog', (event, dialog) => {
  const edge = dialog.getBoundingClientRect();
  const inside = event.clientX >= edge.left && event.clientX <= edge.right && event.clientY >= edge.top && event.clientY <= edge.bottom;
  if (event.target === dialog && !inside && !sf.$('form', dialog)) dialog.close();
});

// The server may close them too: HX-Trigger: close-dialog, close-drawer.
document.addEventListener('close-dialog', () => sf.$('dialog', box('dialog')) ? sf.$('dialog', box('dialog')).close() : shut('dialog'));
document.addEventListener('close-drawer', () => shut('drawer'));

// Esc closes the top layer; dialogs close by themselves.
sf.onKey((event) => {
  if (event.key !== 'Escape' || sf.$('dialog[open]')) return false;
  const menu = sf.$('details.menu[open]');
  if (menu) {
    menu.open = false;
    sf.$('summary', menu).focus();
    return true;
  }
  if (!box('drawer').firstElementChild) return false;
  shut('drawer');
  return true;
});
