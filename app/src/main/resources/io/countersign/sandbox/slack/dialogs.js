// Confirmations and modals. The browser's own dialog keeps the focus inside and the rest inert.

import {el, textOf} from './markup.js';
import {blocks} from './blocks.js';
import {Fields} from './forms.js';
import {placeOf, focusAt} from './lists.js';

const $ = id => document.getElementById(id);

/** Acts at once, or after a confirmation where the element asks for one. */
export async function confirmed(element, context, act) {
  if (!element.confirm || await ask(element.confirm, context)) return act();
  return null;
}

function ask(confirm, context) {
  const dialog = $('confirm');
  return new Promise(resolve => {
    const end = answer => () => { dialog.close(); resolve(answer); };
    const danger = confirm.style === 'danger' ? 'danger' : 'primary';
    dialog.replaceChildren(
      el('h2', {id: 'confirm-title'}, textOf(confirm.title, context)),
      el('p', {id: 'confirm-text'}, textOf(confirm.text, context)),
      el('div', {class: 'buttons'},
        el('button', {type: 'button', onclick: end(false)}, textOf(confirm.deny, context)),
        el('button', {type: 'button', class: danger, onclick: end(true)},
          textOf(confirm.confirm, context))));
    dialog.onkeydown = escape(end(false));
    dialog.oncancel = event => { event.preventDefault(); end(false)(); };
    dialog.showModal();
  });
}

/** What the bot offers in a view for what was typed so far. */
export function suggesting(post, view) {
  return (block, action, value) => post('suggest', {view, block, action, value});
}

/** Before the browser closes the dialog by itself, which it does at a second Escape unasked. */
function escape(act) {
  return event => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}

/**
 * The view on top of a person's stack.
 *
 * @param post sends what the person does
 * @param comeBack puts the focus near where the first view was opened from, if that is gone
 */
export function modal(context, post, comeBack) {
  const dialog = $('modal');
  const entered = new Map();
  let shown = null;
  let fields = new Fields();
  let opener = null;
  let busy = false;

  function draw(view) {
    const same = view?.id === shown?.id && view?.hash === shown?.hash;
    if (same) return;
    if (shown) entered.set(shown.id, fields.values());
    if (view) open(view);
    else close();
  }

  function open(view) {
    const place = shown?.id === view.id ? placeOf(dialog, document.activeElement) : null;
    if (!dialog.open) opener = document.activeElement;
    shown = view;
    fields = new Fields();
    dialog.replaceChildren(form(view.body));
    fields.restore(entered.get(view.id) ?? {});
    if (!dialog.open) dialog.showModal();
    if (place?.tag.match(/INPUT|TEXTAREA|SELECT/)) focusAt(dialog, place);
    else focusFirst();
  }

  function close() {
    shown = null;
    entered.clear();
    dialog.close();
    if (opener && !opener.isConnected) comeBack(opener);
    opener = null;
  }

  function focusFirst() {
    const input = dialog.querySelector('[data-block] [autofocus]')
      ?? dialog.querySelector('[data-block] :is(input, select, textarea)');
    (input ?? dialog.querySelector('.scroll')).focus({preventScroll: true});
  }

  function form(body) {
    const act = (action, value, element) => confirmed(element, context, () =>
      post('click', {view: shown.id, action, value, values: fields.values()}));
    const made = el('form', {method: 'dialog', onsubmit: submit, novalidate: true},
      el('header', {}, el('h2', {id: 'modal-title'}, textOf(body.title, context)),
        el('button', {type: 'button', class: 'close', 'aria-label': 'Close', onclick: cancel}, '✕')),
      el('div', {class: 'scroll', tabindex: '0', role: 'group', 'aria-labelledby': 'modal-title'},
        blocks(body.blocks, context, {fields, act, suggest: suggesting(post, shown.id)})),
      el('p', {class: 'trouble', role: 'alert'}),
      el('div', {class: 'buttons'},
        el('button', {type: 'button', onclick: cancel}, body.close?.text ?? 'Cancel'),
        body.submit ? el('button', {type: 'submit', class: 'primary'}, body.submit.text) : null));
    made.addEventListener('keydown', event => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) made.requestSubmit();
    });
    return made;
  }

  function cancel() {
    post('close', {});
  }

  /** The button keeps the focus while it is under way: a disabled one would lose it. */
  async function submit(event) {
    event.preventDefault();
    if (busy || !shown.body.submit) return;
    const view = shown;
    const problems = fields.problems();
    if (Object.keys(problems).length) return point(problems);
    const button = dialog.querySelector('button[type=submit]');
    busy = true;
    button.setAttribute('aria-busy', 'true');
    const result = await post('submit', {values: fields.values()});
    busy = false;
    button.removeAttribute('aria-busy');
    if (shown === view) point(result.errors ?? {});
  }

  function point(errors) {
    for (const block of dialog.querySelectorAll('[data-block]')) {
      const error = errors[block.dataset.block] ?? '';
      block.classList.toggle('wrong', Boolean(error));
      block.querySelector('.error').textContent = error;
      for (const input of block.querySelectorAll('input, select, textarea')) {
        input.toggleAttribute('aria-invalid', false);
        if (error) input.setAttribute('aria-invalid', 'true');
      }
    }
    dialog.querySelector('.wrong :is(input, select, textarea)')?.focus();
  }

  dialog.addEventListener('keydown', escape(cancel));
  dialog.addEventListener('cancel', event => {
    event.preventDefault();
    cancel();
  });

  return {draw, trouble: text => {
    const line = dialog.open ? dialog.querySelector('.trouble') : null;
    if (line) line.textContent = text;
    return Boolean(line);
  }};
}
