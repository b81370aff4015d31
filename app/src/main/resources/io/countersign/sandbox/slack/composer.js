// Where people write: Enter sends, arrow up brings back what was sent, a slash offers commands.

import {el} from './markup.js';

/**
 * @param send what was written; answers whether it went out
 * @param offers the commands there are and the nodes that show them, or null
 * @param who whose history it is
 */
export function composer(form, box, send, who, offers = null) {
  const sent = {};
  const menu = offers ? commandMenu(box, offers) : null;
  let at = 0;

  const history = () => sent[who()] ??= [];

  form.addEventListener('submit', async event => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    write('');
    history().push(text);
    at = history().length;
    if (!await send(text) && !box.value) write(text);
  });

  box.addEventListener('input', () => {
    at = history().length;
    menu?.offer();
  });

  box.addEventListener('blur', () => menu?.close());
  box.addEventListener('focus', () => menu?.offer());

  box.addEventListener('keydown', event => {
    if (event.isComposing || menu?.takes(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      recall(event, event.key === 'ArrowUp' ? -1 : 1);
    }
  });

  /** Only from an empty box or from something recalled: arrows also move in a text. */
  function recall(event, step) {
    const lines = history();
    if (box.value !== '' && box.value !== lines[at]) return;
    const next = Math.min(at + step, lines.length);
    if (next < 0 || (next === at && step > 0)) return;
    event.preventDefault();
    at = next;
    write(lines[at] ?? '');
  }

  function write(text) {
    box.value = text;
    box.setSelectionRange(text.length, text.length);
    menu?.offer();
  }

  return {write};
}

function commandMenu(box, {commands, list, usage}) {
  let shown = [];
  let active = 0;

  function offer() {
    const text = box.value;
    shown = /^\/\S*$/.test(text) && document.activeElement === box
      ? commands().filter(one => one.name.startsWith(text)) : [];
    active = Math.min(active, Math.max(0, shown.length - 1));
    draw();
    const known = commands().find(one => text.startsWith(one.name + ' '));
    usage.textContent = known ? `${known.title}. Example: ${known.usage}`
      : shown.length ? 'Arrows choose a command, Tab takes it.' : '';
  }

  function draw() {
    list.hidden = !shown.length;
    list.replaceChildren(...shown.map((one, i) => el('li', {
      role: 'option', id: 'command-' + i, 'aria-selected': String(i === active),
      onmousedown: event => { event.preventDefault(); take(one); }
    }, el('strong', {}, one.name), ' ', el('span', {}, one.title),
    el('span', {class: 'fine'}, one.usage))));
    if (shown.length) box.setAttribute('aria-activedescendant', 'command-' + active);
    else box.removeAttribute('aria-activedescendant');
  }

  function take(one) {
    box.value = one.name + ' ';
    offer();
  }

  function close() {
    shown = [];
    draw();
  }

  /** Whether the menu used the key up. */
  function takes(event) {
    if (!shown.length) return false;
    const exact = shown[active].name === box.value;
    if (event.key === 'ArrowDown') active = (active + 1) % shown.length;
    else if (event.key === 'ArrowUp') active = (active + shown.length - 1) % shown.length;
    else if (event.key === 'Escape') shown = [];
    else if (event.key === 'Tab' && !event.shiftKey || event.key === 'Enter' && !exact) {
      take(shown[active]);
    } else return false;
    event.preventDefault();
    draw();
    return true;
  }

  return {offer, close, takes};
}
