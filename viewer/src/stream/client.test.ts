import { describe, expect, it } from 'vitest';
import { type ConnectionState, StreamClient, type Surroundings } from './client';

type Answer = Response | Error;

/** A server of prepared answers, and a clock that only the waits of the client move. */
function play(answers: Answer[], { endAfter = answers.length } = {}) {
  const states: ConnectionState[] = [];
  const events: string[] = [];
  const lost: string[] = [];
  const waits: number[] = [];
  const cursors: (string | null)[] = [];
  const stop = new AbortController();
  let now = 0;
  const surroundings: Surroundings = {
    fetch: async (_, init) => {
      cursors.push(new Headers(init.headers).get('Last-Event-ID'));
      const answer = answers.shift();
      if (!answer) throw new Error('no more answers');
      if (answer instanceof Error) throw answer;
      return answer;
    },
    now: () => now,
    random: () => 0.5,
    wait: async (milliseconds, signal) => {
      if (milliseconds === 45_000) return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      waits.push(milliseconds);
      now += milliseconds;
      if (cursors.length >= endAfter) stop.abort();
    },
    soon: queueMicrotask,
    locks: undefined,
    startRegex: () => {
      throw new Error('none is asked for');
    },
  };
  const client = new StreamClient(
    'http://kdd/stream',
    {
      state: (state) => states.push(state),
      lost: (reason) => lost.push(reason),
      known: () => -1,
      event: (name, data) => events.push(`${name} ${data}`),
      batch: () => {},
    },
    surroundings,
  );
  return client.run(stop.signal).then(() => ({ states, events, lost, waits, cursors, last: states.at(-1)! }));
}

const stream = (text: string) => new Response(text, { headers: { 'Content-Type': 'text/event-stream' } });
const refusal = (code: number, reason: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ kind: 'Status', reason, message: `${reason}!`, code }), { status: code, headers });

describe('StreamClient', () => {
  it('goes live when the backlog is complete', async () => {
    const { states } = await play([stream('event: log\nid: a\ndata: {}\n\nevent: synced\ndata: {"lines":1}\n\n')]);
    expect(states.map((state) => state.phase)).toEqual(['connecting', 'backlog', 'live', 'waiting']);
  });

  it('comes again with the last cursor after a break', async () => {
    const { cursors, lost } = await play([stream('id: a.1\ndata: 1\n\nid: a.2\ndata: 2\n\ndata: cut'), stream('')]);
    expect(cursors).toEqual([null, 'a.2']);
    expect(lost).toHaveLength(2);
  });

  it('waits as long as the stream asked for', async () => {
    const { waits } = await play([stream('retry: 2222\n\ndata: 1\n\n')]);
    expect(waits).toEqual([2222]);
  });

  it('backs off while nothing answers, up to 15 s', async () => {
    const { waits } = await play(Array.from({ length: 8 }, () => new Error('refused')));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it('begins anew with short pauses after an event', async () => {
    const { waits } = await play([new Error('x'), new Error('x'), stream('data: 1\n\n'), new Error('x')]);
    expect(waits).toEqual([500, 1000, 500, 1000]);
  });

  it('comes again when a replica says that it stops, without a word of a broken connection', async () => {
    const { waits, lost } = await play([stream('event: reconnect\ndata: {"afterMs":1234}\n\n')]);
    expect(waits).toEqual([1234]);
    expect(lost).toEqual([]);
  });

  it('honours Retry-After', async () => {
    const { waits, states } = await play([refusal(503, 'ServiceUnavailable', { 'Retry-After': '7' })]);
    expect(waits).toEqual([7000]);
    expect(states.at(-1)).toEqual({ phase: 'waiting', reason: 'ServiceUnavailable!', retryAt: 7000, code: 503 });
  });

  it('waits for a LogView that is not there yet', async () => {
    const { last } = await play([refusal(404, 'NotFound')]);
    expect(last.phase).toBe('waiting');
  });

  it.each([400, 401, 403])('gives up at %i with the words of the server', async (code) => {
    const { last, waits } = await play([refusal(code, 'Reason')]);
    expect(last).toEqual({ phase: 'failed', code, reason: 'Reason', message: 'Reason!' });
    expect(waits).toEqual([]);
  });

  it('ends at the end event and at 204', async () => {
    expect((await play([stream('event: end\ndata: {"reason":"Deleted"}\n\n')])).last).toEqual({
      phase: 'ended',
      reason: 'Deleted',
    });
    expect((await play([new Response(null, { status: 204 })])).last.phase).toBe('ended');
  });

  it('stays away when the rights of the viewer ended', async () => {
    const error = JSON.stringify({ code: 403, reason: 'Forbidden', message: 'no more' });
    const { last } = await play([stream(`event: error\ndata: ${error}\n\n`)]);
    expect(last).toEqual({ phase: 'failed', code: 403, reason: 'Forbidden', message: 'no more' });
  });

  it('goes on after the failure of one source', async () => {
    const error = JSON.stringify({ code: 403, reason: 'Forbidden', message: 'no', pod: 'a', container: 'app' });
    const { states } = await play([stream(`event: error\ndata: ${error}\n\nevent: synced\ndata: {}\n\n`)]);
    expect(states.map((state) => state.phase)).toContain('live');
  });

  it('leaves a connection on which nothing is heard for 45 s', async () => {
    let now = 0;
    const states: ConnectionState[] = [];
    const stop = new AbortController();
    let asked = 0;
    const silent = (signal: AbortSignal) =>
      new Response(
        new ReadableStream<Uint8Array>({
          start(body) {
            body.enqueue(new TextEncoder().encode(': here\n\n'));
            signal.addEventListener('abort', () => body.error(signal.reason));
          },
        }),
      );
    const surroundings: Surroundings = {
      fetch: async (_, init) => {
        asked++;
        return silent(init.signal!);
      },
      now: () => now,
      random: () => 0.5,
      wait: async (milliseconds) => {
        if (asked > 1) stop.abort();
        now += milliseconds;
      },
      soon: queueMicrotask,
      locks: undefined,
      startRegex: () => {
        throw new Error('none is asked for');
      },
    };
    const lost: string[] = [];
    const handler = {
      state: (state: ConnectionState) => states.push(state),
      lost: (reason: string) => lost.push(reason),
      known: () => -1,
      event: () => {},
      batch: () => {},
    };
    await new StreamClient('http://kdd/stream', handler, surroundings).run(stop.signal);
    expect(lost[0]).toBe('nothing was heard for 45 s');
    expect(now).toBeGreaterThanOrEqual(45_000);
    expect(asked).toBe(2);
  });
});
