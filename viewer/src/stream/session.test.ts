import { describe, expect, it } from 'vitest';
import type { Surroundings } from './client';
import { type FromWorker, noChoice } from './protocol';
import { ViewerSession } from './session';

type Frame = Extract<FromWorker, { type: 'frame' }>;

function log(n: number, message: string): string {
  const time = 1_777_885_200_000 + n;
  const nanos = (BigInt(time) * 1_000_000n).toString(36);
  const timestamp = `${new Date(time).toISOString().slice(0, -1)}000000Z`;
  const data = { type: 'log', timestamp, pod: 'web', container: 'app', message, unix: 0 };
  return `event: log\nid: e.${n.toString(36)}.${nanos}.s.0.${nanos}.0\ndata: ${JSON.stringify(data)}\n\n`;
}

const backlog = (count: number) =>
  Array.from({ length: count }, (_, n) => log(n, `line ${n} ${n % 1000 === 7 ? 'needle' : 'hay'}`)).join('');

/** A session whose stream says one text and stays open, and what it has told the page. */
function open(text: string) {
  const frames: Frame[] = [];
  const others: FromWorker[] = [];
  const heard: (() => void)[] = [];
  const surroundings: Surroundings = {
    fetch: async () =>
      new Response(new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode(text)) })),
    now: () => performance.now(),
    wait: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    random: () => 0.5,
    soon: (callback) => setImmediate(callback),
    locks: undefined,
    startRegex: () => {
      throw new Error('none is asked for');
    },
  };
  const session = new ViewerSession((message) => {
    if (message.type === 'frame') frames.push(message);
    else others.push(message);
    for (const hear of heard.splice(0)) hear();
  }, surroundings);
  session.receive({ type: 'open', url: 'http://kdd/stream', capacity: 2_000_000 });
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise<void>((resolve) => heard.push(resolve));
  };
  const live = () =>
    until(() => others.some((message) => message.type === 'connection' && message.state.phase === 'live'));
  return { session, frames, others, until, live };
}

const synced = 'event: synced\ndata: {}\n\n';

describe('ViewerSession', () => {
  it('shows first lines early, few frames while the backlog runs past, and all of it before it says so', async () => {
    const { session, frames, others, live } = open(backlog(20_000) + synced);
    await live();
    const withLines = frames.filter((frame) => frame.counts.lines > 0);
    expect(withLines[0]!.counts.lines).toBeLessThan(20_000);
    expect(withLines.at(-1)!.counts.lines).toBe(20_000);
    expect(withLines.at(-1)!.rows!.at(-1)!.text).toBe('line 19999 hay');
    expect(withLines.length).toBeLessThan(20);
    expect(others.at(-1)).toEqual({ type: 'connection', state: { phase: 'live' } });
    session.receive({ type: 'close' });
  });

  it('sends the first matches before a search is over, and says when it is', async () => {
    const { session, frames, until, live } = open(backlog(200_000) + synced);
    await live();
    frames.length = 0;
    session.receive({ type: 'choose', choice: { ...noChoice, q: 'needle', only: true } });
    expect(frames[0]!.rows!.at(-1)!.text).toBe('line 199007 needle');
    await until(() => !frames.at(-1)!.counts.scanning);
    expect(frames.at(-1)!.counts.matches).toBe(200);
    session.receive({ type: 'close' });
  });

  it('searches for the newest choice only, however fast they come', async () => {
    const { session, frames, until, live } = open(backlog(50_000) + synced);
    await live();
    for (const q of ['n', 'ne', 'nee', 'needle']) session.receive({ type: 'choose', choice: { ...noChoice, q } });
    await until(() => frames.at(-1)!.choice === 4 && !frames.at(-1)!.counts.scanning);
    expect(frames.at(-1)!.counts.matches).toBe(50);
    session.receive({ type: 'close' });
  });

  it('answers the page while the backlog runs past', async () => {
    const { session, frames, others, until } = open(backlog(100_000) + synced);
    await until(() => frames.some((frame) => frame.counts.lines > 0));
    // What a message is: a task of its own.
    await new Promise((resolve) => setImmediate(resolve));
    session.receive({ type: 'detail', row: 0, request: 1 });
    await until(() => others.some((message) => message.type === 'detail'));
    expect(frames.at(-1)!.counts.lines).toBeLessThan(100_000);
    session.receive({ type: 'close' });
  });

  it('sends rows once where nothing changes', async () => {
    const { session, frames, until, live } = open(backlog(100) + synced);
    await live();
    session.receive({ type: 'look', first: 0, count: 50, follow: true, anchor: -1, anchorIndex: 0 });
    await until(() => frames.at(-1)!.rows?.length === 50);
    const sent = frames.length;
    await until(() => frames.length > sent);
    expect(frames.at(-1)!.rows).toBeUndefined();
    session.receive({ type: 'close' });
  });
});
