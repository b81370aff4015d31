// One message, and what stands between messages.

import {el, mrkdwn} from './markup.js';
import {blocks} from './blocks.js';
import {Fields} from './forms.js';
import {clockText, span, stamp, written} from './times.js';

const LONGEST_FILE = 20000;

const notHere = async () => ({error: 'Typeaheads are answered in views only, here.'});

/** @param openThread called with the message when its thread is wanted */
export function message(m, context, openThread) {
  const author = m.user === 'USLACKBOT' ? 'Slackbot' : context.names[m.user] ?? m.user;
  const isBot = m.user === context.bot;
  const when = written(m.ts, context.skips);
  const time = stamp(when, context);
  const act = (action, value, element) => context.act(m, action, value, element);
  const article = el('article', {
    class: ['message', m.ephemeral ? 'ephemeral' : '', m.follows ? 'follows' : ''].join(' '),
    'aria-label': `${author}, ${time}${m.ephemeral ? ', only visible to you' : ''}`,
    'data-ts': m.ts, tabindex: '-1'
  },
  el('div', {class: 'face' + (isBot ? ' bot' : ''), 'aria-hidden': 'true'}, author[0].toUpperCase()),
  el('div', {class: 'content'},
    m.ephemeral ? el('p', {class: 'only-you'}, 'Only visible to you') : null,
    m.broadcast ? el('p', {class: 'only-you'}, 'Also sent to the channel from a thread') : null,
    el('p', {class: 'by'}, el('strong', {}, author), isBot ? el('span', {class: 'app'}, 'APP') : null,
      el('time', {datetime: when.toISOString()}, time)),
    m.blocks.length ? blocks(m.blocks, context, {fields: new Fields(), act, suggest: notHere})
      : el('div', {class: 'block'}, mrkdwn(m.text, context)),
    m.files.map(file),
    el('p', {class: 'below'}, m.edited ? el('span', {class: 'fine'}, '(edited)') : null,
      threadLink(m, openThread))));
  if (m.isNew) article.prepend(el('p', {class: 'line new'}, 'New'));
  return article;
}

function file(f) {
  const name = [f.title || f.name, ' ', el('span', {class: 'fine'},
    `${f.title && f.title !== f.name ? f.name + ', ' : ''}${f.size.toLocaleString('en')} bytes`)];
  if (f.picture) {
    return el('figure', {class: 'file'}, el('figcaption', {}, name),
      el('img', {class: 'shown', src: '/page/file/' + f.id, alt: f.title || f.name}));
  }
  const cut = f.content.length > LONGEST_FILE;
  return el('details', {class: 'file'}, el('summary', {}, name),
    el('pre', {tabindex: '0'}, f.content.slice(0, LONGEST_FILE)
      + (cut ? '\n… the rest is not shown here' : '')));
}

function threadLink(m, openThread) {
  if (m.ephemeral || !m.replies) return null;
  const {count, mine} = m.replies;
  const label = m.thread ? 'View thread'
    : count ? `${count} ${count === 1 ? 'reply' : 'replies'}` : 'Reply in thread';
  return el('button', {type: 'button', class: 'thread-link' + (count || m.thread ? ' has' : ''),
    'data-action': 'thread', onclick: () => openThread(m)},
  label, mine ? `, ${mine} only visible to you` : '');
}

/** A skip of the sandbox's clock. */
export function skipped(skip, context) {
  return el('p', {class: 'line skip', tabindex: '-1'}, `Sandbox: skipped ${span(skip.by)}.`
    + ` The clock said ${clockText(skip.at + skip.ahead, context)} then.`);
}
