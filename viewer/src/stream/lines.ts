import { type Cursor, elapsed } from './cursor';
import { Segment, segmentBits, segmentMask, segmentRows } from './segment';
import { Sources } from './sources';
import { TextChunks } from './text';
import { Traces } from './traces';
import type { ErrorEvent, GapEvent, LifecycleEvent } from './wire';

/** A late line is placed by its time, but no further back than this many rows: it bounds the cost of placing it. */
const lateReach = 2000;

/** What stands in the flow and is no line. */
export type Marker =
  | ({ kind: 'lifecycle' } & LifecycleEvent)
  | ({ kind: 'gap' } & GapEvent)
  | ({ kind: 'error' } & ErrorEvent)
  | { kind: 'connection'; what: 'lost' | 'resumed' | 'end'; reason: string };

export const flags = {
  marker: 1,
  truncated: 2,
  partial: 4,
  late: 8,
  coloured: 16,
  continuation: 32,
  epochShift: 8,
} as const;

/** A line on its way into the store. */
export interface NewLine {
  readonly text: string;
  /** The text was written to {@link Lines.text} already, the last one there. */
  readonly staged: boolean;
  /** By its form it goes on with a stack trace. */
  continues: boolean;
  styles: readonly number[];
  time: number;
  nanos: number;
  pod: string;
  container: string;
  level: number;
  flags: number;
  /** Length in bytes before the cut, of a truncated line. */
  fullLength: number;
  cursor: Cursor | undefined;
}

/**
 * The lines of a session in columns. A row is numbered once, as it arrives; its position is where it is shown, which
 * differs for late lines only. When `capacity` is exceeded the oldest segment goes.
 */
export class Lines {
  readonly sources = new Sources();
  readonly text = new TextChunks();
  readonly markers = new Map<number, Marker>();
  readonly styles = new Map<number, readonly number[]>();
  readonly traces = new Traces();
  readonly #fullLengths = new Map<number, number>();
  readonly #manyN = new Map<number, number>();
  readonly #epochs: { name: string; seq: number }[] = [];
  readonly #segments = new Map<number, Segment>();
  #order = new Uint32Array(1024);
  #orderLength = 0;
  #late = 0;
  /** Number of the first row kept. */
  first = 0;
  /** Number of the next row. */
  end = 0;
  /** Log lines among the rows kept. */
  lines = 0;
  /** Lines that this store let go for want of room. */
  evicted = 0;

  constructor(public capacity = 2_000_000) {}

  /** Rows kept, markers too. */
  get size(): number {
    return this.#orderLength;
  }

  /** Adds a line and returns its row. Late lines are placed before the first newer row within reach. */
  add(line: NewLine): number {
    const row = this.#row();
    const segment = this.#segments.get(row >>> segmentBits)!;
    const at = row & segmentMask;
    const { cursor } = line;
    const source = this.sources.of(line.pod, line.container, cursor?.source ?? '', cursor?.instance ?? '');
    source.lines++;
    segment.address[at] = line.staged ? this.text.keep() : this.text.add(line.text);
    segment.length[at] = this.text.length;
    segment.time[at] = line.time;
    segment.nanos[at] = line.nanos;
    segment.source[at] = source.number;
    segment.level[at] = line.level;
    let bits = line.flags;
    if (line.styles.length > 0) {
      bits |= flags.coloured;
      this.styles.set(row, line.styles);
    }
    if (bits & flags.truncated && line.fullLength > 0) this.#fullLengths.set(row, line.fullLength);
    if (cursor) {
      const epoch = this.#epoch(cursor);
      bits |= (epoch + 1) << flags.epochShift;
      const { seq, n, watermark, watermarkNanos, time, nanos } = cursor;
      segment.seq[at] = seq - this.#epochs[epoch]!.seq;
      segment.n[at] = Math.min(n, 0xffff);
      if (n >= 0xffff) this.#manyN.set(row, n);
      segment.behind[at] = watermark > 0 ? elapsed(watermark, watermarkNanos, time, nanos) : Number.POSITIVE_INFINITY;
    }
    if (this.traces.add(row, source, line.continues)) bits |= flags.continuation;
    segment.flags[at] = bits;
    this.lines++;
    this.#place(row, bits & flags.late ? line.time : Number.POSITIVE_INFINITY);
    return row;
  }

  addMarker(marker: Marker, time: number): number {
    const row = this.#row();
    const segment = this.#segments.get(row >>> segmentBits)!;
    const at = row & segmentMask;
    segment.address[at] = this.text.add('');
    segment.time[at] = time;
    segment.flags[at] = flags.marker;
    this.markers.set(row, marker);
    this.#place(row, Number.POSITIVE_INFINITY);
    return row;
  }

