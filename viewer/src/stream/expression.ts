import type { Lines } from './lines';
import type { Row } from './protocol';
import type { RegexClient } from './regexclient';
import { textOf } from './search';
import type { View } from './view';

/** Runs the regular expression of a view over its rows, a range at a time, and marks the matches of rows on screen. */
export class Expression {
  /** Marks by row, for rows that were on screen. */
  readonly marks = new Map<number, number[]>();
  /** Changes with every change of marks. */
  marked = 0;
  /** Changes with every selection: what was asked for an earlier one is of no use. */
  #generation = 0;
  #asking = false;

  constructor(
    private readonly client: RegexClient,
    private readonly lines: Lines,
    private readonly events: {
      changed(view: View): void;
      failed(view: View, error: Error): void;
      /** Another view came while the last question was under way. */
      free(): void;
    },
  ) {}

  /** Tries the expression on the rows that the view wants next, then on those after, until it wants none. */
  async pump(view: View): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const generation = this.#generation;
    try {
      for (let range = view.wanted(); range && generation === this.#generation; range = view.wanted()) {
        const hits = await this.client.lines(view.regex, textOf(this.lines, range.from, range.end));
        view.supply(range.from, range.end, hits);
        this.events.changed(view);
      }
    } catch (error) {
      this.events.failed(view, error as Error);
    } finally {
      this.#asking = false;
      if (generation !== this.#generation) this.events.free();
    }
  }

  /** Rows are drawn at once, and again with their marks a moment later. */
  async mark(view: View, rows: readonly Row[]): Promise<void> {
    if (!view.regex) return;
    const unmarked = rows.filter((row) => row.match && !this.marks.has(row.row));
    if (unmarked.length === 0) return;
    for (const row of unmarked) this.marks.set(row.row, []);
    const texts = unmarked.map((row) => row.text);
    const generation = this.#generation;
    try {
      const marks = await this.client.marks(view.regex, texts);
      if (generation !== this.#generation) return;
      unmarked.forEach((row, i) => {
        this.marks.set(row.row, marks[i] ?? []);
      });
      this.marked++;
      this.events.changed(view);
    } catch (error) {
      this.events.failed(view, error as Error);
    }
  }

  clear(): void {
    this.marks.clear();
    this.#generation++;
  }

  stop(): void {
    this.client.stop();
  }
}
