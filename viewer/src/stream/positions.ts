import { type Cursor, compareBase36 } from './cursor';

interface Position {
  time: string;
  n: string;
  /** The source's timestamps went back at this time of the client's clock, in milliseconds; −∞ = never. */
  steppedBack: number;
}

/** For how long a step back makes positions unfit for comparing: as far as a new owner sends again. */
export const resendMilliseconds = 90_000;

/**
 * The last position per source and instance. After a reconnect to another epoch the server sends some lines again; what
 * is not after the position seen is a repeat. A source whose clock went back lately is compared by its lines instead,
 * and a line in doubt is kept: better twice than lost.
 */
export class Positions {
  readonly #last = new Map<string, Position>();
  #epoch = '';
  #resending = false;
  #recent = new Map<string, Map<string, number>>();

  /** `recentLines` counts the lines of a source and instance that the last 90 s brought, by time and text. */
  constructor(
    private readonly recentLines: (source: string, instance: string) => Map<string, number>,
    private readonly now: () => number,
  ) {}

  /** True when the line is new; remembers it then. */
  accept(cursor: Cursor, text: string): boolean {
    if (cursor.epoch !== this.#epoch) {
      this.#resending = this.#epoch !== '';
      this.#epoch = cursor.epoch;
      this.#recent.clear();
    }
    const key = `${cursor.source}.${cursor.instance}`;
    const last = this.#last.get(key);
    if (!last) {
      this.#last.set(key, { time: cursor.time, n: cursor.n, steppedBack: Number.NEGATIVE_INFINITY });
      return true;
    }
    const order = compareBase36(cursor.time, last.time) || compareBase36(cursor.n, last.n);
    if (this.#resending) {
      if (this.now() - last.steppedBack < resendMilliseconds) {
        if (this.#takeRecent(key, cursor, text)) return false;
      } else if (order <= 0) {
        return false;
      }
    } else if (order < 0) {
      last.steppedBack = this.now();
    }
    last.time = cursor.time;
    last.n = cursor.n;
    return true;
  }

  /** The backlog or resume is complete: what comes now is live and new. */
  synced(): void {
    this.#resending = false;
    this.#recent.clear();
  }

  #takeRecent(key: string, cursor: Cursor, text: string): boolean {
    let recent = this.#recent.get(key);
    if (!recent) {
      recent = this.recentLines(cursor.source, cursor.instance);
      this.#recent.set(key, recent);
    }
    const line = `${cursor.time}\n${text}`;
    const count = recent.get(line) ?? 0;
    if (count === 0) return false;
    recent.set(line, count - 1);
    return true;
  }
}
