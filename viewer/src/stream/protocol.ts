import type { ConnectionState } from './client';
import type { Histogram } from './histogram';
import type { Marker } from './lines';
import type { LogViewStatus, StatsEvent } from './wire';

/** What of the store is shown, as the page says it. */
export interface Choice {
  q: string;
  regex: boolean;
  only: boolean;
  context: number;
  pods: string[];
  muted: string[];
  containers: string[];
  level: number;
  fold: boolean;
  /** Heads of stack traces that are folded the other way. */
  toggled: number[];
}

/** What the worker shows until something is chosen. */
export const noChoice: Choice = {
  q: '',
  regex: false,
  only: false,
  level: 0,
  context: 0,
  fold: false,
  pods: [],
  containers: [],
  muted: [],
  toggled: [],
};

/** Messages from the page to the worker. */
export type ToWorker =
  /** `capacity` is the number of rows that are kept. */
  | { type: 'open'; url: string; capacity: number }
  | { type: 'choose'; choice: Choice }
  /**
   * What is on screen: the newest rows, or rows by index. `anchor` is the row that shall stay where it is (−1 for none)
   * and `anchorIndex` the index that the page knows it by: where it has another one by now, `first` moves along.
   */
  | { type: 'look'; first: number; count: number; follow: boolean; anchor: number; anchorIndex: number }
  | { type: 'step'; row: number; direction: 1 | -1; request: number }
  | { type: 'find'; time?: number; cursor?: string; request: number }
  | { type: 'detail'; row: number; request: number }
  | { type: 'download'; format: 'text' | 'ndjson'; request: number }
  | { type: 'close' };

/** One row as the page shows it. */
export interface Row {
  row: number;
  time: number;
  nanos: number;
  source: number;
  level: number;
  flags: number;
  text: string;
  /** Characters of the text that were left out here. */
  more: number;
  cursor: string;
  match: boolean;
  fullLength?: number;
  /** Flat pairs (start, style) as `ansi.ts` makes them. */
  styles?: readonly number[];
  /** Flat triples (start, end, colour). */
  marks?: readonly number[];
  marker?: Marker;
  /** Lines of the stack trace that this line is the head of. */
  trace?: { count: number; folded: boolean };
}

/** All that is known of a line. */
export interface Detail {
  row: number;
  cursor: string;
  /** RFC 3339 with nanoseconds. */
  timestamp: string;
  pod: string;
  container: string;
  /** Restart count of the container that wrote it. */
  instance: number;
  level: string;
  notes: string[];
  message: string;
}

export interface SourceName {
  pod: string;
  container: string;
}

export interface Counts {
  /** Rows that can be scrolled through. */
  rows: number;
  /** Log lines kept, shown and matching. */
  lines: number;
  shown: number;
  matches: number;
  /** A search still goes back through older lines. */
  scanning: boolean;
  /** Lines let go here for want of room. */
  evicted: number;
  /** Lines that arrived since the page was opened. */
  arrived: number;
  /** Time of the newest line, in milliseconds since 1970; 0 before the first. */
  newest: number;
  /** Gaps declared, and the lines that they say are lost; more may be where a gap does not know. */
  gaps: number;
  lost: number;
}

/** Messages from the worker to the page. */
export type FromWorker =
  | {
      type: 'frame';
      /** Number of the choice that these rows are of. */
      choice: number;
      /** Changes when rows of the same choice got other marks. */
      marked: number;
      counts: Counts;
      first: number;
      /** Absent when the rows asked for are as they were. */
      rows?: Row[];
      anchor: { row: number; index: number };
    }
  | { type: 'connection'; state: ConnectionState }
  | { type: 'sources'; from: number; sources: SourceName[] }
  | { type: 'status'; status: LogViewStatus }
  | { type: 'stats'; stats: StatsEvent }
  | { type: 'pods'; pods: PodState[] }
  | { type: 'query'; error: string }
  | { type: 'histogram'; histogram: Histogram }
  | { type: 'detail'; request: number; detail: Detail | undefined }
  | { type: 'download'; request: number; blob: Blob }
  | { type: 'found'; request: number; row: number; index: number; ordinal: number };

/** A pod as the stream has told of it. */
export interface PodState {
  name: string;
  lines: number;
  /** Lines a second over the last seconds. */
  rate: number;
  /** The newest of its lifecycle events, '' when there was none. */
  what: string;
  reason: string;
  restarts: number;
  exitCode?: number;
}
