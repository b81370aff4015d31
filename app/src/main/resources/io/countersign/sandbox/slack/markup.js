// Slack's markup as DOM nodes. Nothing that the bot or a person wrote ever becomes HTML.

const EMOJI = {
  white_check_mark: '✅', heavy_check_mark: '✔️', x: '❌', warning: '⚠️', lock: '🔒', unlock: '🔓',
  hourglass_flowing_sand: '⏳', hourglass: '⌛', rotating_light: '🚨', eyes: '👀', tada: '🎉',
  large_green_circle: '🟢', large_yellow_circle: '🟡', red_circle: '🔴', white_circle: '⚪',
  large_blue_circle: '🔵', arrow_right: '➡️', rewind: '⏪', wastebasket: '🗑️', no_entry: '⛔',
  bell: '🔔', wave: '👋', thumbsup: '👍', '+1': '👍', information_source: 'ℹ️', question: '❓',
  clock3: '🕒', double_vertical_bar: '⏸️', arrow_forward: '▶️', floppy_disk: '💾', key: '🔑'
};

const RULES = new RegExp([
  '```([\\s\\S]+?)```', '`([^`\\n]+)`', '<([^<>]+)>', ':([a-z0-9_+-]+):',
  '(?<![\\w*])\\*(?=\\S)([^*\\n]*?\\S)\\*(?![\\w*])',
  '(?<![\\w_])_(?=\\S)([^\\n]*?\\S)_(?![\\w_])',
  '(?<![\\w~])~(?=\\S)([^~\\n]*?\\S)~(?![\\w~])'].join('|'), 'g');

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'class') node.className = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter(child => child !== null && child !== undefined));
  return node;
}

export function unescape(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

export function emoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);
}

/** A text object of either type. */
export function textOf(object, context) {
  if (!object) return [];
  return object.type === 'mrkdwn' ? mrkdwn(object.text, context) : [emoji(object.text)];
}

/** Lines that begin with > are quotes. */
export function mrkdwn(text, context) {
  const nodes = [];
  let quote = null;
  for (const line of splitLines(text)) {
    const quoted = /^(&gt;|>) ?/.exec(line);
    if (quoted) {
      if (quote) quote.append(el('br'));
      else nodes.push(quote = el('blockquote'));
      quote.append(...inline(line.slice(quoted[0].length), context));
    } else {
      if (nodes.length && !quote) nodes.push(el('br'));
      quote = null;
      nodes.push(...inline(line, context));
    }
  }
  return nodes;
}

/** Like split, but a fenced block stays one line. */
function splitLines(text) {
  return text.split(/(```[\s\S]+?```)/).reduce((lines, part, i) => {
    const more = i % 2 ? [part] : part.split('\n');
    if (lines.length) lines[lines.length - 1] += more.shift();
    return lines.concat(more);
  }, []);
}

function inline(text, context) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(RULES)) {
    if (match.index < from) continue;
    nodes.push(unescape(text.slice(from, match.index)));
    nodes.push(mark(match, context));
    from = match.index + match[0].length;
  }
  nodes.push(unescape(text.slice(from)));
  return nodes.filter(node => node !== '');
}

function mark(match, context) {
  const [whole, block, code, token, name, bold, italic, struck] = match;
  if (block !== undefined) return el('pre', {}, unescape(block.replace(/^\n/, '')));
  if (code !== undefined) return el('code', {}, unescape(code));
  if (token !== undefined) return tokenNode(token, context);
  if (name !== undefined) return EMOJI[name] ?? whole;
  if (bold !== undefined) return el('strong', {}, inline(bold, context));
  if (italic !== undefined) return el('em', {}, inline(italic, context));
  return el('s', {}, inline(struck, context));
}

function tokenNode(token, context) {
  const [target, ...rest] = token.split('|');
  const label = rest.join('|');
  if (target.startsWith('!date^')) return date(target, label, context);
  if (target.startsWith('@')) return mention('@', target.slice(1), context);
  if (target.startsWith('#')) return mention('#', target.slice(1), context);
  if (target.startsWith('!subteam^')) return mention('@', target.slice(9), context);
  if (target.startsWith('!')) return el('span', {class: 'mention'}, '@' + target.slice(1));
  return link(target, label);
}

function mention(sign, id, context) {
  const mine = [context.me.id, ...context.me.groups].includes(id) ? ' mine' : '';
  return el('span', {class: 'mention' + mine}, sign + (context.names[id] ?? id));
}

export function link(target, label) {
  const address = unescape(target);
  if (!/^(https?|mailto):/.test(address)) return unescape(label || target);
  return el('a', {href: address, rel: 'noreferrer'}, unescape(label || target));
}

function date(target, fallback, context) {
  const [, seconds, format, href] = target.split('^');
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime())) return unescape(fallback);
  const text = formatDate(when, format, context);
  const title = new Intl.DateTimeFormat('en-GB',
    {dateStyle: 'full', timeStyle: 'long', timeZone: context.me.tz}).format(when);
  const time = el('time', {datetime: when.toISOString(), title}, text);
  return href ? el('a', {href: unescape(href), rel: 'noreferrer'}, time) : time;
}

export function formatDate(when, format, context) {
  const zone = {timeZone: context.me.tz};
  const day = options => new Intl.DateTimeFormat('en-US', {...zone, ...options}).format(when);
  const time = options => new Intl.DateTimeFormat('en-GB',
    {...zone, hour: '2-digit', minute: '2-digit', ...options}).format(when);
  const long = {year: 'numeric', month: 'long', day: 'numeric'};
  const short = {year: 'numeric', month: 'short', day: 'numeric'};
  const full = {weekday: 'long', ...long};
  const pretty = options => relativeDay(when, context) ?? day(options);
  const parts = {
    date_num: () => new Intl.DateTimeFormat('en-CA', zone).format(when),
    date_slash: () => day({year: 'numeric', month: '2-digit', day: '2-digit'}),
    date: () => day(long), date_short: () => day(short), date_long: () => day(full),
    date_pretty: () => pretty(long), date_short_pretty: () => pretty(short),
    date_long_pretty: () => pretty(full),
    time: () => time({}), time_secs: () => time({second: '2-digit'})
  };
  return format.replace(/\{(\w+)}/g, (whole, name) => parts[name]?.() ?? whole);
}

function relativeDay(when, context) {
  const key = date => new Intl.DateTimeFormat('en-CA', {timeZone: context.me.tz}).format(date);
  const days = Math.round((Date.parse(key(when)) - Date.parse(key(new Date(context.now)))) / 864e5);
  return {'-1': 'yesterday', 0: 'today', 1: 'tomorrow'}[days];
}
