import { parseAnsi } from './ansi';
import { parseCursor } from './cursor';
import { flags, type NewLine } from './lines';
import { type LogEvent, levelNumber } from './wire';

/** A `log` event as the store takes it. */
export function toLine(event: LogEvent, id: string): NewLine {
  const { message } = event;
  const escaped = hasEscape(message);
  const { text, styles } = escaped ? parseAnsi(message) : { text: message, styles: none };
  const time = Date.parse(event.timestamp);
  return {
    text: oneLine(text),
    styles,
    time: Number.isFinite(time) ? time : (event.unix || 0) * 1000,
    nanos: nanosOf(event.timestamp),
    pod: event.pod,
    container: event.container,
    level: levelNumber(event.level),
    flags:
      (event.truncated ? flags.truncated : 0) | (event.partial ? flags.partial : 0) | (event.late ? flags.late : 0),
    fullLength: typeof event.truncated === 'number' ? event.truncated : 0,
    cursor: parseCursor(id),
  };
}

const none: readonly number[] = [];

function hasEscape(message: string): boolean {
  // C1 forms of the sequences begin at U+0090.
  return message.includes('\x1b') || /[\x90-\x9f]/.test(message);
}

/** The store keeps one line a row: a line feed within, which JSON allows, is shown as its picture. A last CR goes. */
function oneLine(text: string): string {
  if (text.endsWith('\r')) text = text.slice(0, -1);
  return text.includes('\n') ? text.replaceAll('\n', '␊') : text;
}

/** The nanoseconds within the millisecond of an RFC 3339 time. */
export function nanosOf(timestamp: string): number {
  const dot = timestamp.indexOf('.');
  if (dot < 0) return 0;
  let end = dot + 1;
  while (end < timestamp.length && isDigit(timestamp.charCodeAt(end))) end++;
  const digits = timestamp.slice(dot + 4, Math.min(end, dot + 10));
  return digits === '' ? 0 : Number(digits.padEnd(6, '0'));
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
