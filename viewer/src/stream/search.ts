import type { Lines } from './lines';
import type { Term } from './query';
import { segmentBits, segmentRows } from './segment';

// ASCII letters fold to lower case, other bytes to themselves: UTF-8 has no ASCII byte inside a longer sequence.
const fold = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) fold[byte] = byte >= 65 && byte <= 90 ? byte + 32 : byte;

/** Consecutive rows whose text lies in one chunk. */
function* runs(lines: Lines, from: number, end: number): Generator<[from: number, end: number]> {
  let start = from;
  while (start < end) {
    const chunk = lines.text.chunkOf(lines.address(start));
    let low = start;
    let high = end;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (lines.text.chunkOf(lines.address(middle)) === chunk) low = middle;
      else high = middle;
    }
    yield [start, high];
    start = high;
  }
}

/** Substring search over the bytes of a chunk (Horspool), without regard to the case of ASCII letters. */
export class TextFinder {
  readonly #needle: Uint8Array;
  readonly #skip = new Uint16Array(256);

  constructor(text: string) {
    this.#needle = new TextEncoder().encode(text).map((byte) => fold[byte]!);
    const m = this.#needle.length;
    this.#skip.fill(Math.min(m, 0xffff));
    for (let i = 0; i < m - 1; i++) {
      const skip = Math.min(m - 1 - i, 0xffff);
      for (let byte = 0; byte < 256; byte++) if (fold[byte] === this.#needle[i]) this.#skip[byte] = skip;
    }
  }

  /** Calls `found` for each row from `from` to before `end` (all of one segment) whose text holds the term, in order. */
  find(lines: Lines, from: number, end: number, found: (row: number) => void): void {
    const needle = this.#needle;
    const skip = this.#skip;
    const m = needle.length;
    const lastByte = needle[m - 1]!;
    const { address, length } = lines.segmentOf(from);
    const mask = segmentRows - 1;
    for (const [runFrom, runEnd] of runs(lines, from, end)) {
      const text = lines.text.chunkOf(address[runFrom & mask]!);
      let row = runFrom;
      let rowEnd = lines.text.offsetOf(address[row & mask]!) + length[row & mask]!;
      const lastRow = runEnd - 1;
      const stop = lines.text.offsetOf(address[lastRow & mask]!) + length[lastRow & mask]!;
      let at = lines.text.offsetOf(address[row & mask]!) + m - 1;
      while (at < stop) {
        const byte = text[at]!;
        if (fold[byte] === lastByte) {
          let i = m - 2;
          let t = at - 1;
          while (i >= 0 && fold[text[t]!] === needle[i]) {
            i--;
            t--;
          }
          if (i < 0) {
            while (at >= rowEnd) {
              row++;
              rowEnd = lines.text.offsetOf(address[row & mask]!) + length[row & mask]!;
            }
            found(row);
            if (++row >= runEnd) break;
            at = rowEnd + m;
            rowEnd = lines.text.offsetOf(address[row & mask]!) + length[row & mask]!;
            continue;
          }
        }
        at += skip[byte]!;
      }
    }
  }
}

/** The text of rows of one segment as bytes, a line feed between lines. */
export function textOf(lines: Lines, from: number, end: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [runFrom, runEnd] of runs(lines, from, end)) {
    const start = lines.text.offsetOf(lines.address(runFrom));
    const stop = lines.text.offsetOf(lines.address(runEnd - 1)) + lines.byteLength(runEnd - 1) + 1;
    parts.push(lines.text.chunkOf(lines.address(runFrom)).subarray(start, stop));
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes.subarray(0, Math.max(0, at - 1));
}

/** The part of a range of rows that lies in the segment of its first row. */
export function segmentEnd(row: number, end: number): number {
  return Math.min(end, ((row >>> segmentBits) + 1) << segmentBits);
}

/** Where terms stand in a text, as flat triples (start, end, colour) in order, the earlier term first where they overlap. */
export function findMarks(text: string, terms: readonly Term[]): number[] {
  const marks: [number, number, number][] = [];
  for (const term of terms) {
    if (term.exclude || term.regex) continue;
    const pattern = new RegExp(escapeRegex(term.text), 'gi');
    for (const match of text.matchAll(pattern)) {
      if (match[0].length > 0) marks.push([match.index, match.index + match[0].length, term.colour]);
      if (marks.length > 1000) break;
    }
  }
  marks.sort((a, b) => a[0] - b[0] || a[2] - b[2]);
  const flat: number[] = [];
  let end = 0;
  for (const [start, stop, colour] of marks) {
    const from = Math.max(start, end);
    if (from >= stop) continue;
    flat.push(from, stop, colour);
    end = stop;
  }
  return flat;
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
