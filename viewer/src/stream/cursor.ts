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

/** The parts of a cursor, or undefined when the text is not one. Read by hand: it is done for every line. */
export function parseCursor(text: string): Cursor | undefined {
  if (text.length > longest) return undefined;
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : dot;
    if (code === dot) {
      if (at === start) return undefined;
      parts.push(text.slice(start, at));
      start = at + 1;
    } else if (!isDigit(code)) return undefined;
  }
  if (parts.length !== 7) return undefined;
  return {
    epoch: parts[0]!,
    seq: parts[1]!,
    watermark: parts[2]!,
    source: parts[3]!,
    instance: parts[4]!,
    time: parts[5]!,
    n: parts[6]!,
  };
}

const dot = 46;

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
