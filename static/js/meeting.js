// The weekly meeting: → ← (and a presenter's buttons) go on and back, F is full screen, a timer on wish.
(() => {
  const sf = window.sf;
  const steps = { ArrowRight: 'next', PageDown: 'next', ArrowLeft: 'previous', PageUp: 'previous' };
  sf.onKey((event, typing) => {
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || sf.$('dialog[open]')) return false;
    const button = steps[event.key] && sf.$(`[data-step="${steps[event.key]}"]`);
    if (button) { button.click(); return true; }
    if (event.key.toLowerCase() === 'f' && sf.letter(event, typing)) {
      if (document.fullscreenElement) document.exitFullscreen(); else document.documentElement.requestFullscreen();
      return true;
    }
    return false;
  });

  // A decision's form opens whole in the window with its first field ready; Esc closes it.
  document.addEventListener('toggle', (event) => {
    if (!event.target.open || !event.target.closest('.decide')) return;
    sf.$('form', event.target).scrollIntoView({ block: 'nearest' });
    sf.$('form input:not([type=hidden]), form select', event.target)?.focus({ preventScroll: true });
  }, true);
  // One of a name is open at a time, and what comes in second is shut: a refused form would be, beside the one it replaces.
  document.addEventListener('htmx:beforeSwap', () => sf.$$('.decide details').forEach((old) => old.removeAttribute('name')));
  sf.onKey((event) => {
    const open = event.key === 'Escape' && sf.$('.decide details[open]');
    if (!open) return false;
    open.open = false;
    sf.$('summary', open).focus();
    return true;
  });

  // The timer counts from when the item came to the screen. It is off until somebody wants it; the browser remembers.
  const wanted = () => { try { return localStorage.getItem('sf-timer') === '1'; } catch { return false; } };
  const draw = () => sf.$$('[data-timer-toggle]').forEach((toggle) => {
    toggle.hidden = false;
    const place = sf.$('[data-timer]', toggle);
    const seconds = Math.max(0, Math.floor((Date.now() - new Date(place.dataset.timer)) / 1000));
    place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    place.hidden = !wanted();
    sf.$('[data-timer-word]', toggle).hidden = wanted();
    toggle.setAttribute('aria-pressed', wanted());
  });
  sf.on('click', '[data-timer-toggle]', () => {
    try { localStorage.setItem('sf-timer', wanted() ? '0' : '1'); } catch { /* private window: not remembered */ }
    draw();
  });
  setInterval(draw, 1000);

  // Another item: the agenda shows where it is; a presenter whose form or button went has the item's name in focus.
  const arrived = () => {
    const agenda = sf.$('.agenda'), current = agenda && sf.$('[aria-current]', agenda);
    if (current) agenda.scrollTop = current.offsetTop - agenda.clientHeight / 2;
    draw();
  };
  document.addEventListener('htmx:afterSettle', () => {
    arrived();
    if (sf.$('[data-step]') && document.activeElement === document.body) sf.$('#on-screen')?.focus({ preventScroll: true });
  });
  arrived();
})();
