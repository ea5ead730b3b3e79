import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flags, Lines, type NewLine } from './lines';
import { parseQuery } from './query';
import { matchingLines } from './regex';
import { everything, type Selection } from './rowtest';
import { textOf } from './search';
import { segmentRows } from './segment';
import { continuesTrace } from './traces';
import { View } from './view';
import { levelNumber } from './wire';

function line(text: string, part: Partial<NewLine> = {}): NewLine {
  return {
    text,
    staged: false,
    continues: continuesTrace(text),
    styles: [],
    time: 0,
    nanos: 0,
    pod: 'a',
    container: 'app',
    level: 0,
    flags: 0,
    fullLength: 0,
    cursor: undefined,
    ...part,
  };
}

function select(q: string, part: Partial<Selection> & { regex?: boolean } = {}): Selection {
  const { regex = false, ...rest } = part;
  return { ...everything, query: parseQuery(q, regex), only: true, ...rest };
}

function texts(lines: Lines, view: View): string[] {
  for (let range = view.wanted(); range; range = view.wanted()) {
    const text = new TextDecoder().decode(textOf(lines, range.from, range.end));
    view.supply(range.from, range.end, matchingLines(view.regex, text));
  }
  while (view.scan(() => 0)) {
    // A clock that stands still makes one step of all there is.
  }
  return Array.from({ length: view.size }, (_, i) => lines.message(view.rowAt(i)));
}

function linesOf(...messages: (string | NewLine)[]): Lines {
  const lines = new Lines();
  for (const message of messages) lines.add(typeof message === 'string' ? line(message) : message);
  return lines;
}

