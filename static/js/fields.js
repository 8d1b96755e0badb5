// Small helps in forms: copy, count, fill, save by itself, show a part when it is asked for.
sf.copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = Object.assign(document.createElement('textarea'), { value: text });
    (sf.$('dialog[open]') || document.body).append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  sf.say(sf.words('Copied'));
};
sf.on('click', '[data-copy], [data-copy-from]', (event, button) => {
  if (button.matches('button')) event.preventDefault();
  sf.copy(button.dataset.copy || sf.$(button.dataset.copyFrom)?.innerText || '');
  const label = sf.$('span', button);
  if (!label || label.dataset.was) return;
  label.dataset.was = label.textContent;
  label.textContent = sf.words('Copied');
  setTimeout(() => { label.textContent = label.dataset.was; delete label.dataset.was; }, 2000);
});

// <textarea data-most=2000 data-count="#place">: said only when the end comes near. No maxlength: it would cut what is
// pasted without a word; what is too long is said here and by the server, and stays.
sf.on('input', '[data-count]', (event, field) => {
  const place = sf.$(field.dataset.count);
  const most = Number(field.dataset.most) || field.maxLength;
  const long = field.value.length;
  if (place) place.textContent = long > most * 0.8 ? `${long} / ${most}` : '';
  if (place) place.classList.toggle('c-alert', long > most);
});

// <button data-fill="#id_text" data-value="…" data-set="outcome=no_answer">: the words go into the field
const put = (field, value) => {
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
};
sf.on('click', '[data-fill]', (event, button) => {
  event.preventDefault();
  const field = sf.$(button.dataset.fill);
  if (!field) return;
  const text = button.dataset.value ?? button.textContent.trim();
  const add = field.matches('textarea') && field.value.trim() && !field.value.includes(text);
  put(field, add ? field.value.trimEnd() + (document.body.dataset.lang === 'zh' ? '，' : ', ') + text : field.value.includes(text) ? field.value : text);
  const set = (button.dataset.set || '').split('=');
  if (set[1]) {
    const form = button.form || button.closest('form');
    sf.$$(`[name="${set[0]}"]`, form).forEach((input) => {
      if (input.type === 'radio' || input.type === 'checkbox') input.checked = input.value === set[1]; else input.value = set[1];
    });
  }
  sf.$$('[data-fill]', button.parentElement).forEach((other) => other.setAttribute('aria-pressed', String(other === button)));
  sf.$(button.dataset.then || button.dataset.fill).focus();
});

// A radio or select that opens a part of the form: <div data-when="due=pick" hidden>
const show = (form) => sf.$$('[data-when]', form).forEach((part) => {
  const [name, wanted] = part.dataset.when.split('=');
  const values = sf.$$(`[name="${name}"]`, form).filter((input) => !/radio|checkbox/.test(input.type) || input.checked).map((input) => input.value);
  part.hidden = !values.some((value) => wanted.split('|').includes(value));
});
sf.on('change', 'form', (event, form) => show(form));
document.addEventListener('htmx:load', ({ detail }) => sf.$$('form', detail.elt.parentElement || detail.elt).forEach(show));

// <form data-auto> saves or filters by itself; typing waits 300 ms and never sends half a word of an input method
let timer;
sf.on('change', 'form[data-auto]', (event, form) => { if (!event.target.matches('[data-find]')) sf.submit(form); });
sf.on('input', '[data-find]', (event, field) => { // it may stand outside its form
  if (event.isComposing || !field.form?.matches('[data-auto]')) return;
  clearTimeout(timer);
  timer = setTimeout(() => sf.submit(field.form), 300);
});
document.addEventListener('compositionend', ({ target }) => {
  if (target.matches('[data-find], [role=combobox], [data-datewords]')) setTimeout(() => target.dispatchEvent(new Event('input', { bubbles: true })));
});

// <button data-peek="#id_password">: show what was typed
sf.on('click', '[data-peek]', (event, button) => {
  const field = sf.$(button.dataset.peek);
  const hidden = field.type === 'password';
  field.type = hidden ? 'text' : 'password';
  button.setAttribute('aria-pressed', String(hidden));
});
// Two people changed one field: the panel gives the form the new version, a choice fills the field.
document.addEventListener('htmx:load', ({ detail }) => {
  const panel = detail.elt.matches('.error-panel[data-version]') && detail.elt;
  const version = panel && panel.closest('form')?.elements.version;
  if (version) version.value = panel.dataset.version;
});
sf.on('change', '[data-clash]', (event, choice) => {
  const field = choice.form?.elements[choice.dataset.clash];
  if (field) field.value = choice.value;
});
// After a page load with mistakes, the summary has focus.
sf.ready(() => sf.$('main .summary')?.focus());
