// The sandbox's clock: Slack's own goes on, the bot's can be moved ahead, and people see the bot's.

import {formatDate} from './markup.js';

/** How far ahead the clock was at a moment of Slack's, in milliseconds. */
export function aheadAt(moment, skips) {
  return skips.findLast(skip => skip.at <= moment)?.ahead ?? 0;
}

/** When a message was written, as its reader's clock said then. */
export function written(ts, skips) {
  const moment = Number(ts) * 1000;
  return new Date(moment + aheadAt(moment, skips));
}

/** The time alone on the present day, else the day as well. */
export function stamp(when, context) {
  const day = date => new Intl.DateTimeFormat('en-GB',
    {day: 'numeric', month: 'short', timeZone: context.me.tz}).format(date);
  const isToday = day(when) === day(new Date(context.now));
  return (isToday ? '' : day(when) + ', ') + formatDate(when, '{time}', context);
}

export function clockText(when, context) {
  return new Intl.DateTimeFormat('en-GB', {weekday: 'short', day: 'numeric', month: 'short',
    hour: '2-digit', minute: '2-digit', timeZone: context.me.tz}).format(when).replace(',', '');
}

/** {@code 7 days 1 hour} */
export function span(milliseconds) {
  const minutes = Math.round(milliseconds / 6e4);
  const parts = [[Math.floor(minutes / 1440), 'day'], [Math.floor(minutes / 60) % 24, 'hour'],
    [minutes % 60, 'minute']];
  return parts.filter(([n]) => n).map(([n, unit]) => `${n} ${unit}${n === 1 ? '' : 's'}`).join(' ');
}
