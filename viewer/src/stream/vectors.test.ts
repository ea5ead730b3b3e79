import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCursor } from './cursor';
import { Positions } from './positions';

type Step = { line: string; text: string; new: boolean } | { synced: true } | { advanceSeconds: number };

interface Vectors {
  cases: { name: string; steps: Step[] }[];
}

// The reference client in C# runs the same file.
const file = new URL('../../../tests/vectors/repeats.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

describe('repeats', () => {
  it.each(cases.map(({ name, steps }) => [name, steps] as const))('%s', (_, steps) => {
    let now = 0;
    const accepted: { key: string; line: string }[] = [];
    const recentLines = (source: string, instance: string) => {
      const counts = new Map<string, number>();
      for (const { key, line } of accepted) {
        if (key === `${source}.${instance}`) counts.set(line, (counts.get(line) ?? 0) + 1);
      }
      return counts;
    };
    const positions = new Positions(recentLines, () => now);
    for (const [number, step] of steps.entries()) {
      if ('synced' in step) {
        positions.synced();
        continue;
      }
      if ('advanceSeconds' in step) {
        now += step.advanceSeconds * 1000;
        continue;
      }
      const cursor = parseCursor(step.line)!;
      const isNew = positions.accept(cursor, step.text);
      expect(isNew, `step ${number}`).toBe(step.new);
      if (isNew) accepted.push({ key: `${cursor.source}.${cursor.instance}`, line: `${cursor.time}\n${step.text}` });
    }
  });
});
