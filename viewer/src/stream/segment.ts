export const segmentBits = 16;
/** Rows in a segment; whole segments go when the store is full. */
export const segmentRows = 1 << segmentBits;
export const segmentMask = segmentRows - 1;

/** Columns of 65,536 rows: 43 bytes a row beside its text. */
export class Segment {
  readonly address = new Uint32Array(segmentRows);
  readonly length = new Uint32Array(segmentRows);
  /** Milliseconds since 1970. */
  readonly time = new Float64Array(segmentRows);
  /** Nanoseconds within the millisecond. */
  readonly nanos = new Uint32Array(segmentRows);
  readonly source = new Uint16Array(segmentRows);
  readonly level = new Uint8Array(segmentRows);
  /** Bits of `flags`; the upper byte is the number of the epoch. */
  readonly flags = new Uint16Array(segmentRows);
  readonly seq = new Uint32Array(segmentRows);
  readonly n = new Uint16Array(segmentRows);
  /** The line's time minus its watermark, in nanoseconds; infinite where there is no watermark yet. */
  readonly behind = new Float64Array(segmentRows);
}
