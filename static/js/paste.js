// On a request only. <textarea data-paste="#files">: pasted pictures go into that field of files, each under a name of its own
(() => {
  const { $, on, say } = window.sf;
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
})();
