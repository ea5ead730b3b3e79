import type { FromWorker, Row, ToWorker } from '../../stream/protocol';

/** Windows of rows that are asked for before and after what is seen, and how near their end more are asked for. */
const ahead = 5;
const least = 3;

export type Frame = Extract<FromWorker, { type: 'frame' }>;
export type Look = Extract<ToWorker, { type: 'look' }>;

/** The rows at hand around what is seen, out of all that the worker holds: what was asked for, and what came. */
export class RowWindow {
  #first = 0;
  #rows: Row[] = [];
  #choice = 0;
  #marked = 0;
  #asked = { first: 0, end: 0 };
  /** The row that tells how far indices moved; −1 when there is none. */
  #anchor = { row: -1, index: 0 };

  /** Index of the first row at hand. */
  get first(): number {
    return this.#first;
  }

  get end(): number {
    return this.#first + this.#rows.length;
  }

  /** Changes when rows that are still at hand look different. */
  get version(): string {
    return `${this.#choice}.${this.#marked}`;
  }

  at(index: number): Row | undefined {
    return this.#rows[index - this.#first];
  }

  rows(from: number, end: number): Row[] {
    return this.#rows.slice(from - this.#first, Math.max(from, end) - this.#first);
  }

  /** The line before or after a row; where that is not at hand, the one at `topIndex`. Markers are passed over. */
  neighbour(number: number, direction: 1 | -1, topIndex: number): { row: Row; index: number } | undefined {
    let at = this.#rows.findIndex((row) => row.row === number);
    if (at < 0) at = topIndex - this.#first - direction;
    for (at += direction; at >= 0 && at < this.#rows.length; at += direction) {
      const row = this.#rows[at]!;
      if (!row.marker) return { row, index: this.#first + at };
    }
    return undefined;
  }

  /** The next frame's indices are taken as they are. */
  letAnchorGo(): void {
    this.#anchor = { row: -1, index: 0 };
  }

  /** Takes a frame in; returns by how many rows the indices of what is seen moved. */
  take(frame: Frame): number {
    let shift = 0;
    if (frame.anchor.row >= 0 && frame.anchor.row === this.#anchor.row) {
      shift = frame.anchor.index - this.#anchor.index;
      this.#anchor.index = frame.anchor.index;
      this.#first += shift;
      this.#asked = { first: this.#asked.first + shift, end: this.#asked.end + shift };
    }
    if (frame.rows) [this.#first, this.#rows] = [frame.first, frame.rows];
    else if (frame.choice !== this.#choice) [this.#first, this.#rows] = [0, []];
    else return shift;
    [this.#choice, this.#marked] = [frame.choice, frame.marked];
    return shift;
  }

  /** What to ask the worker for: some windows of `page` rows before and after what is seen. */
  look(topIndex: number, page: number, follow: boolean): Look {
    const row = this.at(topIndex)?.row ?? -1;
    if (!follow) this.#anchor = { row, index: topIndex };
    const first = Math.max(0, topIndex - ahead * page);
    const count = (2 * ahead + 1) * page;
    this.#asked = { first, end: first + count };
    return {
      type: 'look',
      first,
      count: follow ? 2 * page : count,
      follow,
      anchor: follow ? -1 : row,
      anchorIndex: topIndex,
    };
  }

  /** Whether what was asked for ends too near what is seen: a wheel turns two windows a frame, and an answer takes one. */
  lacks(topIndex: number, page: number, total: number): boolean {
    if (Math.max(0, topIndex - least * page) < this.#asked.first) return true;
    if (Math.min(total, topIndex + (least + 1) * page) > this.#asked.end) return true;
    return this.#anchor.row < 0 && this.at(topIndex) !== undefined;
  }
}
