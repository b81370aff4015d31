// What is new: where it lies below what somebody reads, and for those who listen.

import {el, mrkdwn} from './markup.js';

const KEPT = 20;

/**
 * A list that stays at its end, unless somebody has gone up to read: then a button says that there
 * is more below.
 */
export function goesToEnd(list, button) {
  let newest = '';
  let there = true;

  const isThere = () => list.scrollHeight - list.scrollTop - list.clientHeight < 60;

  function go() {
    list.scrollTop = list.scrollHeight;
    button.hidden = there = true;
  }

  // What moves because there is suddenly more or less room was not moved by anybody.
  let room = '';
  const roomNow = () => list.clientWidth + ' x ' + list.clientHeight;

  list.addEventListener('scroll', () => {
    if (room !== roomNow()) return;
    there = isThere();
    if (there) button.hidden = true;
  });
  new ResizeObserver(() => {
    room = roomNow();
    if (there) go();
  }).observe(list);
  list.addEventListener('load', () => {
    if (there) go();
  }, true);
  button.addEventListener('click', () => {
    go();
    list.focus({preventScroll: true});
  });

  return {isThere: () => room === roomNow() ? isThere() : there, drawn(messages, stays, me) {
    const last = messages.at(-1);
    const isNew = last && last.ts > newest;
    if (stays || isNew && last.user === me) go();
    else if (isNew) button.hidden = false;
    newest = last?.ts ?? '';
  }};
}

/**
 * Says new messages to screen readers, once each. Edits are silent: a message that tells how far a
 * copy has come is edited every other second.
 */
export function told(log, before, now, concerns, context) {
  const known = new Set(before.messages.map(m => m.ts));
  const fresh = now.messages.filter(m => !known.has(m.ts) && m.user !== now.me.id && concerns(m));
  for (const m of fresh) {
    const who = now.names[m.user] ?? 'Slackbot';
    const text = el('span', {}, mrkdwn(m.text, context)).textContent;
    log.append(el('p', {}, `${who}${m.ephemeral ? ', only to you' : ''}: ${text}`));
  }
  while (log.children.length > KEPT) log.firstChild.remove();
}
