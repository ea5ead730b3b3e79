import { flags, type Lines, segmentBits, segmentRows } from './lines';
import { isEmpty, nameMatches, type Query } from './query';
import { RowList } from './rowlist';
import { createFinder, type Finder, segmentEnd } from './search';

/** What of the store is shown. */
export interface Selection {
  query: Query;
  /** Hide the lines that do not match the query. */
  only: boolean;
  /** Names of pods picked out; empty for all. */
  pods: readonly string[];
  /** Names of containers picked out; empty for all. */
  containers: readonly string[];
  /** Least level shown; lines of unknown level always are. */
  level: number;
}

/** Time that one step of a search may take: short enough that a keystroke in the meantime is not felt. */
const sliceMilliseconds = 8;

/**
 * The rows shown and the rows that match, kept up to date as lines arrive. A new selection is searched from the newest
 * segment back in short steps, so the screen is right at once and the count grows; `scanning` is true until it is whole.
 */
export class View {
  readonly shown: RowList | undefined;
  readonly matches: RowList | undefined;
  readonly #finders: { finder: Finder; exclude: boolean }[];
  readonly #hasIncluded: boolean;
  readonly #restricted: boolean;
  /** Per segment, one byte a row: bit 0 shown, bit 1 match. */
  readonly #bits = new Map<number, Uint8Array>();
  readonly #sourceBits: number[] = [];
  /** Rows before this are not searched yet. */
  #scanned: number;
  /** Positions before this are not listed yet. */
  #listed: number;
  #end: number;

  constructor(
    private readonly lines: Lines,
    readonly selection: Selection,
  ) {
    const { query, only, pods, containers, level } = selection;
    this.#finders = query.terms.map((term) => ({ finder: createFinder(term), exclude: term.exclude }));
    this.#hasIncluded = query.terms.some((term) => !term.exclude);
    this.#restricted = pods.length > 0 || containers.length > 0 || level > 0;
    const searches = !isEmpty(query);
    this.shown = this.#restricted || (only && searches) ? new RowList() : undefined;
    this.matches = searches ? new RowList() : undefined;
    this.#end = lines.end;
    this.#scanned = lines.end;
    this.#listed = lines.size;
    if (!this.shown && !this.matches) {
      this.#scanned = 0;
      this.#listed = 0;
    }
  }

  get scanning(): boolean {
    return this.#listed > 0;
  }

  get matchLines(): number {
    return this.matches?.size ?? 0;
  }

