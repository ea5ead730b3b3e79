import { flags, type Lines } from './lines';
import { isEmpty, nameMatches, type Query } from './query';
import { TextFinder } from './search';
import { segmentBits, segmentRows } from './segment';

/** What of the store is shown. */
export interface Selection {
  query: Query;
  /** Hide the lines that do not match the query. */
  only: boolean;
  /** Lines shown before and after each match while `only` is on. */
  context: number;
  /** Names of pods picked out; empty for all. */
  pods: readonly string[];
  /** Names of pods left out. */
  muted: readonly string[];
  /** Names of containers picked out; empty for all. */
  containers: readonly string[];
  /** Least level shown; lines of unknown level always are. */
  level: number;
  /** Show only the first line of a stack trace. */
  fold: boolean;
  /** Heads of traces for which it is the other way round. */
  toggled: ReadonlySet<number>;
}

export const everything: Selection = {
  query: { terms: [], alternatives: [], minLevel: 0, pods: [], containers: [] },
  only: false,
  context: 0,
  pods: [],
  muted: [],
  containers: [],
  level: 0,
  fold: false,
  toggled: new Set(),
};

/** Bits of a tested row: shown, match, and within what is picked but not shown, which makes it context. */
export const rowBits = { shown: 1, match: 2, near: 4 } as const;

const mask = segmentRows - 1;

/** Decides for each row whether a selection shows it and whether the query matches it; remembers a byte a row. */
export class RowTest {
  /** True when some query is to be matched. */
  readonly searches: boolean;
  /** True when some row may be hidden. */
  readonly hides: boolean;
  readonly #alternatives: TextFinder[][];
  readonly #excluded: TextFinder[];
  /** Rows that the expression was found to match, a byte a row; undefined when the query has none. */
  readonly #found: Map<number, Uint8Array> | undefined;
  readonly #hasIncluded: boolean;
  readonly #folds: boolean;
  readonly #bits = new Map<number, Uint8Array>();
  /** By source: bit 0 within what is picked, bit 1 within the query's pods and containers. */
  readonly #sources: number[] = [];

  constructor(
    private readonly lines: Lines,
    private readonly selection: Selection,
  ) {
    const { query, only, pods, muted, containers, level, fold, toggled } = selection;
    const regex = query.terms.some((term) => term.regex);
    this.#found = regex ? new Map() : undefined;
    this.#alternatives = regex ? [] : query.alternatives.map((terms) => terms.map((term) => new TextFinder(term.text)));
    this.#excluded = query.terms.filter((term) => term.exclude).map((term) => new TextFinder(term.text));
    this.#hasIncluded = query.alternatives.length > 0;
    this.#folds = fold || toggled.size > 0;
    this.searches = !isEmpty(query);
    const picks = pods.length > 0 || muted.length > 0 || containers.length > 0 || level > 0;
    this.hides = picks || this.#folds || (only && this.searches);
  }

  bitsOf(row: number): number {
    return this.#bits.get(row >>> segmentBits)?.[row & mask] ?? 0;
  }

