// The board, on its own page only: after vendor/sortable. A card never changes column until the server has said yes.
(() => {
  const { $, $$ } = window.sf;
  const sf = window.sf;
  const board = () => $('.board');
  const columns = () => $$('.board [data-stage]').filter((list) => list.offsetParent);
  const cards = (list) => $$(':scope > .card', list);

  // Ask what the stage asks; 204 means nothing is asked, so the move is posted at once.
  const move = async (card, to) => {
    const deal = card.dataset.deal;
    const from = card.closest('[data-stage]')?.dataset.stage || '';
    const url = to === 'lost' ? `/deals/${deal}/lost` : `/deals/${deal}/move` + (to ? `?to=${to}` : '');
    const quiet = (event) => {
      if (event.detail.target.id !== 'dialog') return;
      document.removeEventListener('htmx:afterRequest', quiet);
      if (event.detail.xhr.status !== 204) return;
      htmx.ajax('POST', `/deals/${deal}/move`, { source: card, target: '#dialog', swap: 'innerHTML', values: { to, from, key: sf.key('move') } });
    };
    document.addEventListener('htmx:afterRequest', quiet);
    await sf.open('dialog', url, card);
  };

  const drag = () => {
    if (!window.Sortable || !matchMedia('(pointer: fine)').matches) return;
    $$('.board [data-stage], .lost-bar [data-stage]').forEach((list) => {
      if (list.sortable) return;
      list.sortable = window.Sortable.create(list, {
        group: 'deals', sort: false, draggable: '.card', filter: '.card-do, .card-do *', preventOnFilter: false,
        animation: 0, ghostClass: 'slot', dragClass: 'lifted', touchStartThreshold: 4, fallbackTolerance: 4,
        onStart: () => document.body.classList.add('dragging'),
        onEnd: ({ item, from, to, oldIndex }) => {
          document.body.classList.remove('dragging');
          if (from === to) return;
          from.insertBefore(item, from.children[oldIndex] || null);
          move(item, to.dataset.stage);
        },
      });
    });
  };

  // One tab stop; arrows move among the cards.
  const rove = (card) => {
    $$('.board .card').forEach((other) => { other.tabIndex = -1; });
    card.tabIndex = 0;
  };
  // The board always has its one tab stop, on a card that is seen.
  const stop = () => {
    const here = $('.board .card[tabindex="0"]');
    if (here && here.offsetParent) return;
    const seen = $$('.board .card').find((card) => card.offsetParent);
    if (seen) rove(seen);
  };
  const go = (card) => {
    if (!card) return;
    rove(card);
    card.focus();
    card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  sf.onKey((event, isTyping) => {
    const card = document.activeElement.closest('.board .card');
    if (!card || isTyping || $('dialog[open]') || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (document.activeElement !== card && !event.key.startsWith('Arrow')) return false;
    const lists = columns();
    const list = card.closest('[data-stage]');
    const row = cards(list).indexOf(card);
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (side && event.shiftKey) {
      const all = $$('[data-stage]', card.closest('.lane-row') || board());
      const next = all[all.indexOf(list) + side];
      if (next) move(card, next.dataset.stage);
      return true;
    }
    if (side) {
      for (let at = lists.indexOf(list) + side; lists[at]; at += side) {
        const there = cards(lists[at]);
        if (there.length) { go(there[Math.min(row, there.length - 1)]); break; }
      }
      return true;
    }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      go(cards(list)[row + (event.key === 'ArrowDown' ? 1 : -1)]);
      return true;
    }
    if (event.key === ' ') { peek(card); return true; }
    if (event.key === 'Enter') { $('.card-in', card).click(); return true; }
    if (!sf.letter(event, isTyping)) return false;
    const key = event.key.toLowerCase();
    if (key === 'm' && sf.picked().length) { $('[data-many=move]').click(); return true; }
    if (key === 'm') { move(card, ''); return true; }
    if (key === 'l') { sf.open('drawer', $('.do-log', card).getAttribute('href'), card); return true; }
    return false;
  });
  sf.on('focusin', '.board .card', (event, card) => rove(card));
  // On the phone the tapped card shows its actions; the link opens on the second tap or by its name.
  sf.on('click', '.board .card', (event, card) => {
    if (!sf.phone() || event.defaultPrevented || card.classList.contains('on') || event.target.closest('.card-1 b, .card-do')) return;
    event.preventDefault();
    $$('.board .card.on').forEach((other) => other.classList.remove('on'));
    card.classList.add('on');
  });

  // A press shows the deal's short page over the board; with Ctrl, and by Enter, its customer opens.
  const peek = (card) => sf.open('drawer', `/deals/${card.dataset.deal}/peek`, card);
  sf.on('click', '.board .card-in', (event, link) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.button || !event.detail) return;
    event.preventDefault();
    const action = event.target.closest('[data-action]');
    if (!action) { peek(link.closest('.card')); return; }
    const query = new URLSearchParams(window.location.search); // a key action of the list narrows the board to it
    query.set('action', action.dataset.action);
    window.location.search = query;
  });

  // A moved card goes to its index in its new column.
  document.addEventListener('htmx:load', ({ detail }) => {
    const card = detail.elt;
    if (card.matches && card.matches('.card[data-index]') && card.parentElement.matches('[data-stage]')) {
      const list = card.parentElement;
      const old = $$(`[id="${card.id}"]`).filter((other) => other !== card && other.parentElement.matches('[data-stage]'));
      const stays = card.dataset.index === '' && old.find((other) => other.parentElement === list); // what a poll brings keeps its place
      const others = cards(list).filter((other) => other !== card && !old.includes(other));
      list.insertBefore(card, stays || (card.dataset.index && others[card.dataset.index]) || null);
      old.forEach((other) => other.remove());
      if (document.activeElement === document.body) go(card);
    }
    if (board()) drag();
  });
  sf.ready(() => {
    drag();
    stop();
  });
  document.addEventListener('htmx:afterSettle', stop);

  // More of a column begins after the cards that stand in it now: some have left it, or come, since the link was drawn.
  document.addEventListener('htmx:configRequest', ({ detail }) => {
    const list = detail.elt.matches('.add[hx-get]') && $(`#col-${detail.elt.id.slice(5)}`);
    if (list) detail.path = detail.path.replace(/from=\d+/, `from=${cards(list).length}`);
  });
  document.addEventListener('htmx:afterSettle', () => {
    const seen = new Set();
    $$('.board [data-stage] > .card').forEach((card) => { if (seen.has(card.id)) card.remove(); else seen.add(card.id); });
  });
  matchMedia('(max-width: 860px)').addEventListener('change', stop);

  // Columns fold and open in place; their form remembers it.
  sf.on('click', '[data-unfold]', (event, button) => { button.closest('.col')?.classList.remove('col-shut'); stop(); });
  sf.on('click', '[data-fold]', (event, button) => { button.closest('.col')?.classList.add('col-shut'); stop(); });

  // Somebody else was first: the card behind the dialog goes to where it is now.
  document.addEventListener('htmx:afterRequest', ({ detail }) => {
    const since = $('#since');
    if (detail.xhr.status === 409 && since && detail.elt !== since) htmx.trigger(since, 'poll');
  });

  // What others did waits while a card is in the hand: the next poll brings it.
  document.addEventListener('htmx:beforeSwap', ({ detail }) => {
    const asked = detail.requestConfig.elt;
    if (asked.id === 'since' && document.body.classList.contains('dragging')) detail.shouldSwap = false;
  });
})();
