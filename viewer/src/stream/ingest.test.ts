import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTimestamp, toLine } from './ingest';
import { flags } from './lines';

describe('parseTimestamp', () => {
  it.each([
    ['2026-05-04T09:00:00.123456789Z', '2026-05-04T09:00:00.123Z', 456_789],
    ['2026-05-04T09:00:00Z', '2026-05-04T09:00:00Z', 0],
    ['2026-05-04T09:00:00.5Z', '2026-05-04T09:00:00.5Z', 0],
    ['2026-05-04T09:00:00.1234Z', '2026-05-04T09:00:00.123Z', 400_000],
    ['2026-05-04T11:00:00.123456789+02:00', '2026-05-04T09:00:00.123Z', 456_789],
  ])('reads %s', (timestamp, milliseconds, nanos) => {
    expect(parseTimestamp(timestamp)).toEqual({ time: Date.parse(milliseconds), nanos });
  });

  it('reads every time that a server can write', () => {
    const date = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(date, fc.integer({ min: 0, max: 999_999 }), (time, nanos) => {
        const timestamp = `${time.toISOString().slice(0, -1)}${String(nanos).padStart(6, '0')}Z`;
        expect(parseTimestamp(timestamp)).toEqual({ time: time.getTime(), nanos });
      }),
    );
  });

  it('is no number for what is no time, whatever was read before', () => {
    parseTimestamp('2026-05-04T09:00:00.123456789Z');
    expect(parseTimestamp('2026-13-04T09:00:00.123456789Z').time).toBeNaN();
    expect(parseTimestamp('').time).toBeNaN();
  });
});

describe('toLine', () => {
  const event = { type: 'log', timestamp: '', pod: 'p', container: 'c', message: 'm', unix: 7 } as const;

  it('falls back on whole seconds where the timestamp cannot be read', () => {
    expect(toLine({ ...event, timestamp: 'yesterday' }, '').time).toBe(7000);
  });

  it('keeps one row for a message of several lines, without its last CR', () => {
    expect(toLine({ ...event, message: 'a\nb\r' }, '').text).toBe('a␊b');
  });

  it('takes colours out of the text', () => {
    const { text, styles } = toLine({ ...event, message: '\x1b[31mred\x1b[0m' }, '');
    expect(text).toBe('red');
    expect(styles).not.toHaveLength(0);
  });

  it('knows levels in any case, and what the server says of a line', () => {
    expect(toLine({ ...event, level: 'Warn' }, '').level).toBe(4);
    expect(toLine({ ...event, level: 'WARNING' }, '').level).toBe(4);
    expect(toLine({ ...event, level: 'loud' }, '').level).toBe(0);
    const line = toLine({ ...event, truncated: 70_000, late: true }, '');
    expect(line.flags).toBe(flags.truncated | flags.late);
    expect(line.fullLength).toBe(70_000);
  });
});
