import type { Lines } from './lines';
import { RowList } from './rowlist';
import { RowTest, rowBits, type Selection } from './rowtest';
import { segmentEnd } from './search';

/** Time that one step of a search may take: short enough that a keystroke in the meantime is not felt. */
const sliceMilliseconds = 5;
/** Rows tested between two looks at the clock. */
const stepRows = 8192;

/**
 * The rows shown and the rows that match, kept up to date as lines arrive. A new selection is searched from the newest
 * rows back in short steps, so the screen is right at once and the count grows; `scanning` is true until it is whole.
 */
export class View {
  readonly #shown: RowList | undefined;
  readonly #matches: RowList | undefined;
  readonly #test: RowTest;
  /** Lines around a match; 0 unless others are hidden. */
  readonly #context: number;
  /** Rows before this are not tested yet. */
  #tested: number;
  /** Positions before this are not listed yet. */
  #listed: number;
  #end: number;
  /** The expression that rows are tested with elsewhere; '' when there is none. */
  readonly regex: string;
  /** Rows from here on arrived after the selection and wait for the expression. */
  #awaiting: number;

  constructor(
    private readonly lines: Lines,
    readonly selection: Selection,
  ) {
    this.#test = new RowTest(lines, selection);
    this.#shown = this.#test.hides ? new RowList() : undefined;
    this.#matches = this.#test.searches ? new RowList() : undefined;
    this.#context = selection.only && this.#test.searches ? selection.context : 0;
    this.regex = selection.query.terms.find((term) => term.regex)?.text ?? '';
    this.#end = lines.end;
    this.#awaiting = lines.end;
    this.#tested = this.#lists ? lines.end : lines.first;
    this.#listed = this.#lists ? lines.size : 0;
  }