  #row(): number {
    const row = this.end++;
    if ((row & segmentMask) === 0) {
      this.#segments.set(row >>> segmentBits, new Segment());
      if (this.end - this.first > this.capacity) this.#evict();
    }
    return row;
  }

  #epoch(cursor: Cursor): number {
    const last = this.#epochs.length - 1;
    if (last >= 0 && this.#epochs[last]!.name === cursor.epoch) return last;
    // 255 epochs fit into the upper byte; one comes with each restart of the operator.
    if (last >= 253) return last;
    this.#epochs.push({ name: cursor.epoch, seq: cursor.seq });
    return last + 1;
  }

  #place(row: number, time: number): void {
    if (this.#orderLength === this.#order.length) {
      const larger = new Uint32Array(this.#order.length * 2);
      larger.set(this.#order);
      this.#order = larger;
    }
    let at = this.#orderLength++;
    if (time !== Number.POSITIVE_INFINITY) {
      const least = Math.max(0, at - lateReach);
      let place = at;
      for (let i = at - 1; i >= least; i--) {
        if (this.time(this.#order[i]!) <= time) break;
        place = i;
      }
      if (place < at) {
        this.#order.copyWithin(place + 1, place, at);
        this.#late++;
        at = place;
      }
    }
    this.#order[at] = row;
    if (at < this.changedFrom) this.changedFrom = at;
  }

  /** Least position that changed since it was last set to infinity: where lists of rows must be made anew. */
  changedFrom = Number.POSITIVE_INFINITY;

  #evict(): void {
    const segment = this.#segments.get(this.first >>> segmentBits)!;
    const next = ((this.first >>> segmentBits) + 1) << segmentBits;
    for (let at = 0; at < segmentRows; at++) {
      if (!(segment.flags[at]! & flags.marker)) this.lines--;
    }
    this.#segments.delete(this.first >>> segmentBits);
    this.evicted += next - this.first;
    this.first = next;
    let kept = 0;
    for (let i = 0; i < this.#orderLength; i++) {
      const row = this.#order[i]!;
      if (row >= next) this.#order[kept++] = row;
    }
    this.#orderLength = kept;
    for (const side of [this.markers, this.styles, this.#fullLengths, this.#manyN] as Map<number, unknown>[]) {
      for (const row of side.keys()) {
        if (row >= next) break;
        side.delete(row);
      }
    }
    this.traces.dropBefore(next);
    const nextSegment = this.#segments.get(next >>> segmentBits)!;
    this.text.dropBefore(nextSegment.address[0]!);
  }

  /** The row shown at a position. */
  rowAt(position: number): number {
    return this.#order[position]!;
  }

  /** Where a row is shown, or −1 when it has gone. */
  positionOf(row: number): number {
    if (row < this.first || row >= this.end) return -1;
    const guess = Math.min(row - this.first, this.#orderLength - 1);
    if (this.#order[guess] === row) return guess;
    const reach = Math.max(this.#late, 0) + lateReach + 1;
    for (let distance = 1; distance <= reach; distance++) {
      if (this.#order[guess + distance] === row) return guess + distance;
      if (this.#order[guess - distance] === row) return guess - distance;
    }
    return -1;
  }

  segmentOf(row: number): Segment {
    return this.#segments.get(row >>> segmentBits)!;
  }

  time(row: number): number {
    return this.segmentOf(row).time[row & segmentMask]!;
  }

  nanos(row: number): number {
    return this.segmentOf(row).nanos[row & segmentMask]!;
  }

  level(row: number): number {
    return this.segmentOf(row).level[row & segmentMask]!;
  }

  source(row: number): number {
    return this.segmentOf(row).source[row & segmentMask]!;
  }

  flags(row: number): number {
    return this.segmentOf(row).flags[row & segmentMask]! & 0xff;
  }

  address(row: number): number {
    return this.segmentOf(row).address[row & segmentMask]!;
  }

  byteLength(row: number): number {
    return this.segmentOf(row).length[row & segmentMask]!;
  }

  message(row: number): string {
    return this.text.read(this.address(row), this.byteLength(row));
  }

  fullLength(row: number): number {
    return this.#fullLengths.get(row) ?? 0;
  }

  /** The id that the line came with, put together again. */
  cursor(row: number): string {
    const segment = this.segmentOf(row);
    const at = row & segmentMask;
    const epochNumber = segment.flags[at]! >>> flags.epochShift;
    if (epochNumber === 0) return '';
    const epoch = this.#epochs[epochNumber - 1]!;
    const source = this.sources.all[segment.source[at]!]!;
    const time = BigInt(segment.time[at]!) * 1_000_000n + BigInt(segment.nanos[at]!);
    const behind = segment.behind[at]!;
    const watermark = behind === Number.POSITIVE_INFINITY ? 0n : time - BigInt(behind);
    const seq = epoch.seq + segment.seq[at]!;
    const n = this.#manyN.get(row) ?? segment.n[at]!;
    return [
      epoch.name,
      seq.toString(36),
      watermark.toString(36),
      source.source,
      source.instance,
      time.toString(36),
      n.toString(36),
    ].join('.');
  }
}
