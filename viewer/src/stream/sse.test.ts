import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SseParser } from './sse';

interface Event {
  name: string;
  data: string;
  id: string;
}

function parse(chunks: Uint8Array[]): Event[] {
  const events: Event[] = [];
  const parser = new SseParser({
    known: () => -1,
    event: (name, data, id) => events.push({ name, data, id }),
    retry: () => {},
  });
  for (const chunk of chunks) parser.push(chunk);
  return events;
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('SseParser', () => {
  it('reads name, data and id of an event', () => {
    expect(parse([bytes('event: log\nid: a.1\ndata: {"x":1}\n\n')])).toEqual([
      { name: 'log', data: '{"x":1}', id: 'a.1' },
    ]);
  });

  it('keeps the last id for events that have none', () => {
    expect(parse([bytes('id: a\ndata: 1\n\ndata: 2\n\n')]).map((event) => event.id)).toEqual(['a', 'a']);
  });

  it('joins several data fields with line feeds', () => {
    expect(parse([bytes('data: a\ndata:b\ndata\n\n')])[0]!.data).toBe('a\nb\n');
  });

  it('passes over comments, unknown fields and events without data', () => {
    expect(parse([bytes(': keep awake\n\nfoo: bar\n\nevent: x\n\ndata: 1\n\n')])).toEqual([
      { name: 'message', data: '1', id: '' },
    ]);
  });

  it('drops an event that the end of the stream cuts', () => {
    expect(parse([bytes('data: 1\n\ndata: 2\n')])).toHaveLength(1);
  });

  it('tells the pause that the server asks for', () => {
    const pauses: number[] = [];
    new SseParser({ known: () => -1, event: () => {}, retry: (pause) => pauses.push(pause) }).push(
      bytes('retry: 1500\nretry: soon\n\n'),
    );
    expect(pauses).toEqual([1500]);
  });

  it('reads the same events however the bytes are cut and lines are ended', () => {
    const message = fc.record({
      data: fc.string({ unit: 'grapheme' }).map((s) => JSON.stringify(s)),
      id: fc.stringMatching(/^[a-z0-9.]{1,20}$/),
    });
    fc.assert(
      fc.property(fc.array(message), fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat()), (messages, end, cuts) => {
        const whole = bytes(
          messages.map(({ data, id }) => `event: log${end}id: ${id}${end}data: ${data}${end}${end}`).join(''),
        );
        const points = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b);
        const chunks = points.slice(1).map((point, i) => whole.slice(points[i], point));
        expect(parse(chunks)).toEqual(messages.map(({ data, id }) => ({ name: 'log', data, id })));
      }),
    );
  });

  it('asks where an event begins, and nowhere else, whether it is known', () => {
    const block = fc.constantFrom(
      'data: 1\n\n',
      'id: a\ndata: ü\n\n',
      ': hb\n\n',
      'data: 1\r\n\r\n',
      'data: 1\r\r',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(block), fc.array(fc.nat()), (blocks, cuts) => {
        const whole = bytes(blocks.join(''));
        const begins = new Set(blocks.map((_, i) => bytes(blocks.slice(0, i).join('')).length));
        const points = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b);
        let start = 0;
        const parser = new SseParser({
          known(_, at) {
            expect(begins).toContain(start + at);
            return -1;
          },
          event: () => {},
          retry: () => {},
        });
        for (const point of points.slice(1)) {
          parser.push(whole.slice(start, point));
          start = point;
        }
      }),
    );
  });

  it('goes on after what is known, with its id', () => {
    const events: Event[] = [];
    const known = 'event: log\nid: a.2\ndata: known\n\n';
    const parser = new SseParser({
      known: (piece, at) => (new TextDecoder().decode(piece.subarray(at)).startsWith(known) ? at + known.length : -1),
      event: (name, data, id) => events.push({ name, data, id }),
      retry: () => {},
    });
    parser.push(bytes(`id: a.1\ndata: 1\n\n${known}data: 3\n\n${known}${known}`));
    expect(events).toEqual([
      { name: 'message', data: '1', id: 'a.1' },
      { name: 'message', data: '3', id: 'a.2' },
    ]);
    expect(parser.lastId).toBe('a.2');
  });

  it('does not count an id whose event was cut', () => {
    const parser = new SseParser({ known: () => -1, event: () => {}, retry: () => {} });
    parser.push(bytes('id: a.1\ndata: 1\n\nid: a.2\ndata: cut'));
    expect(parser.lastId).toBe('a.1');
  });
});
