import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Intake } from './intake';
import { Lines } from './lines';
import { SseParser } from './sse';
import type { LogEvent } from './wire';

interface Line {
  source: number;
  instance: number;
  time: number;
  nanos: number;
  event: Partial<LogEvent>;
  epoch: string;
  form: 'kdd' | 'event first' | 'CRLF' | 'spaced';
}

/** The event as kdd writes it, or as another server may. */
function write({ source, instance, time, nanos, event, epoch, form }: Line, seq: number): string {
  const timestamp = `${new Date(time).toISOString().slice(0, -1)}${String(nanos).padStart(6, '0')}Z`;
  const data: LogEvent = {
    type: 'log',
    timestamp,
    pod: `pod-${source}`,
    container: source === 3 ? 'ü"c' : 'app',
    message: '',
    unix: Math.floor(time / 1000),
    ...event,
  };
  const nanoseconds = (BigInt(time) * 1_000_000n + BigInt(nanos)).toString(36);
  const id = [epoch, seq.toString(36), nanoseconds, `src${source}`, instance, nanoseconds, nanos % 50].join('.');
  const json = JSON.stringify(data, undefined, form === 'spaced' ? 1 : undefined).replaceAll('\n', ' ');
  const head = [`id: ${id}`, 'event: log'];
  if (form === 'event first') head.reverse();
  return [...head, `data: ${json}`, '', ''].join(form === 'CRLF' ? '\r\n' : '\n');
}

interface Cut {
  at: number;
  /** Right after the next line feed. */
  whole: boolean;
}

function placeOf({ at, whole }: Cut, bytes: Uint8Array): number {
  const place = at % (bytes.length + 1);
  return whole ? bytes.indexOf(10, place) + 1 : place;
}

/** All that a store holds after some bytes, cut at some places, and how reading them ended. */
function read(bytes: Uint8Array, cuts: readonly Cut[], knows: boolean) {
  const lines = new Lines();
  const intake = new Intake(lines, () => 0);
  let known = 0;
  const parser = new SseParser({
    known(piece, at) {
      const next = knows ? intake.known(piece, at) : -1;
      if (next >= 0) known++;
      return next;
    },
    event: (name, data, id) => intake.event(name, data, id),
    retry: () => {},
  });
  const points = [0, ...cuts.map((cut) => placeOf(cut, bytes)), bytes.length].sort((a, b) => a - b);
  let failure = '';
  try {
    for (const [i, point] of points.slice(1).entries()) parser.push(bytes.slice(points[i], point));
  } catch (error) {
    failure = (error as Error).name;
  }
  const rows = Array.from({ length: lines.size }, (_, position) => {
    const row = lines.rowAt(position);
    return {
      row,
      message: lines.message(row),
      time: lines.time(row),
      nanos: lines.nanos(row),
      level: lines.level(row),
      flags: lines.flags(row),
      source: lines.sources.all[lines.source(row)],
      cursor: lines.cursor(row),
      head: lines.traces.headOf(row),
    };
  });
  return {
    known,
    held: { rows, failure, lastId: parser.lastId, pods: intake.pods.report(0), bars: intake.volume.histogram(9) },
  };
}

const plain: Line = {
  source: 1,
  instance: 0,
  time: Date.parse('2026-05-04T09:00:00Z'),
  nanos: 7,
  event: { message: 'plain', level: 'Info' },
  epoch: 'e',
  form: 'kdd',
};

const text = fc.oneof(
  fc.string({ unit: 'grapheme-ascii' }),
  fc.string({ unit: 'grapheme' }),
  // What JSON escapes, what colours, what continues a trace, what is long.
  fc
    .array(
      fc.constantFrom(
        '"',
        '\\',
        '/',
        '\t',
        '\n',
        '\r',
        '\0',
        '\x1b[31m',
        '\x7f',
        '\x80',
        '\x9b',
        '\xa0',
        '߿',
        '퟿',
        '\u2028',
        '\ue000',
        '\uffff',
        '\ufeff',
        '𐀀',
        '😀',
        ' a',
        '}',
        ' +0x',
        'main.go:7',
        'Caused by: ',
      ),
    )
    .map((parts) => parts.join('')),
  fc.integer({ min: 1, max: 3000 }).map((length) => 'x'.repeat(length)),
);

const line: fc.Arbitrary<Line> = fc.record({
  source: fc.integer({ min: 1, max: 3 }),
  instance: fc.integer({ min: 0, max: 1 }),
  time: fc.oneof(fc.constant(1_777_885_200_000), fc.integer({ min: 0, max: 4_000_000_000_000 })),
  nanos: fc.integer({ min: 0, max: 999_999 }),
  event: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        message: text,
        level: fc.constantFrom('Trace', 'Debug', 'Info', 'Warn', 'Error', 'Fatal'),
      }),
    },
    { weight: 2, arbitrary: fc.record({ message: text }) },
    fc.record(
      {
        message: text,
        pod: text,
        level: text,
        truncated: fc.nat(),
        partial: fc.boolean(),
        late: fc.boolean(),
        unix: fc.constantFrom(0, -1, 1.5, 1e21),
        timestamp: fc.constantFrom(
          '',
          '2026-13-01T00:00:00.000000000Z',
          '2026-05-04T09:00:00Z',
          '2026-05-04 09:00:00.000000000Z',
        ),
      },
      { requiredKeys: ['message'] },
    ),
  ),
  epoch: fc.oneof({ weight: 50, arbitrary: fc.constant('e') }, fc.constant('f')),
  form: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('kdd' as const, 'event first' as const) },
    fc.constantFrom('CRLF' as const, 'spaced' as const),
  ),
});

