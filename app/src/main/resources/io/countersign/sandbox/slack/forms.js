// Inputs, menus and pickers: how they look, and what was entered.

import {el, textOf} from './markup.js';

const plain = object => object?.text ?? '';

/** Every field that is drawn says where it belongs and how to read it. */
export class Fields {
  #fields = [];

  add(block, element, made) {
    this.#fields.push({block, element, action: element.action_id, ...made});
  }

  values() {
    const values = {};
    for (const {block, action, read} of this.#fields) {
      const value = read();
      if (value !== null) (values[block] ??= {})[action] = value;
    }
    return values;
  }

  /** Puts back what was entered before the view was replaced. */
  restore(values) {
    for (const {block, action, write} of this.#fields) {
      const old = values[block]?.[action];
      if (old !== undefined) write?.(old);
    }
  }

  /** What Slack's own client refuses before the bot hears of it, by block. */
  problems() {
    const problems = {};
    for (const {block, element, read} of this.#fields) {
      const least = element.min_length ?? 0;
      const length = String(read() ?? '').trim().length;
      if (length && length < least) problems[block] = `At least ${least} characters are needed.`;
    }
    return problems;
  }
}

/**
 * @param changed called with the new value when the bot wants to hear of it at once
 * @param described ids of the hint and the error that belong to it
 */
export function field(element, blockId, fields, context, changed, labelId, described = '') {
  const make = MAKERS[element.type];
  if (!make) return el('span', {class: 'unknown'}, `(${element.type} is not drawn here)`);
  const made = make(element, context, labelId);
  const target = made.input ?? made.node;
  target.setAttribute('aria-labelledby', labelId);
  if (described) target.setAttribute('aria-describedby', described);
  target.dataset.action = element.action_id;
  fields?.add(blockId, element, made);
  if (changed) made.node.addEventListener('change', () => changed(made.read()));
  return made.node;
}

function input(type, element, initial, attributes = {}) {
  const node = el('input', {type, placeholder: plain(element.placeholder), ...attributes});
  node.value = initial ?? '';
  if (element.focus_on_load) node.autofocus = true;
  return valued(node);
}

function valued(node) {
  return {node, read: () => node.value, write: value => { node.value = value; }};
}

function textInput(element) {
  const attributes = {maxlength: element.max_length, autocomplete: 'off', autocapitalize: 'off'};
  if (!element.multiline) return input('text', element, element.initial_value, attributes);
  const node = el('textarea', {rows: 4, placeholder: plain(element.placeholder),
    maxlength: element.max_length, autofocus: element.focus_on_load ?? false});
  node.value = element.initial_value ?? '';
  return valued(node);
}

function menu(element) {
  const options = element.options ?? (element.option_groups ?? []).flatMap(g => g.options);
  const node = el('select', {},
    el('option', {value: ''}, plain(element.placeholder) || 'Choose…'),
    options.map(o => el('option', {value: o.value}, plain(o.text))));
  node.value = element.initial_option?.value ?? '';
  return {...valued(node), read: () => node.value || null};
}

/** A menu of acts: each choice is a click, so it shows none afterwards. */
function overflow(element) {
  const made = menu({...element, placeholder: {text: 'More…'}});
  return {...made, read: () => {
    const value = made.node.value;
    made.node.value = '';
    return value;
  }};
}

function choices(type, element, context, labelId) {
  const initial = (element.initial_options ?? [element.initial_option]).map(o => o?.value);
  const node = el('div', {role: type === 'radio' ? 'radiogroup' : 'group', class: 'choices'},
    element.options.map(o => el('label', {},
      el('input', {type, name: labelId, value: o.value, checked: initial.includes(o.value)}),
      el('span', {}, textOf(o.text, context),
        o.description ? el('small', {}, textOf(o.description, context)) : null))));
  const checked = () => [...node.querySelectorAll('input:checked')].map(i => i.value);
  const write = values => node.querySelectorAll('input').forEach(one => {
    one.checked = [values].flat().includes(one.value);
  });
  return {node, write, read: () => type === 'radio' ? checked()[0] ?? null : checked()};
}

function typeahead(element, context, labelId) {
  const list = el('datalist', {id: labelId + '-options'});
  const box = input('text', element, plain(element.initial_option?.text),
    {list: list.id});
  let byLabel = {[plain(element.initial_option?.text)]: element.initial_option?.value};
  let asked = 0;
  const ask = async () => {
    if (box.node.value.length < (element.min_query_length ?? 0)) return;
    const number = ++asked;
    const options = await context.suggest(element.action_id, box.node.value);
    if (number !== asked) return;
    byLabel = Object.fromEntries(Object.entries(options).map(([value, text]) => [text, value]));
    list.replaceChildren(...Object.keys(byLabel).map(text => el('option', {value: text})));
  };
  box.node.addEventListener('focus', ask);
  box.node.addEventListener('input', ask);
  const node = el('div', {}, box.node, list);
  const write = value => {
    box.node.value = Object.keys(byLabel).find(text => byLabel[text] === value) ?? value;
  };
  return {node, write, input: box.node,
    read: () => byLabel[box.node.value] ?? (box.node.value || null)};
}

function moment(element, context) {
  const initial = element.initial_date_time
    ? local(new Date(element.initial_date_time * 1000), context.me.tz) : '';
  const made = input('datetime-local', element, initial);
  const zone = context.me.tz;
  return {node: made.node, read: () => made.node.value && epoch(made.node.value, zone),
    write: seconds => { made.node.value = seconds ? local(new Date(seconds * 1000), zone) : ''; }};
}

/** Wall clock time in a zone, as an input of type datetime-local writes it. */
function local(when, zone) {
  return new Intl.DateTimeFormat('sv-SE', {timeZone: zone, year: 'numeric', month: '2-digit',
    day: '2-digit', hour: '2-digit', minute: '2-digit'}).format(when).replace(' ', 'T');
}

function epoch(text, zone) {
  const asIfUtc = Date.parse(text + 'Z');
  const offset = Date.parse(local(new Date(asIfUtc), zone) + 'Z') - asIfUtc;
  return String((asIfUtc - offset) / 1000);
}

function people(element, context) {
  return menu({...element, options: context.people.map(p => ({value: p.id, text: {text: p.name}}))});
}

const MAKERS = {
  plain_text_input: textInput,
  email_text_input: element => input('email', element, element.initial_value),
  url_text_input: element => input('url', element, element.initial_value),
  number_input: element => input('number', element, element.initial_value,
    {min: element.min_value, max: element.max_value,
      step: element.is_decimal_allowed ? 'any' : 1}),
  static_select: menu,
  overflow,
  external_select: typeahead,
  users_select: people,
  radio_buttons: (...all) => choices('radio', ...all),
  checkboxes: (...all) => choices('checkbox', ...all),
  multi_static_select: (...all) => choices('checkbox', ...all),
  datepicker: element => input('date', element, element.initial_date),
  timepicker: element => input('time', element, element.initial_time),
  datetimepicker: moment
};
