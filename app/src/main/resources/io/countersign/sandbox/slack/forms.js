// Inputs, menus and pickers: how they look, and what was entered.

import {el, textOf} from './markup.js';
import {dayInWords, momentInWords, spelled, timeInWords, typeahead} from './pickers.js';

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
    for (const {block, element, read, input, problem} of this.#fields) {
      const wrong = problem?.() || tooShort(element, read()) || tooMany(element, read())
        || ofNoUse(input);
      if (wrong) problems[block] = wrong;
    }
    return problems;
  }
}

function tooShort(element, value) {
  const least = element.min_length ?? 0;
  const length = String(value ?? '').trim().length;
  return length && length < least ? `At least ${least} characters are needed.` : '';
}

function tooMany(element, value) {
  const most = element.max_selected_items;
  return Array.isArray(value) && most && value.length > most ? `Choose at most ${most}.` : '';
}

/** What the browser itself finds wrong with a number, a day, an address. */
function ofNoUse(input) {
  const validity = input?.validity;
  return validity && !validity.valid && !validity.valueMissing ? input.validationMessage : '';
}

/**
 * @param place where it stands: blockId, fields, labelId, described (ids of its hint and error),
 *   required, changed (called with the new value when the bot wants to hear of it at once), suggest
 */
export function field(element, context, place) {
  const make = MAKERS[element.type];
  if (!make) return el('span', {class: 'unknown'}, `(${element.type} is not drawn here)`);
  const made = make(element, context, place);
  const target = made.input ?? made.node;
  target.setAttribute('aria-labelledby', place.labelId);
  if (place.described) target.setAttribute('aria-describedby', place.described);
  if (place.required && target.matches('input, textarea, select, [role=radiogroup]')) {
    target.setAttribute('aria-required', 'true');
  }
  target.dataset.action = element.action_id;
  place.fields?.add(place.blockId, element, {...made, input: target});
  if (place.changed) tellChanges(element, made, target, place.changed);
  return made.node;
}

/** Texts are told of when Enter is pressed, or at every character, as the bot asked. */
function tellChanges(element, made, target, changed) {
  if (!element.type.match(/_text_input$|^number_input$/)) {
    made.node.addEventListener('change', () => changed(made.read()));
    return;
  }
  const when = element.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed'];
  let timer = 0;
  if (when.includes('on_character_entered')) {
    target.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => changed(made.read()), 300);
    });
  }
  if (when.includes('on_enter_pressed')) {
    target.addEventListener('keydown', event => {
      if (event.key !== 'Enter' || event.isComposing || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      changed(made.read());
    });
  }
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
  const option = o => el('option', {value: o.value}, plain(o.text));
  const node = el('select', {},
    el('option', {value: ''}, plain(element.placeholder) || 'Choose…'),
    element.options?.map(option) ?? (element.option_groups ?? []).map(group =>
      el('optgroup', {label: plain(group.label)}, group.options.map(option))));
  node.value = element.initial_option?.value ?? '';
  if (element.focus_on_load) node.autofocus = true;
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

function choices(type, element, context, {labelId}) {
  const options = element.options ?? (element.option_groups ?? []).flatMap(g => g.options);
  const initial = (element.initial_options ?? [element.initial_option]).map(o => o?.value);
  const node = el('div', {role: type === 'radio' ? 'radiogroup' : 'group', class: 'choices'},
    options.map(o => el('label', {},
      el('input', {type, name: labelId, value: o.value, checked: initial.includes(o.value)}),
      el('span', {}, textOf(o.text, context),
        o.description ? el('small', {}, textOf(o.description, context)) : null))));
  const checked = () => [...node.querySelectorAll('input:checked')].map(i => i.value);
  const write = values => node.querySelectorAll('input').forEach(one => {
    one.checked = [values].flat().includes(one.value);
  });
  return {node, write, read: () => type === 'radio' ? checked()[0] ?? null : checked()};
}

function moment(element, context) {
  const zone = context.me.tz;
  const shown = seconds => seconds ? local(new Date(seconds * 1000), zone) : '';
  const made = input('datetime-local', element, shown(element.initial_date_time));
  return spelled({node: made.node, read: () => made.node.value && epoch(made.node.value, zone),
    write: seconds => { made.node.value = shown(seconds); }}, momentInWords(zone));
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

const named = (list, sign) => list.map(one => ({value: one.id, text: {text: sign + one.name}}));

function people(element, context) {
  return menu({...element, options: named(context.people, ''),
    initial_option: element.initial_user ? {value: element.initial_user} : null});
}

function rooms(element, context) {
  const initial = element.initial_channel ?? element.initial_conversation;
  return menu({...element, options: named(context.channels.filter(c => !c.direct), '#'),
    initial_option: initial ? {value: initial} : null});
}

function severalPeople(element, context, place) {
  return choices('checkbox', {...element, options: named(context.people, ''),
    initial_options: (element.initial_users ?? []).map(value => ({value}))}, context, place);
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
  channels_select: rooms,
  conversations_select: rooms,
  radio_buttons: (...all) => choices('radio', ...all),
  checkboxes: (...all) => choices('checkbox', ...all),
  multi_static_select: (...all) => choices('checkbox', ...all),
  multi_users_select: severalPeople,
  datepicker: element => spelled(input('date', element, element.initial_date), dayInWords),
  timepicker: element => spelled(input('time', element, element.initial_time),
    timeInWords(element.timezone)),
  datetimepicker: moment
};
