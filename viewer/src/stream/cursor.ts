/**
 * The id of an event: `<epoch>.<seq>.<watermark>.<source>.<instance>.<time>.<n>`, base 36. It goes back to the server
 * as it came; only the last four parts may be compared.
 */
export interface Cursor {
  epoch: string;
  seq: string;
  watermark: string;
  source: string;
  instance: string;
  /** Nanoseconds since 1970. */
  time: string;
  /** Position among consecutive lines of the instance with the same time. */
  n: string;
}

const longest = 80;
const dot = 46;
/** Where the parts of the cursor that is read end. */
const ends = new Uint8Array(7);

/** The parts of a cursor, or undefined when the text is not one. Read by hand: it is done for every line. */
export function parseCursor(text: string): Cursor | undefined {
  const { length } = text;
  if (length > longest) return undefined;
  let count = 0;
  let start = 0;
  for (let at = 0; at <= length; at++) {
    const code = at < length ? text.charCodeAt(at) : dot;
    if (code === dot) {
      if (at === start || count === 7) return undefined;
      ends[count++] = at;
      start = at + 1;
    } else if (!isDigit(code)) return undefined;
  }
  if (count < 7) return undefined;
  return {
    epoch: text.slice(0, ends[0]),
    seq: text.slice(ends[0]! + 1, ends[1]),
    watermark: text.slice(ends[1]! + 1, ends[2]),
    source: text.slice(ends[2]! + 1, ends[3]),
    instance: text.slice(ends[3]! + 1, ends[4]),
    time: text.slice(ends[4]! + 1, ends[5]),
    n: text.slice(ends[5]! + 1),
  };
}

function isDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 122);
}

/** Compares two base 36 numbers without leading zeros: beyond 2^53 they are safe as text only. */
export function compareBase36(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

const lowDigits = 6;
const lowRange = 36 ** lowDigits;

/** a − b for two base 36 numbers: exact while the difference is within ±2^53. */
export function subtractBase36(a: string, b: string): number {
  if (a === b) return 0;
  const [aLow, bLow] = [Math.max(0, a.length - lowDigits), Math.max(0, b.length - lowDigits)];
  return (base36(a, 0, aLow) - base36(b, 0, bLow)) * lowRange + (base36(a, aLow) - base36(b, bLow));
}

/** The digits of a base 36 number from one place to another: exact for up to ten. */
export function base36(text: string, from = 0, end = text.length): number {
  let value = 0;
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    value = value * 36 + (code >= 97 ? code - 87 : code - 48);
  }
  return value;
}
