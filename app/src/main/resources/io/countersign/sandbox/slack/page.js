// The page: who you are, where you are, what stands there, and what you do.

import {el, mrkdwn} from './markup.js';
import {blocks} from './blocks.js';
import {Fields} from './forms.js';
import {keyed} from './lists.js';
import {composer} from './composer.js';
import {confirmed, modal, suggesting} from './dialogs.js';
import {goesToEnd, told} from './news.js';
import {message, skipped} from './messages.js';
import {clockText, span} from './times.js';

const $ = id => document.getElementById(id);
const place = new URLSearchParams(location.search);
const linked = /^\/archives\/(\w+)(?:\/p(\d{10})(\d{6}))?/.exec(location.pathname);
const narrow = matchMedia('(max-width: 1000px)');
const phone = matchMedia('(max-width: 640px)');

let me = place.get('as') ?? '';
let channel = linked?.[1] ?? place.get('in') ?? '';
let thread = place.get('thread_ts') ?? (linked?.[2] ? `${linked[2]}.${linked[3]}` : '');
let state = null;
let arrived = 0;
const read = {};
const lastSeen = {at: '', ts: ''};

const context = {
  get me() { return state.me; },
  get names() { return state.names; },
  get people() { return state.people; },
  get channels() { return state.channels; },
  get skips() { return state.skips; },
  get bot() { return state.bot; },
  get now() { return state.now + ahead() + Date.now() - arrived; },
  act: (m, action, value, element) => confirmed(element, context, () =>
    post('click', {channel: m.channel, ts: m.ts, action, value}))
};

const ahead = () => state.skips.at(-1)?.ahead ?? 0;

async function post(verb, body) {
  try {
    const answer = await fetch('/page/' + verb, {
      method: 'POST', headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({as: state.me.id, ...body})
    });
    const result = await answer.json();
    if (result.error) trouble(result.error);
    return result;
  } catch {
    const error = 'The sandbox did not answer. Is it still running?';
    trouble(error);
    return {error};
  }
}

function trouble(text) {
  if (!view.trouble(text)) toast(text);
}

function toast(...said) {
  $('toast').replaceChildren(...said);
  $('toast').hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => {
    $('toast').hidden = true;
  }, 8000);
}

// Drawing

function draw() {
  if (!state.channels.some(c => c.id === channel) && channel !== 'home') {
    channel = state.channels[0]?.id ?? 'home';
    thread = '';
  }
  drawSandbox();
  drawSide();
  drawMain();
  drawThread();
  view.draw(state.view);
  remember();
}

function remember() {
  const query = new URLSearchParams({as: state.me.id, in: channel});
  if (thread) query.set('thread_ts', thread);
  history.replaceState(null, '', '/?' + query);
}

function drawSandbox() {
  keyed($('persona'), state.people, p => p.id, p => p, p =>
    el('option', {value: p.id}, p.note ? `${p.name} · ${p.note}` : p.name));
  // whoever is choosing by keys must not be set back by news that comes meanwhile
  if (document.activeElement !== $('persona')) $('persona').value = state.me.id;
  keyed($('controls'), state.controls, label => label, label => label,
    label => el('button', {type: 'button', onclick: () => control(label)}, label));
  drawClock();
}

function drawClock() {
  if (!state) return;
  $('clock').hidden = !state.controls.length;
  $('clock').textContent = `Clock: ${clockText(context.now, context)}`
    + (ahead() ? `, skipped ${span(ahead())}` : '');
}

async function control(label) {
  const result = await post('control', {label});
  if (result.error) return;
  await refresh();
  const skip = state.skips.at(-1);
  toast(skip ? `Skipped ${span(skip.by)}. The bot's clock says ${clockText(context.now, context)}.`
    : `${label}: done.`);
}

function drawSide() {
  const links = (list, places) => keyed($(list), places, c => c.id,
    c => [c, c.id === channel, unread(c.id)], channelLink);
  links('channels', state.channels.filter(c => !c.direct));
  links('apps', [...state.channels.filter(c => c.direct),
    {id: 'home', name: state.botName + ' Home'}]);
  drawPlaces();
}