const between = fc.oneof(
  { weight: 30, arbitrary: fc.constant('') },
  {
    weight: 5,
    arbitrary: fc.constantFrom(': hb\n\n', 'event: stats\ndata: {"received":1}\n\n', 'id: e.0\n\n', '\n', '\r\n'),
  },
  // Makes no JSON of the next event.
  fc.constant('data: {}\n'),
);

const cut = fc.record({ at: fc.nat(), whole: fc.boolean() });

const streams = fc
  .array(fc.tuple(line, between), { maxLength: 30, size: 'max' })
  .map((parts) => new TextEncoder().encode(parts.map(([each, after], seq) => write(each, seq) + after).join('')));

describe('LogFrames', () => {
  it('takes in what the parser does, wherever the bytes are cut', () => {
    let known = 0;
    fc.assert(
      fc.property(streams, fc.array(cut, { maxLength: 8 }), (bytes, cuts) => {
        const fast = read(bytes, cuts, true);
        known += fast.known;
        expect(fast.held).toEqual(read(bytes, [], false).held);
      }),
      { numRuns: 300 },
    );
    expect(known).toBeGreaterThan(300);
  });

  it('takes in what the parser does of any bytes at all', () => {
    const change = fc.tuple(
      fc.nat(),
      fc.oneof(fc.constantFrom(...'"\\{}:,.0aZ\n\r '.split('').map((c) => c.charCodeAt(0))), fc.nat({ max: 255 })),
    );
    fc.assert(
      fc.property(
        streams,
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.array(cut, { maxLength: 4 }),
        (bytes, changes, cuts) => {
          fc.pre(bytes.length > 0);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          expect(read(bytes, cuts, true).held).toEqual(read(bytes, [], false).held);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads all of the usual form but the first line of an instance', () => {
    const usual = (message: string, seq: number, source = 1) =>
      write({ ...plain, source, time: plain.time + seq, event: { message, level: 'Info' } }, seq);
    const messages = ['plain', '{"a":"\\\\ \\/"}', 'tab\tand "quotes"', 'grüße 😀 日本', '', '    at frame'];
    const bytes = new TextEncoder().encode(
      messages.flatMap((message, i) => [usual(message, 2 * i), usual(message, 2 * i + 1, 2)]).join(''),
    );
    const { known, held } = read(bytes, [], true);
    expect(held.rows.map((row) => row.message)).toEqual(messages.flatMap((message) => [message, message]));
    expect(known).toBe(2 * messages.length - 2);
  });

  it('knows what the operator writes', () => {
    // The operator's tests write the same file.
    const frames = readFileSync(new URL('../../../tests/vectors/log-frames.sse', import.meta.url));
    const { known, held } = read(Uint8Array.from([...frames, ...frames]), [], true);
    expect(known).toBe(5);
    expect(held.rows.slice(3).map(({ message, level }) => [message, level])).toEqual([
      ['GET /orders 200 12ms', 3],
      ['GET /healthz 200', 0],
      ['{"msg":"a \\\\ b","city":"Zürich"}\tπ', 5],
    ]);
  });

  it('learns names that an instance has anew', () => {
    const renamed: Line = { ...plain, event: { message: 'm', container: 'sidecar' } };
    const bytes = new TextEncoder().encode([plain, plain, renamed, renamed].map(write).join(''));
    expect(read(bytes, [], true).known).toBe(2);
  });

  it('tells what continues a trace as the parser does', () => {
    const messages = [
      'panic',
      'main.run(0x1)',
      '\tat a.b',
      'main.go:7 +0x1d',
      'x y.go:7 +0x1d',
      '}',
      'Caused by: x',
      'Cause',
    ];
    const usual = messages.map((message, seq) => ({ ...plain, time: plain.time + seq, event: { message } }));
    const bytes = new TextEncoder().encode(usual.map(write).join(''));
    const { held } = read(bytes, [], true);
    expect(held.rows.map((row) => row.head)).toEqual([0, 1, 1, 1, 4, 4, 4, 7]);
    expect(held).toEqual(read(bytes, [], false).held);
  });

  it.each<[string, string, string]>([
    ['another container', '"container":"app"', '"container":"sidecar"'],
    ['another pod', '"pod":"pod-1"', '"pod":"pod-9"'],
    ['a number that JSON does not have', '"unix":1', '"unix":01'],
    ['a time that is none', '2026-05-04T09', '2026-05-04T29'],
    ['a cursor that is none', 'id: e.', 'id: .e.'],
  ])('leaves %s to the parser', (_, from, to) => {
    const [first, second] = [write(plain, 0), write(plain, 1)];
    expect(second).toContain(from);
    const bytes = new TextEncoder().encode(first + second.replace(from, to) + second);
    expect(read(bytes, [], true).held).toEqual(read(bytes, [], false).held);
  });
});