  /** Log lines shown: the rows without the markers among them. */
  get shownLines(): number {
    if (!this.shown) return this.lines.lines;
    let markers = 0;
    for (const row of this.lines.markers.keys()) {
      if (this.#bitsOf(row) & 1 && this.lines.positionOf(row) >= this.#listed) markers++;
    }
    return this.shown.size - markers;
  }

  get size(): number {
    return this.shown ? this.shown.size : this.lines.size;
  }

  rowAt(index: number): number {
    return this.shown ? this.shown.at(index) : this.lines.rowAt(index);
  }

  isMatch(row: number): boolean {
    return ((this.#bits.get(row >>> segmentBits)?.[row & (segmentRows - 1)] ?? 0) & 2) !== 0;
  }

  /** The index of a row, or of the first one shown after it. */
  indexOf(row: number): number {
    const position = row < this.lines.first ? 0 : this.lines.positionOf(row);
    return this.shown ? this.#lowerBound(this.shown, position) : position;
  }

  /** The next match after (direction 1) or before (−1) a row, or −1; `index` is its place among the matches. */
  step(row: number, direction: 1 | -1): { row: number; ordinal: number } | undefined {
    const { matches } = this;
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
    if (!this.shown && !this.matches) {
      this.#end = lines.end;
      return;
    }
    for (let row = this.#end; row < lines.end; ) {
      const end = segmentEnd(row, lines.end);
      this.#evaluate(row, end);
      row = end;
    }
    this.#end = lines.end;
    if (changedFrom >= this.#listed) {
      this.#relist(changedFrom);
      return;
    }
    // A late line among those not searched yet moved them all: the lists begin anew, what was evaluated stays so.
    this.shown?.shrink(0);
    this.matches?.shrink(0);
    this.#listed = lines.size;
  }

  evict(rows: number): void {
    this.shown?.dropBefore(this.lines.first);
    this.matches?.dropBefore(this.lines.first);
    for (const segment of this.#bits.keys()) if (segment < this.lines.first >>> segmentBits) this.#bits.delete(segment);
    this.#scanned = Math.max(this.#scanned, this.lines.first);
    this.#end = Math.max(this.#end, this.lines.first);
    this.#listed = Math.max(0, this.#listed - rows);
  }

  /** Searches further back for a short while; false when all is searched. */
  scan(now: () => number): boolean {
    if (!this.scanning) return false;
    const until = now() + sliceMilliseconds;
    do {
      this.#scanSegment();
    } while (this.scanning && now() < until);
    return this.scanning;
  }

  #scanSegment(): void {
    const { lines } = this;
    // 8,192 rows a step: the newest screenful is there after well under a millisecond, a step never takes a frame.
    const start = Math.max(lines.first, Math.floor((this.#scanned - 1) / 8192) * 8192);
    if (this.#scanned > start) {
      this.#evaluate(start, this.#scanned);
      this.#scanned = start;
    }
    // A late row stands before rows with lower numbers: positions are listed only when every row there is evaluated.
    const from = this.#scanned <= lines.first ? 0 : this.#firstWholePosition();
    const shown: number[] = [];
    const matches: number[] = [];
    for (let position = from; position < this.#listed; position++) {
      const row = lines.rowAt(position);
      const bits = this.#bitsOf(row);
      if (bits & 1) shown.push(row);
      if (bits & 2) matches.push(row);
    }
    this.shown?.prepend(Uint32Array.from(shown));
    this.matches?.prepend(Uint32Array.from(matches));
    this.#listed = from;
  }

  /** The least position from which on no row is older than what has been evaluated. */
  #firstWholePosition(): number {
    const position = this.lines.positionOf(this.#scanned);
    let from = Math.min(position, this.#listed);
    for (let at = from; at < Math.min(this.#listed, position + 4096); at++) {
      if (this.lines.rowAt(at) < this.#scanned) from = at + 1;
    }
    return from;
  }

  #relist(from: number): void {
    const { lines, shown, matches } = this;
    for (const list of [shown, matches]) {
      if (!list) continue;
      let size = list.size;
      while (size > 0 && this.#listedAt(list.at(size - 1), from)) size--;
      list.shrink(size);
    }
    for (let position = from; position < lines.size; position++) {
      const row = lines.rowAt(position);
      const bits = this.#bitsOf(row);
      if (bits & 1) shown?.push(row);
      if (bits & 2) matches?.push(row);
    }
  }

  #listedAt(row: number, from: number): boolean {
    return this.lines.positionOf(row) >= from;
  }

  #bitsOf(row: number): number {
    return this.#bits.get(row >>> segmentBits)?.[row & (segmentRows - 1)] ?? 0;
  }

  /** Decides, for the rows of one segment, which are shown and which match. */
  #evaluate(from: number, end: number): void {
    const { lines, selection } = this;
    const { query } = selection;
    const segment = lines.segmentOf(from);
    let bits = this.#bits.get(from >>> segmentBits);
    if (!bits) {
      bits = new Uint8Array(segmentRows);
      this.#bits.set(from >>> segmentBits, bits);
    }
    const mask = segmentRows - 1;
    const first = from & mask;
    const last = first + (end - from);
    if (this.matches) {
      if (!this.#hasIncluded) bits.fill(2, first, last);
      const found = bits;
      const set = (value: number) => (row: number) => {
        found[row & mask] = value;
      };
      for (const { finder, exclude } of this.#finders) if (!exclude) finder.find(lines, from, end, set(2));
      for (const { finder, exclude } of this.#finders) if (exclude) finder.find(lines, from, end, set(0));
    }
    const minLevel = Math.max(selection.level, 0);
    for (let at = first; at < last; at++) {
      const rowFlags = segment.flags[at]!;
      if (rowFlags & flags.marker) {
        bits[at] = this.#markerShown(from - first + at) ? 1 : 0;
        continue;
      }
      const source = this.#sourceBits[segment.source[at]!] ?? this.#sourceOf(segment.source[at]!);
      const level = segment.level[at]!;
      let bit = bits[at]!;
      if (
        bit & 2 &&
        (!(source & 2) ||
          (level > 0 && level < query.minLevel) ||
          (level === 0 && query.minLevel > 0 && !this.#hasIncluded))
      )
        bit = 0;
      const scoped = (source & 1) !== 0 && (level === 0 || level >= minLevel);
      if (!scoped) bit = 0;
      else if (!selection.only || !this.matches || bit & 2) bit |= 1;
      bits[at] = bit;
    }
  }

  /** Gaps and errors are shown whatever is searched for, so that no selection hides a loss; other markers with all lines. */
  #markerShown(row: number): boolean {
    const marker = this.lines.markers.get(row)!;
    const { pods, containers, only } = this.selection;
    if (only && this.matches && marker.kind === 'lifecycle') return false;
    if ('pod' in marker && marker.pod && pods.length > 0 && !pods.includes(marker.pod)) return false;
    return !(
      'container' in marker &&
      marker.container &&
      containers.length > 0 &&
      !containers.includes(marker.container)
    );
  }

  /** Bit 0: within the picked pods and containers; bit 1: within the query's. */
  #sourceOf(number: number): number {
    const { pod, container } = this.lines.sources.all[number]!;
    const { pods, containers, query } = this.selection;
    let bits = 0;
    if ((pods.length === 0 || pods.includes(pod)) && (containers.length === 0 || containers.includes(container)))
      bits |= 1;
    if (
      (query.pods.length === 0 || query.pods.some((glob) => nameMatches(pod, glob))) &&
      (query.containers.length === 0 || query.containers.some((glob) => nameMatches(container, glob)))
    ) {
      bits |= 2;
    }
    this.#sourceBits[number] = bits;
    return bits;
  }
}
