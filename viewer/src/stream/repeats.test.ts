import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lineKey, parseCursor } from './cursor';
import { Positions, resendMilliseconds } from './positions';

interface Step {
  line?: string;
  text?: string;
  new?: boolean;
  synced?: boolean;
  advanceSeconds?: number;
}

// The reference client in C# runs the same vectors.
const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/repeats.json', import.meta.url), 'utf8')) as {
  cases: { name: string; steps: Step[] }[];
};

describe('repeats', () => {
  it.each(vectors.cases)('$name', ({ steps }) => {
    let now = 1_000_000;
    const seen: { source: string; epoch: string; line: string; text: string; at: number }[] = [];
    const recentLines = (source: string, epoch: string) => {
      const counts = new Map<string, number>();
      for (const { source: of, epoch: by, line, at } of seen) {
        if (of === source && by !== epoch && now - at <= resendMilliseconds) {
          counts.set(line, (counts.get(line) ?? 0) + 1);
        }
      }
      return counts;
    };
    const positions = new Positions({ recent: recentLines, text: (row) => seen[row]?.text }, () => now);
    for (const step of steps) {
      if (step.line !== undefined) {
        const cursor = parseCursor(step.line);
        if (!cursor) throw new Error(`${step.line} is no cursor`);
        const text = step.text ?? '';
        expect(positions.accept(cursor, { text }, seen.length), `${text} at ${step.line}`).toBe(step.new);
        if (step.new) {
          const { source, epoch } = cursor;
          seen.push({ source, epoch, line: lineKey(cursor, text), text, at: now });
        }
      } else if (step.advanceSeconds !== undefined) {
        now += step.advanceSeconds * 1000;
      } else {
        positions.synced();
      }
    }
  });
});
