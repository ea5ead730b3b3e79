import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toLine } from './ingest';
import { Lines } from './lines';

describe('Lines', () => {
  it('gives back the cursor that a line came with', () => {
    const nanoseconds = fc.bigInt({ min: 1_000_000_000_000_000_000n, max: 4_000_000_000_000_000_000n });
    const behind = fc.oneof(fc.constant(undefined), fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }));
    const line = fc.tuple(nanoseconds, behind, fc.nat({ max: 100_000 }), fc.constantFrom('a', 'b'));
    fc.assert(
      fc.property(fc.array(line), (all) => {
        const lines = new Lines();
        const cursors = all.map(([time, late, n, epoch], seq) => {
          // There is no watermark before a session has one.
          const watermark = late === undefined ? 0n : time - late;
          return [epoch, seq, watermark, 'src', 2, time, n].map((part) => part.toString(36)).join('.');
        });
        for (const [i, [time]] of all.entries()) {
          const milliseconds = new Date(Number(time / 1_000_000n)).toISOString().slice(0, -1);
          const timestamp = `${milliseconds}${String(time % 1_000_000n).padStart(6, '0')}Z`;
          const event = { type: 'log', timestamp, pod: 'p', container: 'c', message: '', unix: 0 } as const;
          lines.add(toLine(event, cursors[i]!));
        }
        expect(cursors.map((_, row) => lines.cursor(row))).toEqual(cursors);
      }),
    );
  });
});
