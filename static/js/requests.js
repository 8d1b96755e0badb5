// On the pages of requests only. <textarea data-paste="#files">: pasted pictures go into that
// field of files, each under a name of its own
(() => {
  const { $, on, onKey, letter, say } = window.sf;
  on('paste', '[data-paste]', (event, field) => {
    const pictures = [...event.clipboardData.files].filter((file) => file.type.startsWith('image/'));
    const place = $(field.dataset.paste);
    if (!pictures.length || !place) return;
    event.preventDefault();
    const all = new DataTransfer();
    const at = new Date().toTimeString().slice(0, 8).replaceAll(':', '');
    [...place.files].forEach((file) => all.items.add(file));
    pictures.forEach((file, n) => all.items.add(new File([file], `${at}-${n + 1}.${file.type.slice(6).replace('jpeg', 'jpg')}`, { type: file.type })));
    place.files = all.files;
    say(place.files[place.files.length - 1].name);
  });

  // What opens can be filled in at once, whether a key or a click opened it.
  document.addEventListener('toggle', ({ target }) => {
    if (target.matches?.('.req-do details[open], .req-table details[open]')) $('textarea, select, input:not([type=hidden])', target)?.focus();
  }, true);
  // R on a request: a press of a key on a field is a click on it, which alone gives it no focus.
  on('click', 'textarea[data-key]', (event, field) => field.focus());
  // In a row of the queue G hands over; elsewhere it begins a way to another page.
  onKey((event, isTyping) => {
    const row = document.activeElement.closest('[data-row]');
    const link = row && letter(event, isTyping) && event.key === 'g' && $('[data-key="g"]', row);
    if (link) link.click();
    return !!link;
  });
})();