  get #lists(): boolean {
    return this.#shown !== undefined || this.#matches !== undefined;
  }

  get scanning(): boolean {
    return this.#listed > 0;
  }

  get matchLines(): number {
    return this.#matches?.size ?? 0;
  }

  /** Log lines shown: the rows without the markers among them. */
  get shownLines(): number {
    if (!this.#shown) return this.lines.lines;
    let markers = 0;
    for (const row of this.lines.markers.keys()) {
      if (this.#test.bitsOf(row) & rowBits.shown && this.lines.positionOf(row) >= this.#listed) markers++;
    }
    return this.#shown.size - markers;
  }

  get size(): number {
    return this.#shown ? this.#shown.size : this.lines.size;
  }

  rowAt(index: number): number {
    return this.#shown ? this.#shown.at(index) : this.lines.rowAt(index);
  }

  isMatch(row: number): boolean {
    return (this.#test.bitsOf(row) & rowBits.match) !== 0;
  }

  /** The index of a row, or of the first one shown after it. */
  indexOf(row: number): number {
    const position = row < this.lines.first ? 0 : this.lines.positionOf(row);
    return this.#shown ? this.#lowerBound(this.#shown, position) : position;
  }

  /** The next match after (direction 1) or before (−1) a row, around the ends; `ordinal` is its place among all, from 1. */
  step(row: number, direction: 1 | -1): { row: number; ordinal: number } | undefined {
    const matches = this.#matches;
    if (!matches || matches.size === 0) return undefined;
    const position = row < 0 ? (direction > 0 ? -1 : Number.POSITIVE_INFINITY) : this.lines.positionOf(row);
    let at = this.#lowerBound(matches, direction > 0 ? position + 1 : position);
    if (direction < 0) at--;
    if (at < 0) at = matches.size - 1;
    if (at >= matches.size) at = 0;
    return { row: matches.at(at), ordinal: at + 1 };
  }

  /** The first index whose line is not older than a time. */
  indexOfTime(time: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.lines.time(this.rowAt(middle)) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #lowerBound(list: RowList, position: number): number {
    let low = 0;
    let high = list.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.lines.positionOf(list.at(middle)) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Takes in the rows that came since. `changedFrom` is the least position whose row is another one than before. */
  append(changedFrom: number): void {
    const { lines } = this;
    if (this.#lists) {
      for (let row = this.#end; row < lines.end; ) {
        const end = segmentEnd(row, lines.end);
        this.#test.test(row, end);
        row = end;
      }
      if (changedFrom >= this.#listed) this.#relist(Math.max(this.#listed, changedFrom - this.#context));
      else this.#unlist();
    }
    this.#end = lines.end;
  }

  /** A late line among those not tested yet moved them all: the lists begin anew, what was tested stays so. */
  #unlist(): void {
    this.#shown?.shrink(0);
    this.#matches?.shrink(0);
    this.#listed = this.lines.size;
  }

  /** The oldest rows have gone from the store, as many as `rows`. */
  evict(rows: number): void {
    const { first } = this.lines;
    this.#shown?.dropBefore(first);
    this.#matches?.dropBefore(first);
    this.#test.dropBefore(first);
    this.#tested = Math.max(this.#tested, first);
    this.#end = Math.max(this.#end, first);
    this.#awaiting = Math.max(this.#awaiting, first);
    this.#listed = Math.max(0, this.#listed - rows);
  }

  /** Searches further back for a short while; false when all is searched, or what remains waits for the expression. */
  scan(now: () => number): boolean {
    if (this.regex && this.#tested > this.lines.first) return false;
    const until = now() + sliceMilliseconds;
    while (this.scanning) {
      this.#scanStep();
      if (now() >= until) break;
    }
    return this.scanning;
  }

  /** The rows, of one segment, that the expression is to be tried on next: new ones first, then back from the newest. */
  wanted(): { from: number; end: number } | undefined {
    if (!this.regex) return undefined;
    if (this.#awaiting < this.#end) {
      return { from: this.#awaiting, end: Math.min(segmentEnd(this.#awaiting, this.#end), this.#awaiting + stepRows) };
    }
    return this.#tested > this.lines.first ? { from: this.#stepStart(), end: this.#tested } : undefined;
  }

  /** Takes in what {@link wanted} asked for: the hits, counted from the first row of the range. */
  supply(from: number, end: number, hits: readonly number[]): void {
    if (from < this.lines.first) return;
    this.#test.put(from, hits);
    if (from !== this.#awaiting) {
      if (end === this.#tested) this.#scanStep();
      return;
    }
    this.#awaiting = end;
    this.#test.test(from, end);
    let least = Number.POSITIVE_INFINITY;
    for (let row = from; row < end; row++) least = Math.min(least, this.lines.positionOf(row));
    if (least >= this.#listed) this.#relist(Math.max(this.#listed, least - this.#context));
    else this.#unlist();
  }

  #stepStart(): number {
    return Math.max(this.lines.first, Math.floor((this.#tested - 1) / stepRows) * stepRows);
  }

  #scanStep(): void {
    const { lines } = this;
    const start = this.#stepStart();
    if (this.#tested > start) {
      this.#test.test(start, this.#tested);
      this.#tested = start;
    }
    const from = this.#tested <= lines.first ? 0 : this.#firstWholePosition();
    // What stands right after the new rows may be context of a match among them.
    const again = Math.min(lines.size, this.#listed + this.#context);
    for (const list of [this.#shown, this.#matches]) {
      while (list && list.size > 0 && lines.positionOf(list.at(0)) < again) list.dropFirst();
    }
    const shown: number[] = [];
    const matches: number[] = [];
    this.#list(from, again, shown, matches);
    this.#shown?.prepend(shown);
    this.#matches?.prepend(matches);
    this.#listed = from;
  }

  /** A late row stands before rows with lower numbers: the least position from which on every row has been tested. */
  #firstWholePosition(): number {
    const position = this.lines.positionOf(this.#tested);
    let from = Math.min(position, this.#listed);
    for (let at = from; at < Math.min(this.#listed, position + 4096); at++) {
      if (this.lines.rowAt(at) < this.#tested) from = at + 1;
    }
    return from;
  }

  #relist(from: number): void {
    for (const list of [this.#shown, this.#matches]) {
      if (!list) continue;
      let { size } = list;
      while (size > 0 && this.lines.positionOf(list.at(size - 1)) >= from) size--;
      list.shrink(size);
    }
    this.#list(from, this.lines.size, this.#shown, this.#matches);
  }

  /** Adds the rows of some positions to the lists that they belong to. */
  #list(from: number, end: number, shown: Pushable | undefined, matches: Pushable | undefined): void {
    const { lines } = this;
    const context = this.#context;
    // Positions up to which a match before, and the match that comes next, make a row context.
    let nearUntil = from - 1;
    let next = from - 1;
    if (context > 0) {
      for (let at = Math.max(0, from - context); at < from; at++) if (this.#isMatchAt(at)) nearUntil = at + context;
    }
    for (let position = from; position < end; position++) {
      const row = lines.rowAt(position);
      const bits = this.#test.bitsOf(row);
      if (bits & rowBits.match) {
        matches?.push(row);
        nearUntil = position + context;
      }
      if (bits & rowBits.shown) {
        shown?.push(row);
      } else if (bits & rowBits.near && context > 0) {
        while (next < Math.min(lines.size - 1, position + context) && !(next > position && this.#isMatchAt(next)))
          next++;
        if (position <= nearUntil || (next > position && next <= position + context && this.#isMatchAt(next)))
          shown?.push(row);
      }
    }
  }

  #isMatchAt(position: number): boolean {
    return position >= 0 && (this.#test.bitsOf(this.lines.rowAt(position)) & rowBits.match) !== 0;
  }
}

interface Pushable {
  push(row: number): unknown;
}
