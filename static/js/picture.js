// The long picture of a report, on its own page only: the SVG behind the link becomes a PNG, to be shared on a phone,
// else saved. Without a script the link opens the SVG itself.
(() => {
  const drawn = (url) => new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = failed;
    image.src = url;
  });
  const painted = async (url) => {
    const image = await drawn(url);
    const canvas = Object.assign(document.createElement('canvas'), { width: image.naturalWidth, height: image.naturalHeight });
    canvas.getContext('2d').drawImage(image, 0, 0);
    return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed()), 'image/png'));
  };
  const save = (blob, name) => {
    const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
  window.sf.on('click', 'a[data-picture]', async (event, link) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.ariaBusy === 'true') return;
    link.ariaBusy = 'true';
    try {
      const blob = await painted(link.href);
      const file = new File([blob], link.dataset.picture, { type: 'image/png' });
      if (window.sf.phone() && navigator.canShare && navigator.canShare({ files: [file] })) {
        try {
          await navigator.share({ files: [file] });
        } catch (problem) {
          if (problem.name !== 'AbortError') save(blob, file.name);
        }
      } else save(blob, file.name);
      window.sf.say(link.dataset.done);
    } catch {
      location.href = link.href; // what cannot be made here is shown as it is
    } finally {
      link.ariaBusy = 'false';
    }
  });
})();