  dropBefore(row: number): void {
    for (const bytes of [this.#bits, this.#found]) {
      for (const segment of bytes?.keys() ?? []) if (segment < row >>> segmentBits) bytes?.delete(segment);
    }
  }

  /** The expression matches these rows, counted from `from`. */
  put(from: number, hits: readonly number[]): void {
    let found = this.#found?.get(from >>> segmentBits);
    if (!found) {
      found = new Uint8Array(segmentRows);
      this.#found?.set(from >>> segmentBits, found);
    }
    for (const hit of hits) found[(from + hit) & mask] = 1;
  }

  /** Tests the rows of one segment from `from` to before `end`. */
  test(from: number, end: number): void {
    let bits = this.#bits.get(from >>> segmentBits);
    if (!bits) {
      bits = new Uint8Array(segmentRows);
      this.#bits.set(from >>> segmentBits, bits);
    }
    const first = from & mask;
    if (this.searches) this.#find(bits, from, end);
    const { flags: rowFlags, source, level } = this.lines.segmentOf(from);
    const { selection } = this;
    const hidesRest = selection.only && this.searches;
    for (let at = first; at < first + end - from; at++) {
      if (rowFlags[at]! & flags.marker) {
        bits[at] = this.#markerShown(from - first + at) ? rowBits.shown : 0;
        continue;
      }
      const within = this.#sources[source[at]!] ?? this.#source(source[at]!);
      const known = level[at]!;
      if (!(within & 1) || (known > 0 && known < selection.level)) {
        bits[at] = 0;
        continue;
      }
      const match = (bits[at]! & rowBits.match) !== 0 && (within & 2) !== 0 && this.#atLevel(known);
      const folded = rowFlags[at]! & flags.continuation && this.#folds && this.#isFolded(from - first + at);
      if (match) bits[at] = rowBits.shown | rowBits.match;
      else bits[at] = folded ? 0 : hidesRest ? rowBits.near : rowBits.shown;
    }
  }

  #find(bits: Uint8Array, from: number, end: number): void {
    const first = from & mask;
    bits.fill(this.#hasIncluded ? 0 : rowBits.match, first, first + end - from);
    const found = this.#found?.get(from >>> segmentBits);
    for (let at = first; found && at < first + end - from; at++) if (found[at]) bits[at] = rowBits.match;
    for (const finders of this.#alternatives) this.#findAll(finders, bits, from, end);
    for (const finder of this.#excluded) {
      finder.find(this.lines, from, end, (row) => {
        bits[row & mask] = 0;
      });
    }
  }

  /** Marks the rows that hold all of some terms: each counts the terms found in it so far, in their order. */
  #findAll(finders: readonly TextFinder[], bits: Uint8Array, from: number, end: number): void {
    const counts = finders.length > 1 ? new Uint8Array(end - from) : undefined;
    finders.forEach((finder, number) => {
      const last = number === finders.length - 1;
      finder.find(this.lines, from, end, (row) => {
        if (counts && counts[row - from] !== number) return;
        if (last) bits[row & mask] = rowBits.match;
        else counts![row - from] = number + 1;
      });
    });
  }

  /** A line of unknown level is found by its words, not by `level:` alone. */
  #atLevel(level: number): boolean {
    const { minLevel } = this.selection.query;
    return level === 0 ? minLevel === 0 || this.#hasIncluded : level >= minLevel;
  }

  #isFolded(row: number): boolean {
    const head = this.lines.traces.headOf(row);
    return this.selection.fold !== this.selection.toggled.has(head);
  }

  /** Gaps and errors are shown whatever is searched for, so that no selection hides a loss; lifecycle with all lines. */
  #markerShown(row: number): boolean {
    const marker = this.lines.markers.get(row)!;
    const { pods, muted, containers, only } = this.selection;
    if (only && this.searches && marker.kind === 'lifecycle') return false;
    if (marker.kind === 'connection') return true;
    if (marker.pod && ((pods.length > 0 && !pods.includes(marker.pod)) || muted.includes(marker.pod))) return false;
    return !(marker.container && containers.length > 0 && !containers.includes(marker.container));
  }

  #source(number: number): number {
    const { pod, container } = this.lines.sources.all[number]!;
    const { pods, muted, containers, query } = this.selection;
    const picked = (pods.length === 0 || pods.includes(pod)) && !muted.includes(pod);
    const asked = query.pods.length === 0 || query.pods.some((glob) => nameMatches(pod, glob));
    const inContainer = query.containers.length === 0 || query.containers.some((glob) => nameMatches(container, glob));
    const bits =
      (picked && (containers.length === 0 || containers.includes(container)) ? 1 : 0) | (asked && inContainer ? 2 : 0);
    this.#sources[number] = bits;
    return bits;
  }
}
