/**
 * The id of an event: `<epoch>.<seq>.<watermark>.<source>.<instance>.<time>.<n>`, base 36. It goes back to the server
 * as it came; only the last four parts may be compared.
 */
export interface Cursor {
  epoch: string;
  seq: number;
  /** Milliseconds since 1970, and the nanoseconds within: of all its nanoseconds no number tells the last ones. */
  watermark: number;
  watermarkNanos: number;
  source: string;
  instance: string;
  time: number;
  nanos: number;
  /** Position among consecutive lines of the instance with the same time. */
  n: number;
}

export const longestCursor = 80;
const dot = 46;
/** Of 2^64, more than which no time has. */
export const mostTimeDigits = 13;
/** Where the parts of the cursor that is read end. */
const ends = new Uint8Array(7);

/** The parts of a cursor, or undefined when the text is not one. Read by hand: it is done for every line. */
export function parseCursor(text: string): Cursor | undefined {
  const { length } = text;
  if (length > longestCursor) return undefined;
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
  const [epoch, seq, watermark, source, instance, time] = [ends[0]!, ends[1]!, ends[2]!, ends[3]!, ends[4]!, ends[5]!];
  if (watermark - seq > mostTimeDigits + 1 || time - instance > mostTimeDigits + 1) return undefined;
  const watermarkLow = Math.max(seq + 1, watermark - lowDigits);
  const timeLow = Math.max(instance + 1, time - lowDigits);
  return {
    epoch: text.slice(0, epoch),
    seq: base36(text, epoch + 1, seq),
    watermark: milliseconds(base36(text, seq + 1, watermarkLow), base36(text, watermarkLow, watermark)),
    watermarkNanos: nanoseconds(base36(text, seq + 1, watermarkLow), base36(text, watermarkLow, watermark)),
    source: text.slice(watermark + 1, source),
    instance: text.slice(source + 1, instance),
    time: milliseconds(base36(text, instance + 1, timeLow), base36(text, timeLow, time)),
    nanos: nanoseconds(base36(text, instance + 1, timeLow), base36(text, timeLow, time)),
    n: base36(text, time + 1, length),
  };
}

export function isDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 122);
}

/** What a digit counts. */
export function digitValue(code: number): number {
  return code >= 97 ? code - 87 : code - 48;
}

/** The digits of a base 36 number from one place to another: exact for up to ten. */
function base36(text: string, from: number, end: number): number {
  let value = 0;
  for (let at = from; at < end; at++) value = value * 36 + digitValue(text.charCodeAt(at));
  return value;
}

/** A time is read in two numbers, which hold its digits exactly: the last six, and those before. */
export const lowDigits = 6;
export const lowRange = 36 ** lowDigits;
const million = 1_000_000;
const lowMillions = Math.floor(lowRange / million);
const lowRest = lowRange % million;

/** Whole milliseconds of the nanoseconds `high` · 36^6 + `low`. */
export function milliseconds(high: number, low: number): number {
  return high * lowMillions + Math.floor((high * lowRest + low) / million);
}

/** The nanoseconds that {@link milliseconds} leaves. */
export function nanoseconds(high: number, low: number): number {
  return (high * lowRest + low) % million;
}

/** The nanoseconds from one time to another: exact while they are within ±2^53. */
export function elapsed(from: number, fromNanos: number, to: number, toNanos: number): number {
  return (to - from) * million + (toNanos - fromNanos);
}

/** What a line is known by in another epoch, beside its source. */
export function lineKey({ time, nanos }: Cursor, text: string): string {
  return `${time}.${nanos}\n${text}`;
}
