// Fields that are more than one of the browser's: typeaheads, and moments that are spelled out.

import {el, textOf} from './markup.js';

/** Slack waits for so many characters unless it is told otherwise. */
const MIN_QUERY = 3;

/** What choices were called, so that a view drawn anew can show what was chosen before. */
const known = new Map();

let asked = 0;

/**
 * A menu whose choices the bot names while somebody types. Only what it named can be chosen.
 *
 * @param place where it stands: labelId, and suggest(typed), which answers {options}
 */
export function typeahead(element, context, {labelId, suggest}) {
  const list = el('ul', {id: labelId + '-options', role: 'listbox', class: 'options', hidden: true,
    'aria-labelledby': labelId});
  const box = el('input', {type: 'text', role: 'combobox', autocomplete: 'off', autocapitalize: 'off',
    spellcheck: 'false', placeholder: element.placeholder?.text ?? '', 'aria-autocomplete': 'list',
    'aria-expanded': 'false', 'aria-controls': list.id,
    autofocus: element.focus_on_load ?? false});
  const found = el('p', {class: 'fine found', role: 'status'});
  const node = el('div', {class: 'typeahead'}, box, list, found);
  const least = element.min_query_length ?? MIN_QUERY;
  let options = [];
  let chosen = null;
  let active = 0;
  let timer = 0;

  if (element.initial_option) take(choice(element.initial_option), false);

  function choice(option) {
    const text = el('span', {}, textOf(option.text, context)).textContent;
    known.set(element.action_id + '\n' + option.value, text);
    return {value: option.value, text,
      more: option.description ? el('small', {}, textOf(option.description, context)) : null};
  }

  async function ask() {
    const typed = box.value.trim();
    if (typed.length < least) {
      show([], typed ? `Type at least ${least} characters.` : '');
      return;
    }
    const number = ++asked;
    found.textContent = 'Looking…';
    const answer = await suggest(typed);
    if (number !== asked || !node.isConnected) return;
    const all = (answer.options ?? []).map(choice);
    show(all, answer.error ?? (all.length ? `${all.length} to choose from` : 'Nothing fits.'));
  }

  function show(all, said) {
    options = all;
    active = 0;
    found.textContent = said;
    draw();
  }

  function draw() {
    list.hidden = !options.length;
    box.setAttribute('aria-expanded', String(options.length > 0));
    list.replaceChildren(...options.map((one, i) => el('li', {
      role: 'option', id: `${list.id}-${i}`, 'aria-selected': String(i === active),
      onmousedown: event => { event.preventDefault(); take(one, true); }
    }, one.text, one.more)));
    if (!options.length) return box.removeAttribute('aria-activedescendant');
    box.setAttribute('aria-activedescendant', `${list.id}-${active}`);
    list.querySelector('[aria-selected=true]').scrollIntoView({block: 'nearest'});
  }

  function take(one, isNew) {
    asked++;
    chosen = one;
    box.value = one.text;
    show([], '');
    if (isNew) node.dispatchEvent(new Event('change'));
  }

  box.addEventListener('input', () => {
    chosen = null;
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  box.addEventListener('focus', () => {
    if (!chosen && least === 0) ask();
  });
  box.addEventListener('blur', () => {
    clearTimeout(timer);
    asked++;
    const meant = options.find(one => one.text.toLowerCase() === box.value.trim().toLowerCase());
    if (!chosen && meant) take(meant, true);
    else show([], '');
  });
  // What was only typed is no choice yet.
  box.addEventListener('change', event => event.stopPropagation());
  box.addEventListener('keydown', event => {
    if (event.isComposing || !options.length) return;
    const step = {ArrowDown: 1, ArrowUp: options.length - 1}[event.key];
    if (step) active = (active + step) % options.length;
    else if (event.key === 'Enter') return stop(event, () => take(options[active], true));
    else if (event.key === 'Escape') return stop(event, () => show([], ''));
    else return;
    stop(event, draw);
  });

  return {node, input: box, read: () => chosen?.value ?? null,
    write: value => take({value, text: known.get(element.action_id + '\n' + value) ?? value}, false),
    problem: () => box.value.trim() && !chosen ? 'Choose one from the list.' : ''};
}

function stop(event, act) {
  event.preventDefault();
  event.stopPropagation();
  act();
}

/** A browser shows 11/12 and 02:30 as its owner's country does; beside it stands what is meant. */
export function spelled(made, inWords) {
  const words = el('span', {class: 'fine'});
  const tell = () => { words.textContent = made.node.value ? inWords(made.node.value) : ''; };
  made.node.addEventListener('input', tell);
  tell();
  return {...made, input: made.node, node: el('div', {class: 'spelled'}, made.node, words),
    write: value => { made.write(value); tell(); }};
}

const DAY = {weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC'};

export const dayInWords = day => new Intl.DateTimeFormat('en-GB', DAY).format(new Date(day + 'T00:00Z'));

export const timeInWords = zone => time => `${time} (24-hour clock)${zone ? ', ' + zone : ''}`;

export const momentInWords = zone => moment =>
  `${dayInWords(moment.slice(0, 10))}, ${moment.slice(11, 16)}, ${zone}`;
