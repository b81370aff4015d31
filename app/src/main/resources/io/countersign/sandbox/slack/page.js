// The page: who you are, where you are, what stands there, and what you do.

import {el, mrkdwn, textOf, formatDate} from './markup.js';
import {blocks} from './blocks.js';
import {Fields} from './forms.js';

const $ = id => document.getElementById(id);
const place = new URLSearchParams(location.search);
const linked = /^\/archives\/(\w+)(?:\/p(\d{10})(\d{6}))?/.exec(location.pathname);

let me = place.get('as') ?? '';
let channel = linked?.[1] ?? place.get('in') ?? '';
let thread = place.get('thread_ts') ?? (linked?.[2] ? `${linked[2]}.${linked[3]}` : '');
let state = null;
let drawnView = '';
let modalFields = new Fields();
const read = {};

const context = {
  get me() { return state.me; },
  get names() { return state.names; },
  get people() { return state.people; },
  get now() { return state.now; },
  suggest: async (action, typed) => (await post('suggest', {action, typed})).options ?? {}
};

async function post(verb, body) {
  try {
    const answer = await fetch('/page/' + verb, {
      method: 'POST', headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({as: state.me.id, ...body})
    });
    const result = await answer.json();
    if (result.error) toast(result.error);
    return result;
  } catch {
    toast('The sandbox is not running any more.');
    return {error: 'gone'};
  }
}

function toast(text) {
  $('toast').textContent = text;
  $('toast').hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => {
    $('toast').hidden = true;
  }, 6000);
}

// Drawing

function draw() {
  if (!state.channels.some(c => c.id === channel) && channel !== 'home') {
    channel = state.channels[0]?.id ?? 'home';
    thread = '';
  }
  drawSide();
  drawMain();
  drawThread();
  drawModal();
  remember();
}

function remember() {
  const query = new URLSearchParams({as: state.me.id, in: channel});
  if (thread) query.set('thread_ts', thread);
  history.replaceState(null, '', '/?' + query);
}

function drawSide() {
  const persona = $('persona');
  const options = state.people.map(p =>
    el('option', {value: p.id}, p.note ? `${p.name}, ${p.note}` : p.name));
  $('note').textContent = state.people.find(p => p.id === state.me.id)?.note ?? '';
  if (document.activeElement !== persona) {
    persona.replaceChildren(...options);
    persona.value = state.me.id;
  }
  keyed($('channels'), [...state.channels, {id: 'home', name: state.botName + ' Home'}],
    c => c.id, c => [c, c.id === channel, unread(c.id)], channelLink);
  keyed($('controls'), state.controls, label => label, label => label,
    label => el('button', {type: 'button', onclick: () => post('control', {label})}, label));
}

function channelLink(c) {
  const sign = c.id === 'home' ? '⌂' : c.direct ? '●' : c.private ? '🔒' : '#';
  const count = unread(c.id);
  return el('li', {}, el('button', {
    type: 'button', class: count ? 'unread' : '', 'aria-current': c.id === channel ? 'page' : null,
    onclick: () => go(c.id)
  }, el('span', {'aria-hidden': 'true', class: 'sign'}, sign), el('span', {}, c.name),
  count ? el('span', {class: 'count'}, `${count}`, el('span', {class: 'sr'}, ' unread')) : null));
}

function unread(id) {
  const seen = read[state.me.id + id] ?? '';
  return id === channel ? 0
    : state.messages.filter(m => m.channel === id && m.ts > seen && m.user !== state.me.id).length;
}

function go(id) {
  channel = id;
  thread = '';
  if (id === 'home') post('home', {});
  draw();
  if (id !== 'home') $('text').focus({preventScroll: true});
}

function drawMain() {
  const isHome = channel === 'home';
  const here = state.channels.find(c => c.id === channel);
  $('title').textContent = isHome ? state.botName : (here.direct ? '' : '#') + here.name;
  $('topic').textContent = isHome ? 'Home' : [here.archived ? 'archived' : '',
    here.shared ? 'shared with another company' : '',
    here.hasBot ? '' : `${state.botName} is not in this channel`].filter(Boolean).join(', ');
  document.title = $('title').textContent + ', Sandbox Slack';
  $('list').hidden = $('composer').hidden = isHome;
  $('home').hidden = !isHome;
  if (isHome) return drawHome();
  const shown = state.messages.filter(m => m.channel === channel && (!m.thread || m.broadcast));
  read[state.me.id + channel] = state.messages.findLast(m => m.channel === channel)?.ts ?? '';
  drawMessages($('list'), shown, true);
  if (!shown.length) $('list').replaceChildren(hints());
}

