import type { Row } from '../../stream/protocol';
import { RowPool } from './rowpool';

/** The rows that are drawn, one below the other, and where in the scroll area they stand. */
export class RowCanvas {
  readonly #spacer = document.createElement('div');
  readonly #rows = document.createElement('div');
  readonly #pool: RowPool;
  /** How high the scroll area is, in pixels. */
  scrollHeight = 0;
  /** Index of the first row drawn, and where it stands. */
  #from = 0;
  #y = 0;

  constructor(
    scroller: HTMLElement,
    draw: (row: Row) => HTMLElement,
    /** How high a wrapped row is, as far as is known. */
    public average: number,
  ) {
    this.#pool = new RowPool(this.#rows, draw);
    this.#spacer.className = 'spacer';
    this.#rows.className = 'rows';
    scroller.append(this.#spacer, this.#rows);
  }

  dispose(): void {
    this.#spacer.remove();
    this.#rows.remove();
  }

  get count(): number {
    return this.#rows.childElementCount;
  }

  get height(): number {
    return this.#rows.offsetHeight;
  }

  draw(rows: Row[], version: string): void {
    this.#pool.show(rows, version);
  }

  place(from: number, y: number): void {
    this.#from = from;
    this.#y = y;
    this.#rows.style.transform = `translateY(${y}px)`;
  }

  /** Places the rows at `y`, but leaves no room above the first of all rows nor below the last of `total`. */
  placeSo(from: number, y: number, scrollTop: number, viewHeight: number, total: number): void {
    const { height } = this;
    const last = from + this.count >= total;
    const room = scrollTop + viewHeight - (y + height);
    let place = last && room > 0 && height > viewHeight ? y + room : y;
    if (from === 0 && place > scrollTop) place = scrollTop;
    this.place(from, place);
  }

  /** Rows were put in above: those that are drawn have other indices now. */
  shift(rows: number): void {
    this.#from += rows;
  }

  setScrollHeight(pixels: number): void {
    this.scrollHeight = pixels;
    this.#spacer.style.height = `${pixels}px`;
  }

  /** How high wrapped rows are, by those that were drawn; small changes are let pass, or the scroll bar would tremble. */
  measure(): void {
    const { count } = this;
    if (count === 0) return;
    const average = this.height / count;
    if (Math.abs(average - this.average) > this.average * 0.2) this.average += (average - this.average) / 2;
  }

  /** The row at a scroll position, and the pixels of it above that; undefined where none is drawn. */
  rowAt(position: number): { index: number; offset: number } | undefined {
    const rows = this.#rows.children as HTMLCollectionOf<HTMLElement>;
    let low = 0;
    let high = rows.length - 1;
    if (high < 0 || position < this.#y || position >= this.#y + this.height) return undefined;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#y + rows[middle]!.offsetTop <= position) low = middle;
      else high = middle - 1;
    }
    return { index: this.#from + low, offset: position - this.#y - rows[low]!.offsetTop };
  }

  /** Pixels above the nth of the rows drawn; undefined when there are not so many. */
  offsetOf(nth: number): number | undefined {
    return (this.#rows.children[nth] as HTMLElement | undefined)?.offsetTop;
  }

  /** Pixels of a row, by its number; undefined when it is not drawn. */
  heightOf(row: number): number | undefined {
    return this.#pool.element(row)?.offsetHeight;
  }

  /** Scrolls as little as it takes to see a row. */
  reveal(row: number): void {
    this.#pool.element(row)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}
