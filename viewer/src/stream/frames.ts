import type { Expression } from './expression';
import type { Intake } from './intake';
import type { Lines } from './lines';
import type { FromWorker, ToWorker } from './protocol';
import { toRow } from './rows';
import type { View } from './view';

export type Frame = Extract<FromWorker, { type: 'frame' }>;
export type Look = Extract<ToWorker, { type: 'look' }>;

/** Makes the frames that go to the page: counts always, rows only where they are not as the page has them. */
export class Frames {
  #look: Look = { type: 'look', first: 0, count: 100, follow: true, anchor: -1, anchorIndex: 0 };
  #changed = true;
  #size = 0;
  #first = -1;

  constructor(
    private readonly lines: Lines,
    private readonly intake: Intake,
    private readonly expression: Expression,
  ) {}

  /** Rows that the page asks for. */
  get wanted(): number {
    return this.#look.count;
  }

  look(look: Look): void {
    this.#look = look;
    this.#changed = true;
  }

  /** Rows that the page has may look different now. */
  touch(): void {
    this.#changed = true;
  }

  /** The next frame; `changedFrom` is the least position whose row is another one than in the frame before. */
  next(view: View, choice: number, changedFrom: number): Frame {
    const { lines, intake, expression } = this;
    const { follow, count, anchor, anchorIndex } = this.#look;
    const { size } = view;
    const anchorRow = anchor >= 0 && anchor < lines.end ? anchor : -1;
    const index = anchorRow < 0 ? 0 : Math.min(view.indexOf(anchorRow), Math.max(0, size - 1));
    const wanted = anchorRow < 0 ? this.#look.first : this.#look.first + index - anchorIndex;
    const first = follow ? Math.max(0, size - count) : Math.max(0, Math.min(wanted, size - 1));
    const end = Math.min(size, first + count);
    // Rows in the middle are as they were unless something was put in before their end.
    const still =
      first === this.#first &&
      !this.#changed &&
      (follow ? this.#size === size : this.#size >= end) &&
      !this.#changedBefore(view, changedFrom, end);
    this.#changed = false;
    this.#size = size;
    this.#first = first;
    const frame: Frame = {
      type: 'frame',
      choice,
      marked: expression.marked,
      counts: {
        rows: size,
        lines: lines.lines,
        shown: view.shownLines,
        matches: view.matchLines,
        scanning: view.scanning,
        evicted: lines.evicted,
        arrived: intake.arrived,
        newest: intake.newest,
        gaps: intake.gaps,
        lost: intake.lost,
      },
      first,
      anchor: { row: anchorRow, index },
    };
    if (!still) {
      frame.rows = [];
      for (let at = first; at < end; at++) frame.rows.push(toRow(lines, view, view.rowAt(at), expression.marks));
    }
    return frame;
  }

  #changedBefore(view: View, changedFrom: number, end: number): boolean {
    if (changedFrom === Number.POSITIVE_INFINITY || end === 0) return false;
    return changedFrom <= this.lines.positionOf(view.rowAt(end - 1));
  }
}
