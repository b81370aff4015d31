// Block Kit by hand: the blocks that the bot sends, each a few lines.

import {el, textOf, mrkdwn, emoji, link, formatDate} from './markup.js';
import {field} from './forms.js';

let ids = 0;

/**
 * @param place what a click needs to know: act(actionId, value, element, blockId), fields where
 *   inputs report, suggest(blockId, actionId, typed) where typeaheads ask
 */
export function blocks(list, context, place) {
  return list.map(block => {
    const draw = BLOCKS[block.type];
    const here = {...place,
      act: (action, value, element) => place.act(action, value, element, block.block_id)};
    return draw ? draw(block, context, here)
      : el('div', {class: 'unknown'}, `(a ${block.type} block)`);
  });
}

const BLOCKS = {
  header: (block, context) => el('h3', {class: 'block'}, textOf(block.text, context)),
  divider: () => el('hr'),
  markdown: (block, context) => el('div', {class: 'block'}, markdown(block.text, context)),
  image: block => picture(block),
  rich_text: (block, context) => el('div', {class: 'block'}, rich(block.elements, context)),
  context: (block, context) => el('div', {class: 'block context'},
    block.elements.map(part => part.type === 'image' ? picture(part, 'small')
      : el('span', {}, textOf(part, context)))),
  section: (block, context, place) => el('div', {class: 'block section'},
    el('div', {class: 'body'},
      block.text ? el('div', {}, textOf(block.text, context)) : null,
      block.fields ? el('div', {class: 'fields'},
        block.fields.map(one => el('div', {}, textOf(one, context)))) : null),
    block.accessory ? interactive(block.accessory, block, context, place) : null),
  actions: (block, context, place) => el('div', {class: 'block actions'},
    block.elements.map(element => interactive(element, block, context, place))),
  input: inputBlock,
  file: block => el('div', {class: 'block'}, `(file ${block.external_id ?? ''})`)
};

function inputBlock(block, context, place) {
  const id = 'field-' + ++ids;
  const changed = block.dispatch_action
    ? value => place.act(block.element.action_id, value, block.element) : null;
  const hint = block.hint
    ? el('small', {id: id + '-hint', class: 'hint'}, textOf(block.hint, context)) : null;
  return el('div', {class: 'block input', 'data-block': block.block_id},
    el('div', {id, class: 'label'}, textOf(block.label, context),
      block.optional ? el('span', {class: 'fine'}, ' (optional)') : null),
    field(block.element, context, {...standing(block, block.element, place), labelId: id, changed,
      required: !block.optional, described: `${hint ? id + '-hint ' : ''}${id}-error`}),
    hint, el('div', {id: id + '-error', class: 'error', role: 'alert'}));
}

function standing(block, element, place) {
  return {blockId: block.block_id, fields: place.fields,
    suggest: typed => place.suggest(block.block_id, element.action_id, typed)};
}

function interactive(element, block, context, place) {
  if (element.type === 'button') return button(element, context, place);
  if (element.type === 'image') return picture(element, 'thumb');
  const id = 'field-' + ++ids;
  const changed = value => value === null || value === '' ? null
    : place.act(element.action_id, value, element);
  return el('span', {},
    el('span', {id, class: 'sr'}, element.type === 'overflow' ? 'More actions'
      : element.placeholder?.text ?? element.action_id),
    field(element, context, {...standing(block, element, place), labelId: id, changed}));
}

function button(element, context, place) {
  if (element.url) {
    const node = link(element.url, '');
    if (typeof node !== 'string') {
      node.className = 'button';
      node.replaceChildren(emoji(element.text.text));
      node.addEventListener('click', () => place.act(element.action_id, '', element));
      return node;
    }
  }
  const node = el('button', {
    type: 'button', class: element.style ?? '', 'aria-label': element.accessibility_label,
    'data-action': element.action_id
  }, emoji(element.text.text));
  node.addEventListener('click', async () => {
    node.setAttribute('aria-busy', 'true');
    try {
      await place.act(element.action_id, '', element);
    } finally {
      node.removeAttribute('aria-busy');
    }
  });
  return node;
}

/** Pictures from elsewhere are not fetched: their description stands for them. */
function picture(block, size = '') {
  const address = block.slack_file?.id ? '/page/file/' + block.slack_file.id
    : block.image_url?.startsWith(location.origin + '/') ? block.image_url : '';
  const title = block.title?.text && !size ? el('figcaption', {}, emoji(block.title.text)) : null;
  const shown = address ? el('img', {class: 'shown ' + size, src: address, alt: block.alt_text})
    : el('span', {class: 'picture ' + size, role: 'img', 'aria-label': block.alt_text},
      `🖼 ${block.alt_text}`);
  return title ? el('figure', {class: 'block'}, title, shown) : shown;
}

function rich(elements, context) {
  return elements.map(part => {
    switch (part.type) {
      case 'rich_text_section': return el('div', {}, rich(part.elements, context));
      case 'rich_text_list': return el(part.style === 'ordered' ? 'ol' : 'ul', {},
        part.elements.map(item => el('li', {}, rich([item], context))));
      case 'rich_text_quote': return el('blockquote', {}, rich(part.elements, context));
      case 'rich_text_preformatted': return el('pre', {}, rich(part.elements, context));
      case 'link': return link(part.url, part.text ?? '');
      case 'user': return mrkdwn(`<@${part.user_id}>`, context)[0];
      case 'channel': return mrkdwn(`<#${part.channel_id}>`, context)[0];
      case 'usergroup': return mrkdwn(`<!subteam^${part.usergroup_id}>`, context)[0];
      case 'emoji': return emoji(`:${part.name}:`);
      case 'date': return formatDate(new Date(part.timestamp * 1000), part.format, context);
      default: return styled(part);
    }
  });
}

function styled(part) {
  const tags = {bold: 'strong', italic: 'em', strike: 's', code: 'code'};
  return Object.keys(part.style ?? {}).filter(name => tags[name] && part.style[name])
    .reduce((node, name) => el(tags[name], {}, node), part.text ?? '');
}

/** As much Markdown as a bot's message needs; anything else stays text. */
function markdown(text, context) {
  return text.split('\n').map(line => {
    const heading = /^(#{1,6}) (.*)/.exec(line);
    const item = /^\s*[-*] (.*)/.exec(line);
    const content = one => mrkdwn(escape(one).replace(/\*\*(.+?)\*\*/g, '*$1*')
      .replace(/\[([^\]]+)]\((https?:[^)\s]+)\)/g, '<$2|$1>'), context);
    if (heading) return el('h4', {}, content(heading[2]));
    if (item) return el('li', {}, content(item[1]));
    return el('div', {}, line ? content(line) : el('br'));
  });
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
