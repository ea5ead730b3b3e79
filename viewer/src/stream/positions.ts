import { type Cursor, compareBase36, subtractBase36 } from './cursor';

interface Position {
  /** Of the last line, in the order of the file. */
  time: string;
  n: string;
  text: string;
  /** Of the line with the greatest time. */
  mostTime: string;
  mostN: string;
  /** The resend in which everything that was seen had come again. */
  resentIn: number;
  /** The resend in which a line was known by its text. */
  recognisedIn: number;
  /** Of the first line. */
  firstTime: string;
  /** The source's timestamps went back at this time of the client's clock, in milliseconds; −∞ = never. */
  steppedBack: number;
}

/** How far before the watermark a new owner begins, and for how long a step back makes positions unfit for comparing. */
export const resendMilliseconds = 90_000;

/** stdout and stderr are stamped apart: a line may be this many nanoseconds newer than the next in the file. */
const stampTolerance = 1e8;

/** A new owner asks in whole seconds. */
const reachNanoseconds = (resendMilliseconds + 1000) * 1e6;

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
  #watermark = '0';
  #resentFrom = '0';
  #recent = new Map<string, Map<string, number>>();

  /** `recentLines` counts the lines of a source that a resend can bring again, by time and text, without those of an epoch. */
  constructor(
    private readonly recentLines: (source: string, epoch: string) => Map<string, number>,
    private readonly now: () => number,
  ) {}

  /** True when the line is new; remembers it then. */
  accept(cursor: Cursor, text: string): boolean {
    this.#enterEpoch(cursor.epoch);
    let instances = this.#last.get(cursor.source);
    if (!instances) {
      instances = new Map();
      this.#last.set(cursor.source, instances);
    }
    let last = instances.get(cursor.instance);
    if (!last) {
      if (this.#isLabelledAnew(cursor, text)) return false;
      last = {
        time: '0',
        n: '0',
        text,
        mostTime: '0',
        mostN: '0',
        resentIn: this.#resends,
        recognisedIn: this.#resends,
        firstTime: cursor.time,
        steppedBack: -Infinity,
      };
      instances.set(cursor.instance, last);
    } else if (last.resentIn < this.#resends && this.#isRepeat(cursor, text, last)) {
      return false;
    }
    const order = compare(cursor, last.mostTime, last.mostN);
    if (order < 0) {
      last.steppedBack = this.now();
    } else {
      if (order > 0) last.resentIn = this.#resends;
      last.mostTime = cursor.time;
      last.mostN = cursor.n;
    }
    last.time = cursor.time;
    last.n = cursor.n;
    last.text = text;
    this.#newest.set(cursor.source, cursor.instance);
    this.#watermark = cursor.watermark;
    return true;
  }

  /** The backlog or resume is complete: what comes now is live, or of a source that could not be read before. */
  synced(): void {
    this.#synced = true;
  }

  #enterEpoch(epoch: string): void {
    if (epoch === this.#epoch) return;
    if (this.#epoch !== '') {
      this.#resends++;
      this.#resentFrom = this.#watermark;
    }
    this.#synced = false;
    this.#epoch = epoch;
    this.#recent.clear();
  }

  /** Of a line that comes before anything new of its source and instance came in this epoch. */
  #isRepeat(cursor: Cursor, text: string, last: Position): boolean {
    if (compare(cursor, last.time, last.n) === 0 && text === last.text) {
      // Lines come in the order of the file: all that was seen has come again.
      last.resentIn = this.#resends;
      return true;
    }
    if (compare(cursor, last.mostTime, last.mostN) > 0) {
      // A tail that began within an instant counts from there, the next owner from the instant's first line.
      return this.#isLabelledAnew(cursor, text) || (cursor.time === last.mostTime && this.#takeRecent(cursor, text));
    }
    if (this.now() - last.steppedBack < resendMilliseconds) {
      // What lies before the first line ever seen is neither: a tail had left it out.
      const isKnown = this.#takeRecent(cursor, text);
      if (isKnown) last.recognisedIn = this.#resends;
      if (isKnown || this.#synced || last.recognisedIn === this.#resends) return isKnown;
      return subtractBase36(cursor.time, last.firstTime) <= stampTolerance;
    }
    // After the resume only what a resend can reach may be one: else a clock was set back.
    return !this.#synced || subtractBase36(cursor.time, this.#resentFrom) >= -reachNanoseconds;
  }

  /**
   * An owner may have taken a container's new instance for the old one until the pod's status told of it: the next owner
   * sends the same lines under another instance.
   */
  #isLabelledAnew(cursor: Cursor, text: string): boolean {
    const newest = this.#newest.get(cursor.source);
    return this.#resends > 0 && newest !== undefined && newest !== cursor.instance && this.#takeRecent(cursor, text);
  }

  #takeRecent(cursor: Cursor, text: string): boolean {
    let recent = this.#recent.get(cursor.source);
    if (!recent) {
      recent = this.recentLines(cursor.source, cursor.epoch);
      this.#recent.set(cursor.source, recent);
    }
    const line = `${cursor.time}\n${text}`;
    const count = recent.get(line) ?? 0;
    if (count === 0) return false;
    recent.set(line, count - 1);
    return true;
  }
}

function compare(cursor: Cursor, time: string, n: string): number {
  return compareBase36(cursor.time, time) || compareBase36(cursor.n, n);
}
