import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Top } from './top';

describe('Top', () => {
  it('settles on the row that a number of pixels reaches, whatever the heights', () => {
    const heights = fc.array(fc.integer({ min: 20, max: 400 }), { minLength: 1 });
    fc.assert(
      fc.property(heights, fc.nat(), fc.integer({ min: -5000, max: 5000 }), (all, seed, distance) => {
        const sum = (end: number) => all.slice(0, end).reduce((a, b) => a + b, 0);
        const top = new Top();
        top.set(seed % all.length, distance);
        const wanted = Math.max(0, sum(top.index) + distance);
        top.settle(all.length, (index) => all[index]!);
        expect(sum(top.index) + top.offset).toBe(wanted);
        expect(top.offset).toBeGreaterThanOrEqual(0);
        // Past the last row there is none to settle on.
        if (top.index < all.length - 1) expect(top.offset).toBeLessThan(all[top.index]!);
      }),
    );
  });

  it('finds the row at a number of pixels where all are equally high', () => {
    const top = new Top();
    top.setPixels(1234, 20, 100);
    expect([top.index, top.offset]).toEqual([61, 14]);
    top.setPixels(1234, 20, 10);
    expect([top.index, top.offset]).toEqual([9, 1054]);
    top.setPixels(0, 20, 0);
    expect([top.index, top.offset]).toEqual([0, 0]);
  });

  it('stays among the rows that there are', () => {
    const top = new Top();
    top.set(50);
    top.clamp(10);
    expect(top.index).toBe(9);
    top.clamp(0);
    expect(top.index).toBe(0);
  });
});
