import { describe, expect, it } from 'vitest';
import { parseTime } from './gototime';

const latest = new Date(2026, 4, 4, 15, 30, 0).getTime();
const local = (...parts: [number, number, number, number?]) => new Date(2026, 4, ...parts).getTime();

describe('parseTime', () => {
  it.each([
    ['14:05', local(4, 14, 5)],
    [' 14:05:30 ', local(4, 14, 5, 30)],
    ['14:05:30.25', local(4, 14, 5, 30) + 250],
    ['23:00', local(3, 23, 0)],
    ['2026-05-02 08:00', local(2, 8, 0)],
    ['2026-05-02T08:00:00Z', Date.UTC(2026, 4, 2, 8)],
    ['-10m', latest - 600_000],
    ['-1.5h', latest - 5_400_000],
  ])('reads %s', (text, expected) => {
    expect(parseTime(text, latest)).toBe(expected);
  });

  it.each(['', 'now', '25:00', '14:60', '-10', '-10y', '2026-13-40 08:00'])('takes %j for no time', (text) => {
    expect(parseTime(text, latest)).toBeNaN();
  });
});
