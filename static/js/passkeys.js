// Passkeys: the browser asks its device, the form carries the answer (templates/mfa/_passkey.html).
// A form's data-options say what is asked, or its data-options-from where they are fetched at the press. Without
// scripts, or on an address that is not safe, the part stays hidden: name and password are there.
(() => {
  const { sf, webauthnJSON } = window;
  if (!window.isSecureContext || !window.PublicKeyCredential) return;

  const fetched = async (url) => {
    const answer = await fetch(url, { headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).request_options;
  };
  const ask = async (form) => {
    const options = form.dataset.options ? JSON.parse(form.dataset.options) : await fetched(form.dataset.optionsFrom);
    const { passkey } = form.dataset;
    form.elements.credential.value = JSON.stringify(await webauthnJSON[passkey](options));
    form.submit();
  };

  sf.$$('[data-passkey-part]').forEach((part) => { part.hidden = false; });
  sf.$$('[data-passkey-without]').forEach((part) => { part.hidden = true; });
  sf.$$('[data-passkey]').forEach((form) => {
    const failed = sf.$('[data-passkey-failed]', form);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      failed.hidden = true;
      try {
        await ask(form);
      } catch { // refused, cancelled, too late, or of another person: the browser has said why
        failed.hidden = false;
      }
    });
  });
})();
