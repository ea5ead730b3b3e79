import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Volume } from './histogram';

const hour = 3_600_000;

describe('Volume', () => {
  it('has no bars before the first line', () => {
    expect(new Volume().histogram(100).bars).toEqual([]);
  });

  it('counts by second and level', () => {
    const volume = new Volume();
    volume.add(10_000, 3);
    volume.add(10_999, 5);
    volume.add(12_000, 3);
    const { step, bars } = volume.histogram(100);
    expect(step).toBe(1000);
    expect(bars.map((bar) => bar.start)).toEqual([10_000, 11_000, 12_000]);
    expect(bars[0]!.counts).toEqual([0, 0, 0, 1, 0, 1, 0]);
  });

  it('loses no line, in few enough bars, however far the times lie apart', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -hour, max: 100_000 * hour }), { minLength: 1 }), (times) => {
        const volume = new Volume();
        for (const time of times) volume.add(time, 3);
        const { step, bars } = volume.histogram(120);
        expect(bars.length).toBeLessThanOrEqual(121);
        expect(bars.reduce((sum, bar) => sum + bar.counts[3]!, 0)).toBe(times.length);
        for (const bar of bars) expect(bar.start % step).toBeCloseTo(0);
      }),
    );
  });

  it('keeps its memory bounded over days of lines', () => {
    const volume = new Volume();
    for (let second = 0; second < 50_000; second++) volume.add(second * 1000, 3);
    const { bars } = volume.histogram(120);
    expect(bars.reduce((sum, bar) => sum + bar.counts[3]!, 0)).toBe(50_000);
  });
});