function hints() {
  return el('div', {class: 'empty'}, el('p', {}, 'Nothing here yet.'),
    state.hints.length ? el('p', {}, 'Try:') : null,
    state.hints.map(hint => el('p', {},
      el('button', {type: 'button', onclick: () => {
        $('text').value = hint.text;
        $('text').focus();
      }}, el('code', {}, hint.text)), ' ', hint.why)));
}

function drawHome() {
  const home = state.home;
  const key = home ? home.id + home.hash : 'none';
  if ($('home').dataset.key === state.me.id + key) return;
  $('home').dataset.key = state.me.id + key;
  const fields = new Fields();
  $('home').replaceChildren(...(home ? blocks(home.body.blocks, context, {
    fields, act: (action, value, element) => confirmed(element, () =>
      post('click', {view: home.id, action, value, values: fields.values()}))
  }) : [el('div', {class: 'empty'}, el('p', {}, 'Nothing on the Home yet.'))]));
}

function drawThread() {
  const parent = state.messages.find(m => m.ts === thread && m.channel === channel);
  $('thread').hidden = !parent;
  document.body.classList.toggle('with-thread', Boolean(parent));
  if (!parent) return;
  drawMessages($('replies'), [parent,
    ...state.messages.filter(m => m.channel === channel && m.thread === thread)], false);
}

function drawMessages(list, messages, withThreads) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const first = list.dataset.for !== channel + thread + state.me.id;
  list.dataset.for = channel + thread + state.me.id;
  const items = messages.map((m, i) => ({...m, follows: follows(messages[i - 1], m),
    replies: withThreads && !m.thread ? repliesOf(m) : []}));
  keyed(list, items, m => m.ts, m => [state.me.id, m], drawMessage);
  if (atEnd || first) list.scrollTop = list.scrollHeight;
}

const repliesOf = m => state.messages.filter(r => r.thread === m.ts && r.channel === m.channel)
  .map(r => r.ts);

const follows = (before, m) => Boolean(before) && before.user === m.user && !m.ephemeral
  && !before.ephemeral && Number(m.ts) - Number(before.ts) < 300 && !m.blocks.length;

/** Redraws only what changed, so that focus and scrolling stay where they are. */
function keyed(list, items, keyOf, contentOf, drawOne) {
  const old = new Map([...list.children].map(node => [node.dataset.key, node]));
  const nodes = items.map(item => {
    const key = keyOf(item);
    const content = JSON.stringify(contentOf(item));
    const known = old.get(key);
    if (known && known.dataset.content === content) return known;
    const node = drawOne(item);
    node.dataset.key = key;
    node.dataset.content = content;
    return node;
  });
  const same = nodes.length === list.children.length
    && nodes.every((node, i) => node === list.children[i]);
  if (!same) list.replaceChildren(...nodes);
}

function drawMessage(m) {
  const author = m.user === 'USLACKBOT' ? 'Slackbot' : state.names[m.user] ?? m.user;
  const isBot = m.user === state.bot;
  const when = new Date(Number(m.ts) * 1000);
  const act = (action, value, element) => confirmed(element, () =>
    post('click', {channel: m.channel, ts: m.ts, action, value}));
  return el('article', {
    class: ['message', m.ephemeral ? 'ephemeral' : '', m.follows ? 'follows' : ''].join(' '),
    'aria-label': `${author}, ${formatDate(when, '{time}', context)}`
  },
  el('div', {class: 'face' + (isBot ? ' bot' : ''), 'aria-hidden': 'true'}, author[0].toUpperCase()),
  el('div', {class: 'content'},
    m.ephemeral ? el('p', {class: 'only-you'}, 'Only visible to you') : null,
    m.broadcast ? el('p', {class: 'only-you'}, 'Also sent to the channel from a thread') : null,
    el('p', {class: 'by'}, el('strong', {}, author), isBot ? el('span', {class: 'app'}, 'APP') : null,
      el('time', {datetime: when.toISOString()}, formatDate(when, '{time}', context))),
    m.blocks.length ? blocks(m.blocks, context, {fields: new Fields(), act})
      : el('div', {class: 'block'}, mrkdwn(m.text, context)),
    m.edited ? el('span', {class: 'fine'}, '(edited)') : null,
    m.files.map(file),
    threadLink(m)));
}

function file(f) {
  return el('details', {class: 'file'}, el('summary', {}, f.title || f.name, ' ', el('span', {class: 'fine'}, f.title === f.name ? '' : f.name)),
    el('pre', {tabindex: '0'}, f.content.slice(0, 20000)));
}

