'use strict';
// Works on what the server has rendered; without it everything essential is a form or a link.
(function () {
  const body = document.body;
  const items = () => Array.from(document.querySelectorAll('.item'));
  const flash = document.getElementById('flash');
  const keys = document.getElementById('keys');
  const one = document.querySelector('article.change.one');
  let current = null;
  let last = '';
  let busy = false;

  function post(path, fields) {
    return fetch(path, {
      method: 'POST', headers: { 'Accept': 'application/json', 'X-CSRF-Token': body.dataset.csrf },
      body: new URLSearchParams(fields), credentials: 'same-origin',
    }).then(function (answer) { return answer.json().then(function (said) { return { ok: answer.ok, said: said }; }); });
  }

  function tell(text, batch) {
    flash.replaceChildren();
    const line = document.createElement('p');
    line.textContent = text;
    flash.append(line);
    last = batch || '';
    if (batch) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = 'Undo';
      button.addEventListener('click', undo);
      flash.append(button);
    }
  }

  function count(number) {
    body.dataset.unseen = number;
    document.title = (number ? '(' + number + ') ' : '') + document.title.replace(/^\(\d+\) /, '');
    document.querySelectorAll('[data-count]').forEach(function (badge) {
      badge.hidden = !number;
      badge.firstElementChild.textContent = number;
    });
  }

  function undo() {
    if (busy) { return; }
    busy = true;
    post('/undo', last ? { batch: last } : {}).then(function (answer) {
      busy = false;
      if (answer.ok) { sessionStorage.setItem('told', answer.said.told); location.reload(); } else { tell(answer.said.error); }
    });
  }

  function choose(item, focus) {
    if (current) { current.classList.remove('current'); const fold = current.querySelector('details'); if (fold && fold.dataset.auto) { fold.open = false; delete fold.dataset.auto; } }
    current = item;
    if (!item) { return; }
    item.classList.add('current');
    const fold = item.querySelector('details');
    if (fold && !fold.open) { fold.open = true; fold.dataset.auto = 'yes'; }
    if (focus) { item.focus({ preventScroll: true }); }
    item.scrollIntoView({ block: 'nearest' });
  }

  function move(step) {
    const all = items();
    const at = all.indexOf(current);
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
    if (next) { choose(next, true); }
  }

  function leaves(item) {
    const all = items();
    const at = all.indexOf(item);
    const group = item.closest('.group');
    item.remove();
    if (group && !group.querySelector('.item')) { group.remove(); }
    const rest = items();
    current = null;
    if (rest.length) { choose(rest[Math.min(at, rest.length - 1)], true); } else {
      const older = document.getElementById('older');
      location.href = older ? older.href : location.pathname + location.search;
    }
  }

  function decide(verdict, item) {
    if (!item || busy) { return; }
    busy = true;
    item.classList.add('waits');
    post('/decide', { do: verdict + ' ' + item.dataset.pick }).then(function (answer) {
      busy = false;
      item.classList.remove('waits');
      if (!answer.ok) { tell(answer.said.error); return; }
      tell(answer.said.told, answer.said.batch);
      count(answer.said.unseen);
      if (verdict === 'seen' || verdict === 'unseen') {
        item.classList.toggle('is-new', verdict === 'unseen');
        item.classList.toggle('is-seen', verdict === 'seen');
        item.querySelector('.state').textContent = verdict === 'seen' ? 'seen' : 'new';
        const parts = item.dataset.pick.split(' ');
        renumber(item, parts[0], Number(parts[1]) + answer.said.changed, verdict);
      } else { leaves(item); }
    }).catch(function () { busy = false; item.classList.remove('waits'); tell('The server does not answer; nothing was decided.'); });
  }

  // What the forms of the row say must be true after the script has decided, too.
  function renumber(item, id, version, verdict) {
    item.dataset.pick = id + ' ' + version;
    item.querySelector('input[name=pick]').value = item.dataset.pick;
    item.querySelectorAll('button[name=do]').forEach(function (button) {
      let word = button.value.split(' ')[0];
      if (word === 'seen' || word === 'unseen') {
        word = verdict === 'seen' ? 'unseen' : 'seen';
        button.textContent = verdict === 'seen' ? 'Mark as new' : 'Mark as seen';
      }
      button.value = word + ' ' + item.dataset.pick;
    });
  }

  function keysOn() { return localStorage.getItem('keys') !== 'off'; }

  // The first of two keys outlives a change of page: "g u" must never be read as "u", which takes a verdict back.
  function prefix(key) {
    const was = (sessionStorage.getItem('prefix') || '').split(' ');
    if (key) { sessionStorage.setItem('prefix', key + ' ' + Date.now()); } else { sessionStorage.removeItem('prefix'); }
    return Date.now() - Number(was[1]) < 3000 ? was[0] : '';
  }

  function pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) { return; }
    const typing = event.target.closest('input:not([type=checkbox]), textarea, select, dialog[open]');
    if (typing || !keysOn()) { return; }
    const key = event.key;
    if (prefix('') === 'g') {
      if (key === 'u') { location.href = '/'; } else if (key === 'w') { location.href = '/watches'; }
      return;
    }
    const act = {
      g: function () { prefix('g'); },
      j: function () { move(1); }, k: function () { move(-1); },
      o: function () { const link = current && current.querySelector('h3 a'); if (link) { location.href = link.href; } },
      a: function () { decide('accept', current); }, x: function () { decide('dismiss', current); }, z: function () { decide('snooze', current); },
      m: function () { if (current) { decide(current.classList.contains('is-new') ? 'seen' : 'unseen', current); } },
      t: function () { const box = current && current.querySelector('input[name=pick]'); if (box) { box.checked = !box.checked; ticked(); } },
      v: function () { const from = current || one; if (from && from.dataset.link) { window.open(from.dataset.link, '_blank', 'noopener,noreferrer'); } },
      u: undo,
      '/': function () { const field = document.getElementById('search'); if (field) { const fold = field.closest('details'); if (fold) { fold.open = true; } field.focus(); } else { location.href = '/claims'; } },
      '?': function () { keys.showModal(); },
    };
    const onButton = event.target.closest('a, button, summary, input');
    if (key === ' ' && !onButton && items().length) { event.preventDefault(); move(1); return; }
    if (key === 'Enter' && event.target === current) { event.preventDefault(); act.o(); return; }
    const named = one && document.querySelector('[data-key="' + (/^[a-z]$/.test(key) ? key : '-') + '"]');
    if (named) { event.preventDefault(); named.click(); return; }
    if (Object.hasOwn(act, key)) { event.preventDefault(); act[key](); }
  }
  document.addEventListener('keydown', pressed);

  const list = document.getElementById('list');
  if (list) {
    // One click on a row's button decides in place; ticked ones go as a form.
    list.addEventListener('click', function (event) {
      const button = event.target.closest('button[name=do]');
      const item = event.target.closest('.item');
      if (button && item && ['accept', 'dismiss', 'snooze', 'seen', 'unseen', 'reopen'].includes(button.value.split(' ')[0])) {
        event.preventDefault();
        decide(button.value.split(' ')[0], item);
      }
    });
    list.addEventListener('focusin', function (event) { const item = event.target.closest('.item'); if (item && item !== current) { const before = current; current = item; item.classList.add('current'); if (before) { before.classList.remove('current'); } } });
    list.addEventListener('change', ticked);
    const all = document.getElementById('tick-all');
    if (all) { all.addEventListener('change', function () { items().forEach(function (item) { item.querySelector('input[name=pick]').checked = all.checked; }); ticked(); }); }
    ticked();
  }

  function ticked() {
    const number = document.querySelectorAll('input[name=pick]:checked').length;
    document.querySelectorAll('[data-bulk]').forEach(function (button) {
      button.textContent = button.dataset.bulk + ' ' + number + ' ticked';
      button.hidden = !number;
    });
  }

  // Opening a change is seeing it; deciding never happens by itself.
  let seeing = null;
  if (one && one.dataset.seen === 'no') {
    seeing = post('/changes/' + one.dataset.id + '/seen', { version: one.dataset.version }).then(function (answer) {
      if (!answer.ok) { return; }
      count(answer.said.unseen);
      const before = Number(one.dataset.version);
      const version = before + answer.said.changed;
      document.querySelectorAll('button[name=do]').forEach(function (button) {
        const parts = button.value.split(' ');
        button.value = (parts[0] === 'seen' ? 'unseen' : parts[0]) + ' ' + parts[1] + ' ' + version;
        if (parts[0] === 'seen') { button.textContent = 'Mark as new'; }
      });
      document.querySelectorAll('input[name=version]').forEach(function (field) { field.value = version; });
      const state = one.querySelector('.state');
      if (state) { state.textContent = 'seen'; }
    }).catch(function () {}).then(function () { seeing = null; });
    // A verdict given before that is stored waits for it, or it would rest on the version before.
    document.querySelectorAll('main form[method=post]').forEach(function (form) {
      form.addEventListener('submit', function (event) {
        if (!seeing) { return; }
        const button = event.submitter;
        event.preventDefault();
        seeing.then(function () { form.requestSubmit(button); });
      });
    });
  }

  document.querySelectorAll('.slider input[type=range]').forEach(function (range) {
    const shown = document.querySelector('output[data-for="' + range.id + '"]');
    range.addEventListener('input', function () {
      const day = new Date(range.dataset.first + 'T00:00:00Z');
      day.setUTCDate(day.getUTCDate() + Number(range.value));
      shown.textContent = day.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
    });
    range.addEventListener('change', function () { range.form.requestSubmit(); });
  });

  const editor = document.getElementById('editor');
  if (editor) {
    const caught = document.getElementById('caught');
    let timer = 0;
    let asked = 0;
    const look = function () {
      const mine = ++asked;
      caught.setAttribute('aria-busy', 'true');
      post('/editor/preview', new FormData(editor)).then(function (answer) {
        if (mine !== asked) { return; }
        caught.removeAttribute('aria-busy');
        // Rendered and escaped by our own server, like every page.
        if (answer.said.html !== undefined) { caught.innerHTML = answer.said.html; } else { caught.textContent = answer.said.error; }
      }).catch(function () { caught.removeAttribute('aria-busy'); });
    };
    editor.text.addEventListener('input', function () { clearTimeout(timer); timer = setTimeout(look, 700); });
  }

  const on = document.getElementById('keys-on');
  if (on) {
    on.checked = keysOn();
    on.addEventListener('change', function () { localStorage.setItem('keys', on.checked ? 'on' : 'off'); });
  }
  const here = document.querySelector('.bar [aria-current]');
  // Not scrollIntoView: that would make the first stop of the Tab key the link that was brought into view.
  for (let box = here && here.parentElement; box && box !== document.body; box = box.parentElement) {
    if (box.scrollWidth > box.clientWidth) { box.scrollLeft += here.getBoundingClientRect().left - box.getBoundingClientRect().left - (box.clientWidth - here.offsetWidth) / 2; }
  }
  const hint = document.querySelector('.keyhint');
  if (hint) { hint.hidden = false; hint.addEventListener('click', function () { keys.showModal(); }); }
  const told = sessionStorage.getItem('told');
  if (told) { sessionStorage.removeItem('told'); tell(told); }

  // The page is left open all day: the count in the title stays true.
  setInterval(function () {
    if (document.visibilityState !== 'visible' && Number(body.dataset.unseen) > 999) { return; }
    fetch('/unseen.json', { credentials: 'same-origin' }).then(function (answer) { return answer.ok ? answer.json() : null; }).then(function (said) {
      if (!said || said.unseen === Number(body.dataset.unseen)) { return; }
      const more = said.unseen - Number(body.dataset.unseen);
      count(said.unseen);
      if (more > 0 && list) { tell(more + ' new since this page was loaded. Press g u to see ' + (more === 1 ? 'it' : 'them') + '.'); }
    }).catch(function () {});
  }, 60000);
}());
