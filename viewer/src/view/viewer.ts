import type { ConnectionState } from '../stream/client';
import { startWorker } from '../stream/connect';
import type { Histogram } from '../stream/histogram';
import {
  type Choice,
  type Counts,
  type Detail,
  type FromWorker,
  noChoice,
  type PodState,
  type Row,
  type SourceName,
  type ToWorker,
} from '../stream/protocol';
import type { LogViewStatus, StatsEvent } from '../stream/wire';
import { storedSettings } from './settings';

type Frame = Extract<FromWorker, { type: 'frame' }>;
type Found = Extract<FromWorker, { type: 'found' }>;
type Answer = Extract<FromWorker, { request: number }>;

/** What the chrome around the list shows. */
export interface ViewerState {
  connection: ConnectionState;
  counts: Counts;
  pods: PodState[];
  status: LogViewStatus;
  stats: StatsEvent | undefined;
  queryError: string;
  histogram: Histogram;
}

const start: ViewerState = {
  connection: { phase: 'connecting' },
  counts: {
    rows: 0,
    lines: 0,
    shown: 0,
    matches: 0,
    scanning: false,
    evicted: 0,
    arrived: 0,
    newest: 0,
    gaps: 0,
    lost: 0,
  },
  pods: [],
  status: {},
  stats: undefined,
  queryError: '',
  histogram: { step: 1000, bars: [] },
};

/** Counts are shown at most this often: they change with every frame, and nobody reads faster. */
const countsMilliseconds = 100;

/** The page's end of the worker: rows go straight to the list, all else to whoever subscribes. */
export class Viewer {
  readonly sources: SourceName[] = [];
  onFrame: ((frame: Frame) => void) | undefined;
  onSources: (() => void) | undefined;
  #state = start;
  readonly #worker: ReturnType<typeof startWorker>;
  #request = 0;
  #chosen = JSON.stringify(noChoice);
  #latestCounts = start.counts;
  /** The choice whose search is over, as far as the state tells. */
  #searched = 0;
  #countsTimer: ReturnType<typeof setTimeout> | undefined;
  #rows: readonly Row[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #waiting = new Map<number, (answer: Answer) => void>();

  constructor(readonly url: string) {
    this.#worker = startWorker((message) => this.#receive(message));
    this.send({ type: 'open', url, capacity: storedSettings().keep });
  }

  stop(): void {
    this.send({ type: 'close' });
    this.#worker.stop();
    clearTimeout(this.#countsTimer);
  }

  send(message: ToWorker): void {
    this.#worker.send(message);
  }

  choose(choice: Choice): void {
    const chosen = JSON.stringify(choice);
    if (chosen === this.#chosen) return;
    this.#chosen = chosen;
    this.send({ type: 'choose', choice });
  }

  step(row: number, direction: 1 | -1): Promise<Found> {
    return this.#ask((request) => ({ type: 'step', row, direction, request }));
  }

  find(what: { time?: number; cursor?: string }): Promise<Found> {
    return this.#ask((request) => ({ type: 'find', ...what, request }));
  }

  async detail(row: number): Promise<Detail | undefined> {
    const answer = await this.#ask<Extract<Answer, { type: 'detail' }>>((request) => ({
      type: 'detail',
      row,
      request,
    }));
    return answer.detail;
  }

  /** What is shown, as a file. */
  async download(format: 'text' | 'ndjson'): Promise<Blob> {
    const answer = await this.#ask<Extract<Answer, { type: 'download' }>>((request) => ({
      type: 'download',
      format,
      request,
    }));
    return answer.blob;
  }

  /** Texts of the last lines on screen. */
  newest(count: number): string[] {
    return this.#rows
      .filter((row) => !row.marker)
      .slice(-count)
      .map((row) => row.text);
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

  #ask<T extends Answer>(message: (request: number) => ToWorker): Promise<T> {
    const request = ++this.#request;
    return new Promise((resolve) => {
      this.#waiting.set(request, (answer) => resolve(answer as T));
      this.send(message(request));
    });
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'frame':
        if (message.rows) this.#rows = message.rows;
        this.onFrame?.(message);
        this.#counts(message);
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
      case 'histogram':
        this.#change({ histogram: message.histogram });
        break;
      case 'found':
      case 'detail':
      case 'download':
        this.#waiting.get(message.request)?.(message);
        this.#waiting.delete(message.request);
        break;
    }
  }

  #counts({ counts, choice }: Frame): void {
    this.#latestCounts = counts;
    if (!counts.scanning && choice !== this.#searched) {
      // Somebody waits for the result of a search.
      this.#searched = choice;
      this.#change({ counts });
      return;
    }
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
