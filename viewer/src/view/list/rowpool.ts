import type { Row } from '../../stream/protocol';

/** The elements of the rows in the window, in order, made only for rows that were not there in this form before. */
export class RowPool {
  readonly #drawn = new Map<number, { element: HTMLElement; version: string }>();

  constructor(
    private readonly parent: HTMLElement,
    private readonly draw: (row: Row) => HTMLElement,
  ) {}

  element(row: number): HTMLElement | undefined {
    return this.#drawn.get(row)?.element;
  }

  /** Shows these rows and no others; those drawn in another version are drawn anew. */
  show(rows: readonly Row[], version: string): void {
    const wanted = new Set(rows.map((row) => row.row));
    for (const [number, { element }] of this.#drawn) {
      if (wanted.has(number)) continue;
      element.remove();
      this.#drawn.delete(number);
    }
    let next = this.parent.firstElementChild;
    for (const row of rows) {
      let drawn = this.#drawn.get(row.row);
      if (!drawn || drawn.version !== version) {
        const element = this.draw(row);
        if (drawn && next === drawn.element) next = next.nextElementSibling;
        drawn?.element.remove();
        drawn = { element, version };
        this.#drawn.set(row.row, drawn);
      }
      if (drawn.element === next) next = next.nextElementSibling;
      else this.parent.insertBefore(drawn.element, next);
    }
  }
}
