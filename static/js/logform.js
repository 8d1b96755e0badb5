// The log: words that imply a higher tag ask for it, chosen files are counted, a tapped number is to be logged.
(() => {
  const { sf } = window;
  const { $$ } = sf;
  // The highest tag whose words stand in the text, or whose view was chosen; asked until it is answered, never answered here.
  sf.on('input', 'form[data-draft]', (event, form) => ask(form));
  sf.on('change', 'form[data-draft]', (event, form) => ask(form));
  const ask = (form) => {
    if (!form.elements.text) return; // a line, not the form
    const text = form.elements.text.value.toLowerCase();
    const view = (form.querySelector('[name=feedback]:checked') || {}).value;
    let shown = false;
    $$('[data-implied]', form).forEach((part) => {
      const { implied, views } = part.dataset;
      const said = implied.split('|').some((word) => text.includes(word)) || (view && views.split('|').includes(view));
      part.hidden = shown || !said;
      shown = shown || said;
    });
  };
  // Needs and objections that the text implies come first and say so; they are offered, never ticked here.
  document.addEventListener('said', ({ target: field, detail }) => {
    const [shown] = $$('[data-topics]', field.form);
    if (!shown || field.value.length > 300) return; // only its end is read: what its beginning implied stays
    const mark = detail.querySelector('[data-implies]');
    const said = mark ? mark.dataset.implies.trim().split(' ') : [];
    $$('[data-topics] .chip', field.form).forEach((chip) => {
      const rank = said.indexOf(chip.firstElementChild.value);
      if (rank < 0 && !chip.matches('.hinted')) return;
      chip.classList.toggle('hinted', rank >= 0);
      chip.querySelector('small')?.remove();
      if (rank < 0) return chip.home?.append(chip);
      chip.home = chip.home || chip.parentElement;
      const words = document.createElement('small');
      words.textContent = mark.dataset.words;
      chip.lastElementChild.append(' ', words);
    });
    const found = $$('[data-topics] .hinted', field.form);
    found.sort((a, b) => said.indexOf(a.firstElementChild.value) - said.indexOf(b.firstElementChild.value));
    shown.prepend(...found);
  });
  // htmx overlooks which button was pressed when it stands outside its form, as those of a drawer's foot do.
  document.addEventListener('htmx:configRequest', ({ detail }) => {
    const { submitter } = detail.triggeringEvent || {};
    if (submitter && submitter.name && !detail.parameters[submitter.name]) detail.parameters[submitter.name] = submitter.value;
  });
  // Alt with 1 … 5 in the log: a method more or less, in the order shown. By the place of the key: with Alt it may type ¡.
  sf.onKey((event) => {
    const at = event.altKey && !event.ctrlKey && !event.metaKey && /^Digit([1-5])$/.exec(event.code);
    const form = at && document.getElementById('qlf');
    const method = form && $$('[name=methods]', form)[at[1] - 1];
    if (!method) return false;
    method.click();
    return true;
  });
  sf.on('change', '[data-files]', (event, field) => {
    const place = field.nextElementSibling;
    place.dataset.was = place.dataset.was || place.textContent;
    if (field.files.length) place.textContent = [...field.files].map((file) => file.name).join(', ').slice(0, 60);
    else place.textContent = place.dataset.was;
  });

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
})();
