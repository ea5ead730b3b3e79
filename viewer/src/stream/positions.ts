import { type Cursor, elapsed, lineKey } from './cursor';

interface Position {
  /** Of the last line, in the order of the file. */
  time: number;
  nanos: number;
  n: number;
  row: number;
  /** Of the line with the greatest time. */
  mostTime: number;
  mostNanos: number;
  mostN: number;
  /** The resend in which everything that was seen had come again. */
  resentIn: number;
  /** The resend in which a line was known by its text. */
  recognisedIn: number;
  /** Of the first line. */
  firstTime: number;
  firstNanos: number;
  /** The source's timestamps went back at this time of the client's clock, in milliseconds; −∞ = never. */
  steppedBack: number;
}

/** How far before the watermark a new owner begins, and for how long a step back makes positions unfit for comparing. */
export const resendMilliseconds = 90_000;

/** stdout and stderr are stamped apart: a line may be this many nanoseconds newer than the next in the file. */
const stampTolerance = 1e8;

/** A new owner asks in whole seconds. */
const reachNanoseconds = (resendMilliseconds + 1000) * 1e6;

/** What of the lines taken in before the positions are compared with. */
export interface TakenLines {
  /** Counts the lines of a source that a resend can bring again, by {@link lineKey}, without those of an epoch. */
  recent(source: string, epoch: string): Map<string, number>;
  /** The text of a row, undefined when it has gone. */
  text(row: number): string | undefined;
}

/** A line whose text is asked for only where it matters. */
export interface Said {
  readonly text: string;
}

/**
 * The last position per source and instance. After a reconnect to another epoch the server sends some lines again; what
 * is not after the position seen is a repeat, until the line at that position has come again. A source whose clock went
 * back lately is compared by its lines instead, and a line in doubt is kept: better twice than lost.
 */
export class Positions {
  /** By source and instance. */
  readonly #last = new Map<string, Map<string, Position>>();
  readonly #newest = new Map<string, string>();
  #epoch = '';
  /** Epochs entered after the first: each sends again. */
  #resends = 0;
  #synced = false;
  #watermark = 0;
  #watermarkNanos = 0;
  #resentFrom = 0;
  #resentFromNanos = 0;
  #recent = new Map<string, Map<string, number>>();

  constructor(
    private readonly taken: TakenLines,
    private readonly now: () => number,
  ) {}

  /** True when the line is new, and will have the number `row`; remembers it then. */
  accept(cursor: Cursor, line: Said, row: number): boolean {
    if (cursor.epoch !== this.#epoch) this.#enterEpoch(cursor.epoch);
    let instances = this.#last.get(cursor.source);
    if (!instances) {
      instances = new Map();
      this.#last.set(cursor.source, instances);
    }
    let last = instances.get(cursor.instance);
    if (!last) {
      if (this.#isLabelledAnew(cursor, line)) return false;
      last = {
        time: 0,
        nanos: 0,
        n: 0,
        row,
        mostTime: 0,
        mostNanos: 0,
        mostN: 0,
        resentIn: this.#resends,
        recognisedIn: this.#resends,
        firstTime: cursor.time,
        firstNanos: cursor.nanos,
        steppedBack: -Infinity,
      };
      instances.set(cursor.instance, last);
    } else if (last.resentIn < this.#resends && this.#isRepeat(cursor, line, last)) {
      return false;
    }
    const order = compare(cursor, last.mostTime, last.mostNanos, last.mostN);
    if (order < 0) {
      last.steppedBack = this.now();
    } else {
      if (order > 0) last.resentIn = this.#resends;
      last.mostTime = cursor.time;
      last.mostNanos = cursor.nanos;
      last.mostN = cursor.n;
    }
    last.time = cursor.time;
    last.nanos = cursor.nanos;
    last.n = cursor.n;
    last.row = row;
    this.#newest.set(cursor.source, cursor.instance);
    this.#watermark = cursor.watermark;
    this.#watermarkNanos = cursor.watermarkNanos;
    return true;
  }

  /** The backlog or resume is complete: what comes now is live, or of a source that could not be read before. */
  synced(): void {
    this.#synced = true;
  }

  #enterEpoch(epoch: string): void {
    if (this.#epoch !== '') {
      this.#resends++;
      this.#resentFrom = this.#watermark;
      this.#resentFromNanos = this.#watermarkNanos;
    }
    this.#synced = false;
    this.#epoch = epoch;
    this.#recent.clear();
  }

  /** Of a line that comes before anything new of its source and instance came in this epoch. */
  #isRepeat(cursor: Cursor, line: Said, last: Position): boolean {
    if (compare(cursor, last.time, last.nanos, last.n) === 0 && line.text === this.taken.text(last.row)) {
      // Lines come in the order of the file: all that was seen has come again.
      last.resentIn = this.#resends;
      return true;
    }
    if (compare(cursor, last.mostTime, last.mostNanos, last.mostN) > 0) {
      // A tail that began within an instant counts from there, the next owner from the instant's first line.
      const sameTime = cursor.time === last.mostTime && cursor.nanos === last.mostNanos;
      return this.#isLabelledAnew(cursor, line) || (sameTime && this.#takeRecent(cursor, line));
    }
    if (this.now() - last.steppedBack < resendMilliseconds) {
      // What lies before the first line ever seen is neither: a tail had left it out.
      const isKnown = this.#takeRecent(cursor, line);
      if (isKnown) last.recognisedIn = this.#resends;
      if (isKnown || this.#synced || last.recognisedIn === this.#resends) return isKnown;
      return elapsed(last.firstTime, last.firstNanos, cursor.time, cursor.nanos) <= stampTolerance;
    }
    // After the resume only what a resend can reach may be one: else a clock was set back.
    if (!this.#synced) return true;
    return elapsed(this.#resentFrom, this.#resentFromNanos, cursor.time, cursor.nanos) >= -reachNanoseconds;
  }

  /**
   * An owner may have taken a container's new instance for the old one until the pod's status told of it: the next owner
   * sends the same lines under another instance.
   */
  #isLabelledAnew(cursor: Cursor, line: Said): boolean {
    const newest = this.#newest.get(cursor.source);
    return this.#resends > 0 && newest !== undefined && newest !== cursor.instance && this.#takeRecent(cursor, line);
  }

  #takeRecent(cursor: Cursor, { text }: Said): boolean {
    let recent = this.#recent.get(cursor.source);
    if (!recent) {
      recent = this.taken.recent(cursor.source, cursor.epoch);
      this.#recent.set(cursor.source, recent);
    }
    const key = lineKey(cursor, text);
    const count = recent.get(key) ?? 0;
    if (count === 0) return false;
    recent.set(key, count - 1);
    return true;
  }
}

function compare(cursor: Cursor, time: number, nanos: number, n: number): number {
  return cursor.time - time || cursor.nanos - nanos || cursor.n - n;
}