function threadLink(m) {
  if (m.ephemeral || $('replies').contains(document.activeElement) && m.thread) return null;
  const count = m.replies.length;
  const label = count ? `${count} ${count === 1 ? 'reply' : 'replies'}` : 'Reply in thread';
  return el('button', {type: 'button', class: 'thread-link' + (count ? ' has' : ''),
    onclick: () => {
      thread = m.thread || m.ts;
      draw();
      $('reply-text').focus({preventScroll: true});
    }}, label);
}

// Dialogs

async function confirmed(element, act) {
  if (!element.confirm) return act();
  if (await ask(element.confirm)) return act();
  return null;
}

function ask(confirm) {
  const dialog = $('confirm');
  return new Promise(resolve => {
    const end = answer => () => { dialog.close(); resolve(answer); };
    const danger = confirm.style === 'danger' ? 'danger' : 'primary';
    dialog.replaceChildren(
      el('h2', {id: 'confirm-title'}, textOf(confirm.title, context)),
      el('p', {}, textOf(confirm.text, context)),
      el('div', {class: 'buttons'},
        el('button', {type: 'button', onclick: end(false)}, textOf(confirm.deny, context)),
        el('button', {type: 'button', class: danger, onclick: end(true)},
          textOf(confirm.confirm, context))));
    dialog.oncancel = () => resolve(false);
    dialog.showModal();
  });
}

function drawModal() {
  const dialog = $('modal');
  const view = state.view;
  const key = view ? state.me.id + view.id + view.hash : '';
  if (key === drawnView) return;
  const kept = modalFields.values();
  drawnView = key;
  modalFields = new Fields();
  if (!view) return dialog.close();
  const body = view.body;
  const act = (action, value, element) => confirmed(element, () =>
    post('click', {view: view.id, action, value, values: modalFields.values()}));
  const form = el('form', {method: 'dialog', onsubmit: submitted, novalidate: true},
    el('header', {}, el('h2', {id: 'modal-title'}, textOf(body.title, context)),
      el('button', {type: 'button', 'aria-label': 'Close', onclick: closed}, '✕')),
    el('div', {class: 'scroll'}, blocks(body.blocks, context, {fields: modalFields, act})),
    el('div', {class: 'buttons'},
      el('button', {type: 'button', onclick: closed}, body.close?.text ?? 'Cancel'),
      body.submit ? el('button', {type: 'submit', class: 'primary'}, body.submit.text) : null));
  dialog.replaceChildren(form);
  modalFields.restore(kept);
  if (!dialog.open) dialog.showModal();
}

function closed() {
  post('close', {});
}

async function submitted(event) {
  event.preventDefault();
  const button = $('modal').querySelector('button[type=submit]');
  if (button) button.disabled = true;
  const result = await post('submit', {values: modalFields.values()});
  if (button) button.disabled = false;
  for (const block of $('modal').querySelectorAll('[data-block]')) {
    const error = result.errors?.[block.dataset.block] ?? '';
    block.classList.toggle('wrong', Boolean(error));
    block.querySelector('.error').textContent = error;
  }
  $('modal').querySelector('.wrong :is(input, select, textarea)')?.focus();
}

$('modal').addEventListener('cancel', event => {
  event.preventDefault();
  closed();
});

// What you do

function composer(form, box, send) {
  form.addEventListener('submit', event => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = '';
    send(text);
  });
  box.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}

composer($('composer'), $('text'), text =>
  post(text.startsWith('/') ? 'command' : 'say', {channel, text}));

composer($('reply'), $('reply-text'), text => {
  if (text.startsWith('/')) {
    toast(`${text.split(' ')[0]} does not work in threads. Sorry!`);
    $('reply-text').value = text;
    return;
  }
  post('say', {channel, thread, text});
});

function closeThread() {
  thread = '';
  draw();
  $('text').focus();
}

$('close-thread').addEventListener('click', closeThread);
$('thread').addEventListener('keydown', event => {
  if (event.key === 'Escape') closeThread();
});
$('persona').addEventListener('change', async event => {
  me = event.target.value;
  $('persona').blur();
  await refresh();
  if (channel === 'home') post('home', {});
});

// Staying up to date: one request at a time, and one more when something changed meanwhile

let busy = false;
let stale = false;

async function refresh() {
  if (busy) {
    stale = true;
    return;
  }
  busy = true;
  do {
    stale = false;
    try {
      state = await (await fetch('/page/state?as=' + encodeURIComponent(me))).json();
      me = state.me.id;
      draw();
    } catch (problem) {
      console.error(problem);
    }
  } while (stale);
  busy = false;
}

const changes = new EventSource('/page/changes');
changes.onmessage = refresh;
changes.onerror = () => toast('Connection lost; trying again.');
