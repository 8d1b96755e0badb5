// A tapped number starts what is to be logged; the conversation ends when the page is seen again.
let tapped = null;
const tell = (fields) => fetch('/owed', {
  method: 'POST', keepalive: true, credentials: 'same-origin',
  headers: { 'X-CSRFToken': sf.token(), 'HX-Request': 'true' }, body: new URLSearchParams(fields),
}).then((answer) => answer.ok ? answer.text() : '').then((html) => {
  const pill = document.getElementById('owed');
  if (!html.includes('id="owed"') || !pill) return;
  pill.outerHTML = html;
  htmx.process(document.getElementById('owed'));
}).catch(() => {});

// <a href="tel:…" data-owed="{customer}" data-how="phone" data-contact="{contact}" data-log="/log?customer=…">
sf.on('click', '[data-owed]', (event, link) => {
  tapped = { customer: link.dataset.owed, how: link.dataset.how || 'phone', contact: link.dataset.contact || '' };
  tapped.log = link.dataset.log || '';
  tapped.at = Date.now();
  tell({ customer: tapped.customer, how: tapped.how, contact: tapped.contact });
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden || !tapped) return;
  const { customer, how, contact, log, at } = tapped;
  tapped = null;
  tell({ customer, how, contact, ended: '1' });
  if (log && Date.now() - at > 5000 && !document.getElementById('drawer').firstElementChild) sf.open('drawer', log);
});
