/** What the stream carries: one interface per event, as the gateway writes them. Absent means false or unknown. */
export interface LogEvent {
  type: 'log';
  /** RFC 3339 with nanoseconds, UTC. */
  timestamp: string;
  pod: string;
  container: string;
  message: string;
  /** Whole seconds since 1970. */
  unix: number;
  level?: string;
  /** The line was cut; a number is its full length in bytes. */
  truncated?: boolean | number;
  partial?: boolean;
  late?: boolean;
}

export interface LifecycleEvent {
  timestamp: string;
  pod: string;
  container?: string;
  what: string;
  reason?: string;
  exitCode?: number;
}

export interface GapEvent {
  lost: number | null;
  from?: string;
  to?: string;
  reason: string;
  pod?: string;
  container?: string;
  certain?: boolean;
}

export interface ErrorEvent {
  code: number;
  reason: string;
  message: string;
  pod?: string;
  container?: string;
}

export interface StatsEvent {
  received: number;
  kept: number;
  filtered: number;
  shown: number;
}

export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

export interface SourceStatus {
  pod: string;
  container: string;
  state: string;
  reason?: string;
  message?: string;
  skew?: string;
}

export interface LogViewStatus {
  conditions?: Condition[];
  url?: string;
  owner?: string;
  streams?: { desired?: number; active?: number; summary?: string };
  sources?: SourceStatus[];
  lines?: { received?: number; kept?: number; dropped?: number };
  lastLineTime?: string;
  startTime?: string;
  completionTime?: string;
  viewers?: number;
}

/** Levels in rising order; 0 is unknown, which every minimum lets pass. */
export const levels = ['', 'Trace', 'Debug', 'Info', 'Warn', 'Error', 'Fatal'] as const;

const levelNumbers = new Map(
  levels.flatMap((name, number) => [[name, number] as const, [name.toLowerCase(), number] as const]),
);
levelNumbers.set('warning', 4).set('information', 3).set('err', 5).set('critical', 6);

/** The number of a level's name in any case, 0 when there is none of that name. */
export function levelNumber(name: string | undefined): number {
  return name ? (levelNumbers.get(name) ?? levelNumbers.get(name.toLowerCase()) ?? 0) : 0;
}
