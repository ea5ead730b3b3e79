import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cursor, elapsed, lineKey, parseCursor } from './cursor';
import { Positions } from './positions';

const at = (epoch: string, time: number, n = 0, source = 's', instance = '0'): Cursor => ({
  epoch,
  seq: 1,
  watermark: 1,
  watermarkNanos: 0,
  source,
  instance,
  time: 0,
  nanos: time,
  n,
});

/** Positions of lines that are kept as their texts. */
function positions(recent = new Map<string, number>()) {
  const texts: string[] = [];
  const seen = new Positions({ recent: () => recent, text: (row) => texts[row] }, () => 0);
  return {
    accept(cursor: Cursor, text: string): boolean {
      const isNew = seen.accept(cursor, { text }, texts.length);
      if (isNew) texts.push(text);
      return isNew;
    },
    synced: () => seen.synced(),
  };
}

describe('Positions', () => {
  it('drops what a new epoch sends again, and keeps what comes after it', () => {
    const seen = positions();
    for (const time of [100, 101, 102]) seen.accept(at('a', time), 'x');
    expect([101, 102, 103].map((time) => seen.accept(at('b', time), 'x'))).toEqual([false, false, true]);
  });

  it('tells lines of the same time apart by their position', () => {
    const seen = positions();
    seen.accept(at('a', 100, 0), 'x');
    seen.accept(at('a', 100, 1), 'x');
    expect([0, 1, 2].map((n) => seen.accept(at('b', 100, n), 'x'))).toEqual([false, false, true]);
  });

  it('compares each instance of each source with itself', () => {
    const seen = positions();
    seen.accept(at('a', 100), 'x');
    expect(seen.accept(at('b', 50, 0, 'other'), 'x')).toBe(true);
    expect(seen.accept(at('b', 50, 0, 's', '1'), 'x')).toBe(true);
  });

  it('takes everything that is live, however its clock goes', () => {
    const seen = positions();
    expect([100, 50, 60].map((time) => seen.accept(at('a', time), 'x'))).toEqual([true, true, true]);
  });

  it('takes what is live in a new epoch once the resume is complete', () => {
    const seen = positions();
    seen.accept(at('a', 100), 'x');
    seen.accept(at('b', 100), 'x');
    seen.synced();
    expect(seen.accept(at('b', 90), 'x')).toBe(true);
  });

  it('compares by line where the clock stepped back, and keeps a line in doubt', () => {
    const seen = positions(new Map([[lineKey(at('a', 50), 'x'), 1]]));
    seen.accept(at('a', 100), 'w');
    seen.accept(at('a', 50), 'x');
    expect(seen.accept(at('b', 50), 'x')).toBe(false);
    expect(seen.accept(at('b', 50, 1), 'x')).toBe(true);
    expect(seen.accept(at('b', 40), 'never seen')).toBe(true);
  });
});

describe('cursor', () => {
  it('is read in its seven parts', () => {
    expect(parseCursor('a.1z.2.s.0.z.10')).toEqual({
      epoch: 'a',
      seq: 71,
      watermark: 0,
      watermarkNanos: 2,
      source: 's',
      instance: '0',
      time: 0,
      nanos: 35,
      n: 36,
    });
  });

  it('tells any time to the nanosecond', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (time) => {
        const cursor = parseCursor(`a.1.${time.toString(36)}.s.0.${time.toString(36)}.0`)!;
        expect([BigInt(cursor.time), BigInt(cursor.nanos)]).toEqual([time / 1_000_000n, time % 1_000_000n]);
        expect([cursor.watermark, cursor.watermarkNanos]).toEqual([cursor.time, cursor.nanos]);
      }),
    );
  });

  it.each([
    '',
    'a.b',
    'a.1.2.s.0.z.',
    'a.1.2.s.0.z.N',
    `a.1.2.s.0.z.${'1'.repeat(80)}`,
    `a.1.2.s.0.${'1'.repeat(14)}.0`,
  ])('%j is none', (text) => {
    expect(parseCursor(text)).toBeUndefined();
  });

  it('tells the nanoseconds between times beyond 2^53', () => {
    const [early, late] = [1_750_000_000_123_456_789n, 1_750_000_090_123_456_790n].map(
      (time) => parseCursor(`a.1.0.s.0.${time.toString(36)}.0`)!,
    ) as [Cursor, Cursor];
    expect(elapsed(early.time, early.nanos, late.time, late.nanos)).toBe(90_000_000_001);
  });
});
