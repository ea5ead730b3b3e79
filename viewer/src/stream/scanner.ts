import { digitValue, isDigit, lowDigits, lowRange } from './cursor';

/** Reads bytes one expectation after the other: each answers whether it was met, and moves on only then. */
export class Scanner {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  /** The base 36 number read last: exact for up to ten digits. Then its digits before the last six, and those. */
  value = 0;
  high = 0;
  low = 0;

  begin(bytes: Uint8Array, at: number): void {
    this.bytes = bytes;
    this.at = at;
  }

  /** Just these bytes. */
  skip(expected: Uint8Array): boolean {
    const { bytes, at } = this;
    const { length } = expected;
    if (at + length > bytes.length) return false;
    for (let i = 0; i < length; i++) if (bytes[at + i] !== expected[i]) return false;
    this.at = at + length;
    return true;
  }

  /** A base 36 number of at most so many digits, and the byte that ends it. */
  number(mostDigits: number, end: number): boolean {
    const { bytes, at: start } = this;
    const limit = Math.min(bytes.length, start + mostDigits + 1);
    let at = start;
    while (at < limit && isDigit(bytes[at]!)) at++;
    if (at === start || at === limit || bytes[at] !== end) return false;
    const lowStart = Math.max(start, at - lowDigits);
    let high = 0;
    for (let i = start; i < lowStart; i++) high = high * 36 + digitValue(bytes[i]!);
    let low = 0;
    for (let i = lowStart; i < at; i++) low = low * 36 + digitValue(bytes[i]!);
    this.high = high;
    this.low = low;
    this.value = high * lowRange + low;
    this.at = at + 1;
    return true;
  }

  /** So many decimal digits. */
  decimal(digits: number): boolean {
    const { bytes, at } = this;
    const end = at + digits;
    if (end > bytes.length) return false;
    let value = 0;
    for (let i = at; i < end; i++) {
      const digit = bytes[i]! - 48;
      if (digit < 0 || digit > 9) return false;
      value = value * 10 + digit;
    }
    this.value = value;
    this.at = end;
    return true;
  }

  /** Any number of decimal digits, at least one, as JSON writes a number that is not 0. */
  whole(): boolean {
    const { bytes } = this;
    let at = this.at;
    if (bytes[at] === 48) return false;
    while (at < bytes.length && bytes[at]! >= 48 && bytes[at]! <= 57) at++;
    if (at === this.at) return false;
    this.at = at;
    return true;
  }
}
