import type { ConnectionState } from '../stream/client';
import { startWorker } from '../stream/connect';
import type { Choice, Counts, FromWorker, PodState, SourceName, ToWorker } from '../stream/protocol';
import type { LogViewStatus, StatsEvent } from '../stream/wire';

type Frame = Extract<FromWorker, { type: 'frame' }>;
type Found = Extract<FromWorker, { type: 'found' }>;

/** What the chrome around the list shows. */
export interface ViewerState {
  connection: ConnectionState;
  counts: Counts;
  pods: PodState[];
  status: LogViewStatus;
  stats: StatsEvent | undefined;
  queryError: string;
}

const start: ViewerState = {
  connection: { phase: 'connecting' },
  counts: { rows: 0, lines: 0, shown: 0, matches: 0, scanning: false, evicted: 0, arrived: 0 },
  pods: [],
  status: {},
  stats: undefined,
  queryError: '',
};

/** Counts are shown at most this often: they change with every frame, and nobody reads faster. */
const countsMilliseconds = 100;

/** The page's end of the worker: rows go straight to the list, all else to whoever subscribes. */
export class Viewer {
  readonly sources: SourceName[] = [];
  onFrame: ((frame: Frame) => void) | undefined;
  onSources: (() => void) | undefined;
  #state = start;
  #worker: ReturnType<typeof startWorker> | undefined;
  #request = 0;
  #latestCounts = start.counts;
  #countsTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #waiting = new Map<number, (found: Found) => void>();

  start(url: string): () => void {
    const worker = startWorker((message) => this.#receive(message));
    this.#worker = worker;
    worker.send({ type: 'open', url });
    return () => {
      worker.send({ type: 'close' });
      worker.stop();
      clearTimeout(this.#countsTimer);
    };
  }

  send(message: ToWorker): void {
    this.#worker?.send(message);
  }

  choose(choice: Choice): void {
    this.send({ type: 'choose', choice });
  }

  step(row: number, direction: 1 | -1): Promise<Found> {
    return this.#ask((request) => ({ type: 'step', row, direction, request }));
  }

  find(what: { time?: number; cursor?: string }): Promise<Found> {
    return this.#ask((request) => ({ type: 'find', ...what, request }));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): ViewerState => this.#state;

  /** Lines that arrived up to the newest frame. */
  get arrived(): number {
    return this.#latestCounts.arrived;
  }

  #ask(message: (request: number) => ToWorker): Promise<Found> {
    const request = ++this.#request;
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      this.send(message(request));
    });
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'frame':
        this.onFrame?.(message);
        this.#counts(message.counts);
        break;
      case 'connection':
        this.#change({ connection: message.state });
        break;
      case 'sources':
        for (const [i, source] of message.sources.entries()) this.sources[message.from + i] = source;
        this.onSources?.();
        break;
      case 'status':
        this.#change({ status: message.status });
        break;
      case 'stats':
        this.#change({ stats: message.stats });
        break;
      case 'pods':
        this.#change({ pods: message.pods });
        break;
      case 'query':
        this.#change({ queryError: message.error });
        break;
      case 'found':
        this.#waiting.get(message.request)?.(message);
        this.#waiting.delete(message.request);
        break;
    }
  }

  #counts(counts: Counts): void {
    this.#latestCounts = counts;
    this.#countsTimer ??= setTimeout(() => {
      this.#countsTimer = undefined;
      this.#change({ counts: this.#latestCounts });
    }, countsMilliseconds);
  }

  #change(part: Partial<ViewerState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) listener();
  }
}
