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

/** The parts of a cursor, or undefined when the text is not one. */
export function parseCursor(text: string): Cursor | undefined {
  const parts = text.split('.');
  if (parts.length !== 7 || text.length > 80 || parts.some((part) => part === '' || /[^0-9a-z]/.test(part))) {
    return undefined;
  }
  const [epoch, seq, watermark, source, instance, time, n] = parts as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return { epoch, seq, watermark, source, instance, time, n };
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
  return (high(a) - high(b)) * lowRange + (low(a) - low(b));
}

function high(text: string): number {
  return text.length > lowDigits ? Number.parseInt(text.slice(0, -lowDigits), 36) : 0;
}

function low(text: string): number {
  return Number.parseInt(text.slice(-lowDigits), 36);
}