/** On a phone the channels are behind a button, which says whether something waits there. */
function drawPlaces() {
  const isOpen = document.body.classList.contains('with-side');
  const count = state.channels.reduce((sum, c) => sum + unread(c.id), 0);
  $('places').setAttribute('aria-expanded', String(isOpen));
  $('places').replaceChildren(el('span', {'aria-hidden': 'true'}, isOpen ? '✕' : '☰'),
    el('span', {class: 'sr'}, 'Channels and apps'),
    ...(count ? [el('span', {class: 'count'}, `${count}`, el('span', {class: 'sr'}, ' unread'))] : []));
}

function showPlaces(isOpen) {
  document.body.classList.toggle('with-side', isOpen);
  drawPlaces();
  if (isOpen) $('side').querySelector('[aria-current]')?.focus();
  else $('places').focus({preventScroll: true});
}

$('places').addEventListener('click', () =>
  showPlaces(!document.body.classList.contains('with-side')));
$('side').addEventListener('keydown', event => {
  if (event.key === 'Escape' && phone.matches) showPlaces(false);
});

function channelLink(c) {
  const sign = c.id === 'home' ? '⌂' : c.direct ? '●' : c.private ? '🔒' : '#';
  const count = unread(c.id);
  return el('li', {}, el('button', {
    type: 'button', class: count ? 'unread' : '', 'aria-current': c.id === channel ? 'page' : null,
    'data-action': 'go.' + c.id, onclick: () => go(c.id)
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
  if (phone.matches) showPlaces(false);
  else if (id !== 'home' && !narrow.matches) $('text').focus({preventScroll: true});
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
  markSeen();
  drawMessages($('list'), shown, '');
  if (!shown.length) $('list').replaceChildren(hints());
}

/** What came since the last visit lies below a line, until the next visit. */
function markSeen() {
  const key = state.me.id + channel;
  if (lastSeen.at !== key) {
    lastSeen.at = key;
    lastSeen.ts = read[key] ?? '';
  }
  read[key] = state.messages.findLast(m => m.channel === channel)?.ts ?? '';
}

function hints() {
  return el('div', {class: 'empty'}, el('p', {}, 'Nothing here yet.'),
    state.hints.length ? el('p', {}, 'Try:') : null,
    state.hints.map(hint => el('p', {},
      el('button', {type: 'button', onclick: () => {
        main.write(hint.text);
        $('text').focus();
      }}, el('code', {}, hint.text)), ' ', hint.why)));
}

function drawHome() {
  keyed($('home'), [state.home ?? {id: '', hash: ''}], () => state.me.id, home => home, home => {
    if (!home.id) return el('p', {class: 'empty', tabindex: '-1'}, 'Nothing on the Home yet.');
    const fields = new Fields();
    const act = (action, value, element, block) => confirmed(element, context, () =>
      post('click', {view: home.id, block, action, value, values: fields.values()}));
    return el('div', {tabindex: '-1'}, blocks(home.body.blocks, context,
      {fields, act, suggest: suggesting(post, home.id)}));
  });
}

function drawThread() {
  const parent = state.messages.find(m => m.ts === thread && m.channel === channel);
  $('thread').hidden = !parent;
  document.body.classList.toggle('with-thread', Boolean(parent));
  if (!parent) return;
  const replies = repliesOf(parent);
  const count = replies.filter(r => !r.ephemeral).length;
  $('thread-of').textContent = `${$('title').textContent}, ${count} ${count === 1 ? 'reply' : 'replies'}`;
  drawMessages($('replies'), [parent, ...replies], thread);
}

const repliesOf = m => state.messages.filter(r => r.thread === m.ts && r.channel === m.channel);

function drawMessages(list, messages, inThread) {
  const follow = list === $('list') ? toEnd : toEndOfThread;
  const atEnd = follow.isThere();
  const isOther = list.dataset.for !== channel + inThread + state.me.id;
  list.dataset.for = channel + inThread + state.me.id;
  if (isOther) list.replaceChildren();
  keyed(list, withLines(messages, inThread), m => m.ts ?? 'skip' + m.at,
    m => [state.me.id, ahead(), m], m => m.ts ? message(m, context, openThread)
      : skipped(m, context));
  follow.drawn(messages, atEnd || isOther, state.me.id);
}

const toEnd = goesToEnd($('list'), $('newer'));
const toEndOfThread = goesToEnd($('replies'), $('newer-replies'));

/** The messages with what else stands between them: skips of the clock, and the line "New". */
function withLines(messages, inThread) {
  const items = messages.map((m, i) => ({...m, follows: follows(messages[i - 1], m),
    isNew: !inThread && isFirstNew(messages[i - 1], m), replies: inThread ? null : threadOf(m)}));
  const first = Number(messages[0]?.ts) * 1000;
  const skips = state.skips.filter(skip => skip.at > first);
  const moment = item => item.at ?? Number(item.ts) * 1000;
  return [...items, ...skips].sort((a, b) => moment(a) - moment(b));
}

const isFirstNew = (before, m) => lastSeen.ts !== '' && m.ts > lastSeen.ts
  && m.user !== state.me.id && !(before?.ts > lastSeen.ts);

function threadOf(m) {
  const replies = m.thread ? [] : repliesOf(m);
  return {count: replies.filter(r => !r.ephemeral).length,
    mine: replies.filter(r => r.ephemeral).length};
}

const follows = (before, m) => Boolean(before) && before.user === m.user && !m.ephemeral
  && !before.ephemeral && Number(m.ts) - Number(before.ts) < 300 && !m.blocks.length;

// Threads

function openThread(m) {
  thread = m.thread || m.ts;
  draw();
  $(narrow.matches ? 'close-thread' : 'reply-text').focus({preventScroll: true});
}

function closeThread() {
  const from = $('list').querySelector(`[data-ts="${thread}"]`);
  thread = '';
  draw();
  (from?.querySelector('.thread-link') ?? $('text')).focus({preventScroll: narrow.matches});
}

$('close-thread').addEventListener('click', closeThread);
$('thread').addEventListener('keydown', event => {
  if (event.key === 'Escape') closeThread();
});

/** A private answer in a thread that is not open would go unseen. */
function tellPrivate(before) {
  const known = new Set(before.messages.map(m => m.ts));
  const unseen = state.messages.findLast(m => m.ephemeral && m.thread && !known.has(m.ts)
    && (m.thread !== thread || m.channel !== channel));
  if (unseen) toast('Only to you, in the thread: ', ...mrkdwn(unseen.text, context));
}

// What you do

const view = modal(context, post, gone => {
  const message = gone.closest('[data-ts]');
  const list = $('thread').hidden ? $('list') : $('replies');
  (list.querySelector(`[data-ts="${message?.dataset.ts}"]`) ?? list).focus({preventScroll: true});
});

const main = composer($('composer'), $('text'), async text => {
  const verb = text.startsWith('/') ? 'command' : 'say';
  return !(await post(verb, {channel, text})).error;
}, () => state.me.id, {commands: () => state.commands, list: $('commands'), usage: $('usage')});

composer($('reply'), $('reply-text'), async text => {
  if (text.startsWith('/')) {
    toast(`${text.split(' ')[0]} does not work in threads. Sorry!`);
    return false;
  }
  return !(await post('say', {channel, thread, text})).error;
}, () => state.me.id);

$('persona').addEventListener('change', async event => {
  me = event.target.value;
  await refresh();
  if (channel === 'home') post('home', {});
});

// Staying up to date: one request at a time, and one more when something changed meanwhile

let going = null;
let stale = false;

function refresh() {
  stale = true;
  going ??= refreshing().finally(() => {
    going = null;
  });
  return going;
}

async function refreshing() {
  while (stale) {
    stale = false;
    const asked = me;
    const next = await fetchState();
    if (!next) return;
    // another person was chosen meanwhile: this is not theirs, and must not choose the old one again
    if (asked !== me) continue;
    const before = state;
    state = next;
    arrived = Date.now();
    me = state.me.id;
    draw();
    if (before?.me.id === me) {
      tellPrivate(before);
      told($('said'), before, state, m => m.channel === channel && (!m.thread || m.thread === thread
        || m.broadcast || m.ephemeral), context);
    } else {
      $('said').replaceChildren();
    }
  }
}

async function fetchState() {
  try {
    const answer = await fetch('/page/state?as=' + encodeURIComponent(me));
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** A hidden page lets go of its stream: a browser keeps only six to one address. */
let changes = null;

function listen() {
  changes?.close();
  changes = null;
  if (document.hidden) return;
  changes = new EventSource('/page/changes');
  changes.onopen = () => {
    $('lost').hidden = true;
  };
  changes.onmessage = refresh;
  changes.onerror = () => {
    $('lost').textContent = 'Connection to the sandbox lost; trying again.';
    $('lost').hidden = false;
    if (changes?.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  };
}

document.addEventListener('visibilitychange', listen);
setInterval(drawClock, 10000);
listen();
