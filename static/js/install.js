// Whether this browser can put SalesFlow on the home screen, and what is missing where it cannot (templates/accounts/_phone.html).
// Without scripts the general words stay.
(() => {
  const { sf } = window;
  const place = document.querySelector('[data-install]');
  if (!place) return;
  let offer = null; // the browser's own question, kept for the button

  const show = (name) => sf.$$('[data-case]', place).forEach((part) => { part.hidden = !part.dataset.case.split(' ').includes(name); });
  const agent = navigator.userAgent;
  const isIos = /iPad|iPhone|iPod/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1);
  const isInstalled = () => navigator.standalone === true || matchMedia('(display-mode: standalone)').matches;
  const found = () => {
    if (isInstalled()) return 'installed';
    if (!window.isSecureContext) return 'insecure';
    if (/MicroMessenger|wxwork|Lark|Feishu|DingTalk/i.test(agent)) return 'inside';
    if (!navigator.serviceWorker) return 'blocked';
    if (offer) return 'offered';
    return isIos ? 'ios' : 'menu';
  };
  const look = () => show(found());

  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault(); // no bar of the browser's own: the button asks
    offer = event;
    look();
  });
  window.addEventListener('appinstalled', () => { offer = null; show('installed'); });
  sf.on('click', '[data-install-now]', async () => {
    const asked = offer;
    offer = null; // a browser lets it be asked once
    await asked.prompt();
    const { outcome } = await asked.userChoice;
    if (outcome !== 'accepted') look();
  });
  look();
  // A worker that may not be registered (a setting, a private window) is only known after it was tried.
  if (navigator.serviceWorker && window.isSecureContext) navigator.serviceWorker.register('/sw.js').catch(() => { if (!isInstalled()) show('blocked'); });
})();
