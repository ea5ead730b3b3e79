import { type ConnectionState, StreamClient, type Surroundings } from './client';
import { parseCursor } from './cursor';
import { toBlob, toDetail } from './export';
import { Expression } from './expression';
import { type Frame, Frames } from './frames';
import { Intake } from './intake';
import { Lines } from './lines';
import type { Choice, FromWorker, ToWorker } from './protocol';
import { parseQuery } from './query';
import { RegexClient } from './regexclient';
import { everything, type Selection } from './rowtest';
import { inSlot, streamSlots } from './slots';
import { View } from './view';

/** A frame goes to the page at most this often while rows on screen change. */
const frameMilliseconds = 8;
/** And this often while only the counts do. */
const countsMilliseconds = 100;
/** The backlog runs past faster than anybody reads: drawing it would only hold it up. */
const loadingMilliseconds = 250;
/** While a search goes back through older lines, what it has found goes to the page this often. */
const searchMilliseconds = 50;
const podsMilliseconds = 1000;
const mostBars = 120;

/** One LogView's stream, store and queries: everything that the worker does for a page. */
export class ViewerSession {
  readonly #lines: Lines;
  readonly #intake: Intake;
  #view: View;
  #choice = 0;
  #sourcesSent = 0;
  #evicted = 0;
  #lastFrame = Number.NEGATIVE_INFINITY;
  #lastPods = 0;
  /** How long after a frame lines that arrive make the next one. */
  #pace = frameMilliseconds;
  #due = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #searching = false;
  #loading = true;
  #abort = new AbortController();
  readonly #expression: Expression;
  readonly #frames: Frames;

  constructor(
    private readonly post: (message: FromWorker) => void,
    private readonly surroundings: Surroundings,
    capacity?: number,
  ) {
    this.#lines = new Lines(capacity);
    this.#expression = new Expression(new RegexClient(surroundings.startRegex, surroundings.wait), this.#lines, {
      changed: (view) => {
        if (view !== this.#view) return;
        this.#frames.touch();
        this.#schedule(frameMilliseconds);
      },
      failed: (view, error) => {
        if (view === this.#view) this.#giveUp(error);
      },
      free: () => void this.#expression.pump(this.#view),
    });
    this.#intake = new Intake(this.#lines, surroundings.now);
    this.#frames = new Frames(this.#lines, this.#intake, this.#expression);
    this.#view = new View(this.#lines, everything);
  }

  receive(message: ToWorker): void {
    switch (message.type) {
      case 'open':
        this.#lines.capacity = message.capacity;
        this.#open(message.url);
        break;
      case 'choose':
        this.#choose(message.choice);
        break;
      case 'look':
        this.#frames.look(message);
        this.#schedule(0);
        break;
      case 'step': {
        const found = this.#view.step(message.row, message.direction);
        this.#found(message.request, found?.row ?? -1, found?.ordinal ?? 0);
        break;
      }
      case 'find':
        this.#find(message);
        break;
      case 'detail':
        this.post({ type: 'detail', request: message.request, detail: toDetail(this.#lines, message.row) });
        break;
      case 'download':
        this.#takeIn();
        this.post({
          type: 'download',
          request: message.request,
          blob: toBlob(this.#lines, this.#view, message.format),
        });
        break;
      case 'close':
        this.#abort.abort();
        this.#expression.stop();
        clearTimeout(this.#timer);
        break;
    }
  }

  #open(url: string): void {
    const client = new StreamClient(
      url,
      {
        state: (state) => this.#connection(state),
        lost: (reason) => this.#intake.marker({ kind: 'connection', what: 'lost', reason }),
        known: (bytes, at) => this.#intake.known(bytes, at),
        event: (name, data, id) => {
          const message = this.#intake.event(name, data, id);
          if (message) this.post(message);
        },
        batch: () => this.#batch(),
      },
      this.surroundings,
    );
    const { signal } = this.#abort;
    void inSlot(
      this.surroundings.locks,
      signal,
      () => this.#connection({ phase: 'queued', streams: streamSlots }),
      () => client.run(signal),
    );
  }

  /** Some lines came. More of them at once may keep any timer from running: a frame that is due goes out here. */
  #batch(): void {
    if (this.surroundings.now() >= this.#lastFrame + this.#pace) this.#flush();
    else this.#schedule(this.#pace);
  }

  #connection(state: ConnectionState): void {
    if (state.phase === 'ended') {
      this.#intake.marker({ kind: 'connection', what: 'end', reason: state.reason });
    }
    this.#loading = state.phase === 'backlog';
    // Whoever hears that the stream is live has its backlog.
    this.#flush();
    this.post({ type: 'connection', state });
  }

  #choose(choice: Choice): void {
    const query = parseQuery(choice.q, choice.regex);
    this.post({ type: 'query', error: query.error ?? '' });
    this.#show({ ...choice, query, toggled: new Set(choice.toggled) });
  }

  #show(selection: Selection): void {
    this.#takeIn();
    this.#choice++;
    this.#expression.clear();
    this.#view = new View(this.#lines, selection);
    this.#view.scan(this.surroundings.now);
    this.#frames.touch();
    this.#flush();
  }

  /** Searches on for a moment; what is found goes to the page at once until it fills that, then now and then. */
  #search(): void {
    const fills = this.#view.size >= this.#frames.wanted;
    const goesOn = this.#view.scan(this.surroundings.now);
    this.#frames.touch();
    if (!goesOn || !fills || this.surroundings.now() - this.#lastFrame >= searchMilliseconds) this.#flush();
    else this.#searchOn();
  }

  /** Plans the search's next moment: what has arrived by then is heard before. */
  #searchOn(): void {
    if (this.#searching || !this.#view.scanning || this.#view.regex) return;
    this.#searching = true;
    this.surroundings.soon(() => {
      this.#searching = false;
      this.#search();
    });
  }

  #find(message: Extract<ToWorker, { type: 'find' }>): void {
    let row = -1;
    if (message.cursor) row = this.#rowOfCursor(message.cursor);
    else if (message.time !== undefined) {
      const index = this.#view.indexOfTime(message.time);
      row = this.#view.size > 0 ? this.#view.rowAt(Math.min(index, this.#view.size - 1)) : -1;
    }
    this.#found(message.request, row, 0);
  }

