// Dates said in a log. The server reads them (customers/datewords.py): one list of words for pages, line and scripts.
// <textarea data-datewords="/log/dates"> beside <fieldset data-dates> of radio chips: the date found comes first and is
// taken, unless the person has chosen one; its sentence is offered to [data-date-text] until somebody types there.
const place = (form, said) => {
  const chips = sf.$('[data-dates] .chips', form);
  sf.$('[data-found]', chips)?.remove();
  if (!said) return;
  const touched = sf.$('[data-dates]', form).dataset.touched;
  const text = sf.$('[data-date-text]', form);
  const input = sf.$('input', said);
  const same = sf.$(`input[value="${input.value}"]`, chips);
  input.checked = !touched;
  if (!same) chips.prepend(said); else if (!touched) same.checked = true;
  if (text && !text.dataset.touched) text.value = said.dataset.words.slice(0, text.maxLength);
};
const ask = async (field) => {
  if (!field.isConnected) return; // saved or closed meanwhile
  const text = field.value;
  const answer = await fetch(`${field.dataset.datewords}?text=${encodeURIComponent(text.slice(-300))}`, { headers: { 'HX-Request': 'true' } }).catch(() => null);
  const html = await answer?.text().catch(() => '');
  if (!answer?.ok || field.value !== text || !field.isConnected) return;
  const page = document.createElement('template');
  page.innerHTML = html;
  place(field.form, sf.$('.chip[data-found]', page.content));
  field.dispatchEvent(new CustomEvent('said', { bubbles: true, detail: page.content }));
};
let timer;
let unread = null; // the field of whose text the answer is not there yet
const read = async (field) => {
  clearTimeout(timer);
  const text = field.value;
  await ask(field);
  if (unread === field && field.value === text) unread = null;
};
sf.on('input', '[data-datewords]', (event, field) => {
  const form = field.form;
  const times = sf.$('[data-times]', form);
  if (times && !times.dataset.touched) {
    const word = /昨[天晚]|\byesterday\b/i.test(field.value) ? 'yesterday' : /上午|早上|this morning/i.test(field.value) ? 'morning' : /下午|this afternoon/i.test(field.value) ? 'afternoon' : '';
    const chip = word && sf.$(`input[value="${word}"]`, times);
    if (chip) { chip.checked = true; chip.dispatchEvent(new Event('change', { bubbles: true })); delete times.dataset.touched; }
  }
  clearTimeout(timer);
  unread = sf.$('[data-dates] .chips', form) ? field : null;
  if (!event.isComposing && unread) timer = setTimeout(read, 250, field);
});
// Sent faster than that: the text is read first, for a second at most, and then the form goes; a second press waits with it.
let leaving = null;
document.addEventListener('submit', async (event) => {
  const { target: form, submitter } = event;
  if (!unread || unread.form !== form) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (leaving === form) return;
  leaving = form;
  await Promise.race([read(unread), new Promise((late) => setTimeout(late, 1000))]);
  unread = leaving = null;
  if (form.isConnected) sf.submit(form, submitter);
}, true);
sf.on('change', '[data-dates], [data-times]', (event, set) => { if (event.isTrusted) set.dataset.touched = '1'; });
sf.on('input', '[data-date-text]', (event, field) => { field.dataset.touched = '1'; });
// The summary of a folded time picker says what was chosen.
sf.on('change', 'details[data-times]', (event, times) => {
  const place = sf.$('summary [data-chosen]', times);
  if (place) place.textContent = event.target.closest('label').textContent.trim();
  if (event.target.value !== 'pick') times.open = false;
});
