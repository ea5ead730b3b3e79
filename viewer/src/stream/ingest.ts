import { parseAnsi } from './ansi';
import { parseCursor } from './cursor';
import { flags, type NewLine } from './lines';
import { continuesTrace } from './traces';
import { type LogEvent, levelNumber } from './wire';

/** A `log` event as the store takes it. */
export function toLine(event: LogEvent, id: string): NewLine {
  const { message } = event;
  const escaped = hasEscape(message);
  const { text: plain, styles } = escaped ? parseAnsi(message) : { text: message, styles: none };
  const text = oneLine(plain);
  const { time, nanos } = parseTimestamp(event.timestamp);
  return {
    text,
    staged: false,
    continues: continuesTrace(text),
    styles,
    time: Number.isFinite(time) ? time : (event.unix || 0) * 1000,
    nanos,
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

let cachedSecond = '';
let cachedTime = Number.NaN;

/** Milliseconds since 1970, NaN where they cannot be told, and the nanoseconds within, of an RFC 3339 time. */
export function parseTimestamp(timestamp: string): { time: number; nanos: number } {
  // As the server writes nearly all: 2026-05-04T09:00:00.123456789Z. Consecutive lines are of the same second.
  if (timestamp.length === 30 && timestamp.charCodeAt(19) === 46 && timestamp.charCodeAt(29) === 90) {
    if (cachedSecond === '' || !timestamp.startsWith(cachedSecond)) {
      cachedSecond = timestamp.slice(0, 19);
      cachedTime = Date.parse(`${cachedSecond}Z`);
    }
    const milliseconds = digits(timestamp, 20, 23);
    return { time: cachedTime + milliseconds, nanos: digits(timestamp, 23, 29) };
  }
  const fraction = /\.\d{3}(\d+)/.exec(timestamp)?.[1] ?? '';
  return { time: Date.parse(timestamp), nanos: Number(fraction.slice(0, 6).padEnd(6, '0')) };
}

/** The number that some digits make, NaN where one is none. */
function digits(text: string, from: number, end: number): number {
  let value = 0;
  for (let at = from; at < end; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
