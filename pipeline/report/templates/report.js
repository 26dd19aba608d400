
'use strict';
(function () {
  const buttons = Array.from(document.querySelectorAll('button[data-kind]'));
  const cards = Array.from(document.querySelectorAll('main .change, main .row'));
  const days = Array.from(document.querySelectorAll('main .day'));
  const told = document.getElementById('told');
  const all = document.getElementById('all');

  function chosen() {
    return buttons.filter(function (button) { return button.getAttribute('aria-pressed') === 'true'; })
      .map(function (button) { return button.dataset.kind; });
  }

  function show() {
    const kinds = chosen();
    cards.forEach(function (card) { card.hidden = kinds.length > 0 && !kinds.includes(card.dataset.kind); });
    days.forEach(function (day) { day.hidden = !day.querySelector('.change:not([hidden])'); });
    const changes = cards.filter(function (card) { return card.matches('.change'); });
    const left = changes.filter(function (card) { return !card.hidden; });
    told.textContent = kinds.length ? 'Showing ' + left.length + ' of ' + changes.length + ' changes.' : '';
    all.hidden = kinds.length === 0;
    history.replaceState(null, '', kinds.length ? '#kind=' + kinds.join(',') : location.pathname + location.search);
  }

  function press(kinds) {
    if (!all) { return; }
    buttons.forEach(function (button) { button.setAttribute('aria-pressed', String(kinds.includes(button.dataset.kind))); });
    show();
  }

  buttons.forEach(function (button) {
    button.disabled = false;
    button.setAttribute('aria-pressed', 'false');
    button.addEventListener('click', function () {
      const kinds = chosen();
      press(kinds.includes(button.dataset.kind) ? kinds.filter(function (kind) { return kind !== button.dataset.kind; }) : kinds.concat(button.dataset.kind));
    });
  });
  if (all) { all.addEventListener('click', function () { press([]); }); }
  const asked = /^#kind=([a-z_,]+)$/.exec(location.hash);
  if (asked) { press(asked[1].split(',')); }
  // A change that is linked to must not stay hidden behind a filter or a fold.
  window.addEventListener('hashchange', function () {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) { return; }
    if (target.closest('[hidden]')) { const here = location.hash; press([]); history.replaceState(null, '', here); }
    const fold = target.closest('details');
    if (fold) { fold.open = true; }
    target.scrollIntoView();
  });
}());