  /** The row that a cursor names: by source, instance, time and n, which hold from one owner to the next. */
  #rowOfCursor(text: string): number {
    const wanted = parseCursor(text);
    if (!wanted) return -1;
    const lines = this.#lines;
    const identity = text.split('.').slice(3).join('.');
    for (let row = lines.end - 1; row >= lines.first; row--) {
      if (Math.abs(lines.time(row) - wanted.time) > 1) continue;
      if (lines.cursor(row).endsWith(`.${identity}`)) return row;
    }
    return -1;
  }

  #found(request: number, row: number, ordinal: number): void {
    this.#takeIn();
    const index = row < 0 ? -1 : this.#view.indexOf(row);
    this.post({ type: 'found', request, row, index, ordinal });
  }

  /** Sends a frame this long after the last one, or sooner when one is planned sooner. */
  #schedule(milliseconds: number): void {
    const due = this.#lastFrame + milliseconds;
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#flush(), Math.max(0, due - this.surroundings.now()));
  }

  /** Brings view and lists up to the rows that arrived. */
  #takeIn(): number {
    const lines = this.#lines;
    const changedFrom = lines.changedFrom;
    lines.changedFrom = Number.POSITIVE_INFINITY;
    if (lines.evicted !== this.#evicted) {
      this.#view.evict(lines.evicted - this.#evicted);
      this.#evicted = lines.evicted;
      this.#view.append(0);
      return 0;
    }
    if (changedFrom !== Number.POSITIVE_INFINITY) this.#view.append(changedFrom);
    return changedFrom;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = this.surroundings.now();
    const changedFrom = this.#takeIn();
    this.#sendSources();
    const frame = this.#frames.next(this.#view, this.#choice, changedFrom);
    this.#pace = this.#paceAfter(frame);
    this.#lastFrame = now;
    this.post(frame);
    if (frame.rows) void this.#expression.mark(this.#view, frame.rows);
    if (now - this.#lastPods >= podsMilliseconds) {
      this.post({ type: 'pods', pods: this.#intake.pods.report(now - this.#lastPods) });
      this.post({ type: 'histogram', histogram: this.#intake.volume.histogram(mostBars) });
      this.#lastPods = now;
    }
    void this.#expression.pump(this.#view);
    this.#searchOn();
    this.#schedule(podsMilliseconds);
  }

  #paceAfter({ rows, counts }: Frame): number {
    if (counts.rows === 0) return frameMilliseconds;
    if (this.#loading) return loadingMilliseconds;
    return rows ? frameMilliseconds : countsMilliseconds;
  }

  /** The expression cannot be run: everything is shown, and why. */
  #giveUp(error: Error): void {
    this.post({ type: 'query', error: error.message });
    this.#show({ ...this.#view.selection, query: everything.query });
  }

  #sendSources(): void {
    const { all } = this.#lines.sources;
    if (this.#sourcesSent === all.length) return;
    const sources = all.slice(this.#sourcesSent).map(({ pod, container }) => ({ pod, container }));
    this.post({ type: 'sources', from: this.#sourcesSent, sources });
    this.#sourcesSent = all.length;
  }
}