describe('View', () => {
  it.each([
    ['a word in any case', 'TIMEOUT', false, ['timeout a', 'Timeout b']],
    ['words that all stand in a line', 'refused CONN', false, ['connection refused']],
    ['one word or others', 'refused | timeout a', false, ['timeout a', 'connection refused']],
    ['a phrase', '"connection refused"', false, ['connection refused']],
    ['an excluded word', 'timeout -b', false, ['timeout a']],
    ['only exclusions', '-timeout', false, ['connection refused', 'all', 'zürich']],
    ['more than ASCII', 'zürich', false, ['zürich']],
    ['a regular expression', '^t.*a$', true, ['timeout a']],
    ['a regular expression with white space', 'n\\sr', true, ['connection refused']],
    ['a regular expression that looks around', '(?<=connection )refused', true, ['connection refused']],
  ])('finds %s', (_, q, regex, expected) => {
    const lines = linesOf('timeout a', 'connection refused', 'Timeout b', 'all', 'zürich');
    const view = new View(lines, select(q, { regex }));
    expect(texts(lines, view).sort()).toEqual([...expected].sort());
  });

  it('shows lines at once and marks them as matches when the expression was tried', () => {
    const lines = linesOf('x1');
    const view = new View(lines, select('x\\d', { regex: true, only: false }));
    texts(lines, view);
    lines.changedFrom = Number.POSITIVE_INFINITY;
    lines.add(line('x2'));
    view.append(lines.changedFrom);
    expect([view.size, view.matchLines]).toEqual([2, 1]);
    texts(lines, view);
    expect([view.size, view.matchLines]).toEqual([2, 2]);
  });

  it('does not let an expression run over the end of a line', () => {
    const lines = linesOf('ends with a', 'b begins', 'a b');
    expect(texts(lines, new View(lines, select('a\\s+b', { regex: true })))).toEqual(['a b']);
  });

  it('keeps lines of unknown level at any least level', () => {
    const lines = linesOf(
      line('d', { level: levelNumber('debug') }),
      line('?'),
      line('e', { level: levelNumber('error') }),
    );
    expect(texts(lines, new View(lines, select('', { level: levelNumber('warn') })))).toEqual(['?', 'e']);
  });

  it('picks out pods, and takes in their new lines', () => {
    const lines = linesOf(line('1', { pod: 'a' }), line('2', { pod: 'b' }));
    const view = new View(lines, select('', { pods: ['b'] }));
    expect(texts(lines, view)).toEqual(['2']);
    lines.add(line('3', { pod: 'b' }));
    lines.add(line('4', { pod: 'a' }));
    view.append(2);
    expect(texts(lines, view)).toEqual(['2', '3']);
  });

  it('shows all lines and counts matches while it only highlights', () => {
    const lines = linesOf('x', 'y', 'x');
    const view = new View(lines, select('x', { only: false }));
    expect(texts(lines, view)).toEqual(['x', 'y', 'x']);
    expect(view.matchLines).toBe(2);
    expect(view.step(0, 1)).toEqual({ row: 2, ordinal: 2 });
    expect(view.step(2, 1)).toEqual({ row: 0, ordinal: 1 });
    expect(view.step(0, -1)).toEqual({ row: 2, ordinal: 2 });
  });

  it('never hides a gap', () => {
    const lines = linesOf('x', 'y');
    lines.addMarker({ kind: 'gap', lost: 3, reason: 'retention' }, 0);
    const view = new View(lines, select('x'));
    expect(texts(lines, view)).toEqual(['x', '']);
    expect(view.shownLines).toBe(1);
  });

  it('places a late line by its time, in lists too', () => {
    const lines = linesOf(line('x1', { time: 1 }), line('y2', { time: 2 }), line('x4', { time: 4 }));
    const view = new View(lines, select('x'));
    texts(lines, view);
    lines.changedFrom = Number.POSITIVE_INFINITY;
    lines.add(line('x3', { time: 3, flags: flags.late }));
    view.append(lines.changedFrom);
    expect(texts(lines, view)).toEqual(['x1', 'x3', 'x4']);
    expect(lines.positionOf(2)).toBe(3);
  });

  it('folds stack traces under their heads, but not what is searched for', () => {
    const lines = linesOf('start', 'boom', '   at a', line('other', { pod: 'b' }), '   at b', 'end');
    expect(texts(lines, new View(lines, select('', { fold: true })))).toEqual(['start', 'boom', 'other', 'end']);
    expect(texts(lines, new View(lines, select('', { fold: true, toggled: new Set([1]) })))).toHaveLength(6);
    expect(texts(lines, new View(lines, select('', { toggled: new Set([1]) })))).toEqual([
      'start',
      'boom',
      'other',
      'end',
    ]);
    expect(texts(lines, new View(lines, select('at', { fold: true, only: false })))).toHaveLength(6);
  });

  it('mutes pods', () => {
    const lines = linesOf(line('1', { pod: 'a' }), line('2', { pod: 'b' }));
    expect(texts(lines, new View(lines, select('', { muted: ['a'] })))).toEqual(['2']);
  });

  it('shows context around matches, whatever arrives, however late, and wherever the search stands', () => {
    const arrival = fc.record({ time: fc.nat(50), late: fc.boolean(), text: fc.constantFrom('x', 'y', 'y', 'y', 'y') });
    const model = (lines: Lines, context: number) => {
      const all = Array.from({ length: lines.size }, (_, i) => lines.message(lines.rowAt(i)));
      return all.flatMap((_, i) =>
        all.slice(Math.max(0, i - context), i + context + 1).includes('x') ? [lines.rowAt(i)] : [],
      );
    };
    fc.assert(
      fc.property(
        fc.array(arrival),
        fc.array(arrival),
        fc.nat(4),
        fc.boolean(),
        (before, after, context, scanFirst) => {
          const lines = new Lines();
          const add = ({ time, late, text }: { time: number; late: boolean; text: string }) => {
            lines.add(line(text, { time, flags: late ? flags.late : 0 }));
          };
          before.forEach(add);
          const view = new View(lines, select('x', { context }));
          if (scanFirst) texts(lines, view);
          for (const each of after) {
            lines.changedFrom = Number.POSITIVE_INFINITY;
            add(each);
            view.append(lines.changedFrom);
          }
          texts(lines, view);
          expect(Array.from({ length: view.size }, (_, i) => view.rowAt(i))).toEqual(model(lines, context));
        },
      ),
    );
  });

  it('gives the same in many small steps as in one', () => {
    const lines = new Lines();
    for (let i = 0; i < 40_000; i++) lines.add(line(i % 97 === 0 ? 'x' : 'y', { time: i }));
    const view = new View(lines, select('x', { context: 3 }));
    let clock = 0;
    while (view.scan(() => (clock += 10))) expect(view.scanning).toBe(true);
    const rows = Array.from({ length: view.size }, (_, i) => view.rowAt(i));
    const expected = Array.from({ length: 40_000 }, (_, i) => i).filter(
      (i) => i % 97 <= 3 || (i % 97 >= 94 && i - (i % 97) + 97 < 40_000),
    );
    expect(rows).toEqual(expected);
  });

  it('finds by expression what the expression finds line by line, whatever arrives', () => {
    const arrival = fc.record({
      time: fc.nat(50),
      late: fc.boolean(),
      text: fc.string({ unit: fc.constantFrom('x', 'y', ' ', 'é') }),
    });
    const sources = fc.constantFrom(
      'x+y',
      '^x',
      'y$',
      '\\s',
      '[^x]y',
      '(x|y)\\1',
      '^$',
      'x.?y',
      '(?!x)y',
      '\\S\\s+\\S',
    );
    fc.assert(
      fc.property(fc.array(arrival), fc.array(arrival), sources, fc.boolean(), (before, after, source, scanFirst) => {
        const lines = new Lines();
        const add = ({ time, late, text }: { time: number; late: boolean; text: string }) => {
          lines.add(line(text, { time, flags: late ? flags.late : 0 }));
        };
        before.forEach(add);
        const view = new View(lines, select(source, { regex: true }));
        if (scanFirst) texts(lines, view);
        for (const each of after) {
          lines.changedFrom = Number.POSITIVE_INFINITY;
          add(each);
          view.append(lines.changedFrom);
        }
        const all = Array.from({ length: lines.size }, (_, i) => lines.message(lines.rowAt(i)));
        expect(texts(lines, view)).toEqual(all.filter((text) => new RegExp(source, 'i').test(text)));
      }),
    );
  });

  it('lists what a plain filter lists, whatever arrives and however late', () => {
    const arrival = fc.record({ time: fc.nat(50), late: fc.boolean(), text: fc.constantFrom('x', 'y', 'xy') });
    fc.assert(
      fc.property(fc.array(arrival), fc.array(arrival), (before, after) => {
        const lines = new Lines();
        const add = ({ time, late, text }: { time: number; late: boolean; text: string }) =>
          lines.add(line(text, { time, flags: late ? flags.late : 0 }));
        before.forEach(add);
        const view = new View(lines, select('x'));
        for (const each of after) {
          lines.changedFrom = Number.POSITIVE_INFINITY;
          add(each);
          view.append(lines.changedFrom);
        }
        const expected = Array.from({ length: lines.size }, (_, i) => lines.message(lines.rowAt(i))).filter((text) =>
          text.includes('x'),
        );
        expect(texts(lines, view)).toEqual(expected);
      }),
    );
  });

  it('lets the oldest lines go at the capacity, and says how many', () => {
    const lines = new Lines(2 * segmentRows);
    const view = new View(lines, select('7'));
    for (let i = 0; i < 3 * segmentRows; i++) lines.add(line(String(i)));
    expect(lines.size).toBe(2 * segmentRows);
    expect(lines.evicted).toBe(segmentRows);
    view.evict(lines.evicted);
    view.append(0);
    expect(lines.message(view.rowAt(0))).toBe('65537');
    expect(lines.message(lines.rowAt(0))).toBe(String(segmentRows));
  });
});
