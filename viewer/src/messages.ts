import type { ConnectionState } from './stream/client';
import type { Marker } from './stream/lines';
import type { Counts } from './stream/protocol';
import type { Condition } from './stream/wire';

const number = new Intl.NumberFormat('en');
export const formatNumber = (value: number): string => number.format(value);

const plural = (count: number, one: string, many = `${one}s`): string =>
  `${number.format(count)} ${count === 1 ? one : many}`;

/** Every text that the page shows, so that a second language is a second object. */
export const text = {
  home: 'kdd, home',
  signIn: 'Sign in',
  signOut: 'Sign out',
  signInFirst: 'You are not signed in.',
  workloads: 'Workloads',
  kind: 'Kind',
  openLogs: 'Open logs',
  openLogsOf: (kind: string, name: string) => `Open logs of ${kind} ${name}`,
  createFailed: (message: string) => `The LogView could not be created: ${message}`,
  filterNames: 'Filter by name',
  nothingNamed: (part: string) => `Nothing is named like "${part}".`,
  logViews: 'LogViews',
  lines: 'Log lines',
  search: 'Search',
  searchHint: 'Search  "a phrase"  -not  level:warn',
  regex: 'Regular expression',
  follow: 'Follow',
  only: 'Only matching lines',
  wrap: 'Wrap lines',
  timestamps: 'Timestamps',
  pods: 'Pods',
  level: 'Least level',
  anyLevel: 'Any level',
  nextMatch: 'Next match',
  previousMatch: 'Previous match',
  options: 'View options',
  timeFormat: 'Time format',
  timeFormats: { time: 'Local time', date: 'Local date and time', utc: 'UTC', relative: 'Before now' },
  contextLines: 'Lines around a match',
  keep: 'Lines kept in this tab, from the next opening on',
  olderGone: 'Older lines are no longer in this tab.',
  searchServer: 'Search them on the server',
  searchServerAnew: 'Search anew on the server',
  narrowedTo: (what: string) => `Loaded from the server: only lines with ${what}.`,
  loadAll: 'Load all lines',
  fold: 'Fold stack traces',
  announce: 'Read new lines aloud',
  shortcuts: 'Single-key shortcuts',
  downloadText: 'Download as text',
  downloadNdjson: 'Download as NDJSON',
  goToTime: 'Go to time',
  goToTimeHint: '14:05:30 or -10m',
  go: 'Go',
  badTime: 'A time is written 14:05:30, 2026-05-04 14:05, -10m or in RFC 3339.',
  linkGone: 'The linked line is no longer kept.',
  keyboard: 'Keyboard shortcuts',
  close: 'Close',
  details: 'Line details',
  copyText: 'Copy text',
  copyJson: 'Copy JSON',
  copyLink: 'Copy link',
  copied: 'Copied',
  volume: 'Volume over time',
  muted: 'muted',
  muteHint: 'Click to pick out, Shift+click to mute',
  traceLines: (count: number) => `${plural(count, 'line')} of stack trace`,
  truncated: (length: number) => (length > 0 ? `cut, ${number.format(length)} bytes in all` : 'cut'),
  moreCharacters: (count: number) => `${number.format(count)} more characters`,
  partial: 'continued',
  late: 'late',
  newLines: (count: number) => plural(count, 'new line'),
  matchesOf: (ordinal: number, count: number) =>
    ordinal > 0 ? `${number.format(ordinal)} of ${number.format(count)}` : plural(count, 'match', 'matches'),
  noMatches: 'No matches',
  noLines: 'No line has arrived yet. This page shows each as soon as it is written.',
  nothingShown: 'No line matches.',
  theme: (name: string) => `Theme: ${name}`,
  emptyHome: 'There is no LogView yet. Open a workload below, or apply one:',
  askNamespace: 'You may not list namespaces. Name the one to look into:',
  loadFailed: (message: string) => `What there is could not be listed: ${message}`,
  retry: 'Try again',
  workload: 'Workload',
  ready: 'Ready',
  streams: 'Streams',
  age: 'Age',
  name: 'Name',
  namespace: 'Namespace',
  show: 'Show',
} as const;

/** "12 of 9,482 lines shown", or fewer words where they say as much. */
export function describeCounts(counts: Counts, filtered: boolean): string {
  const all = plural(counts.lines, 'line');
  const shown = filtered ? `${number.format(counts.shown)} of ${all} shown` : all;
  const scanning = counts.scanning ? ', searching…' : '';
  const evicted = counts.evicted > 0 ? `, ${number.format(counts.evicted)} older let go` : '';
  return shown + scanning + evicted;
}

/** How old the newest line is: whether what is seen is now. */
export function describeNewest(newest: number, now: number): string {
  if (newest === 0) return '';
  const seconds = Math.max(0, Math.round((now - newest) / 1000));
  if (seconds < 2) return 'newest line just now';
  if (seconds < 120) return `newest line ${seconds} s ago`;
  if (seconds < 7200) return `newest line ${Math.floor(seconds / 60)} min ago`;
  return `newest line ${new Date(newest).toLocaleString()}`;
}

/** What is known to be missing, '' while nothing is. */
export function describeGaps({ gaps, lost }: Counts): string {
  if (gaps === 0) return '';
  return lost > 0 ? `${plural(gaps, 'gap')}, ${plural(lost, 'line')} missing` : plural(gaps, 'gap');
}

/** Why there may be no lines, by the LogView's condition Ready; undefined while it streams. */
export function describeReady(
  condition: Condition | undefined,
): { label: string; detail: string; tone: string } | undefined {
  if (!condition || condition.reason === 'Streaming') return undefined;
  const tone = condition.status === 'True' ? 'wait' : condition.status === 'False' ? 'bad' : 'warn';
  return { label: condition.reason, detail: condition.message, tone };
}

export function describeConnection(state: ConnectionState): { label: string; detail: string; tone: string } {
  switch (state.phase) {
    case 'connecting':
      return { label: 'Connecting', detail: '', tone: 'wait' };
    case 'queued':
      return {
        label: 'Waiting',
        detail: `${state.streams} other tabs are streaming; this one starts when one of them closes`,
        tone: 'warn',
      };
    case 'backlog':
      return { label: 'Loading', detail: 'reading the backlog', tone: 'wait' };
    case 'live':
      return { label: 'Live', detail: '', tone: 'good' };
    case 'waiting':
      return { label: 'Reconnecting', detail: state.reason, tone: 'warn' };
    case 'ended':
      return { label: 'Ended', detail: endReasons[state.reason] ?? state.reason, tone: 'wait' };
    case 'failed':
      return { label: state.reason || `Error ${state.code}`, detail: state.message, tone: 'bad' };
  }
}

const endReasons: Record<string, string> = {
  Completed: 'all lines were read',
  DeadlineExceeded: 'the LogView reached its activeDeadlineSeconds',
  Deleted: 'the LogView was deleted',
  Suspended: 'the LogView is suspended',
};

const gapReasons: Record<string, string> = {
  'slow-viewer': 'this viewer was too slow',
  retention: 'older than what the session keeps',
  rotation: 'the log file was rotated faster than it could be read',
  restarts: 'the container restarted more often than logs are kept',
  deleted: 'the pod was deleted',
  idle: 'written while nobody watched',
  'owner-changed': 'another operator replica took over',
  clock: 'the clock of the node jumped',
};

/** A marker in words: what happened, and the rest. */
export function describeMarker(marker: Marker): { tone: string; title: string; detail: string } {
  switch (marker.kind) {
    case 'gap': {
      const lost = marker.lost === null || marker.lost === undefined ? 'Lines' : plural(marker.lost, 'line');
      const verb = marker.certain === false ? 'may be missing' : 'missing';
      return {
        tone: 'gap',
        title: `${lost} ${verb}`,
        detail: join(gapReasons[marker.reason] ?? marker.reason, of(marker)),
      };
    }
    case 'error':
      return {
        tone: 'error',
        title: `${marker.reason || 'Error'}${of(marker) ? ` · ${of(marker)}` : ''}`,
        detail: `${marker.message} (${marker.code})`,
      };
    case 'lifecycle': {
      const code = marker.exitCode === undefined ? '' : `exit code ${marker.exitCode}`;
      const bad = ['Restarted', 'Evicted', 'NotReady'].includes(marker.what) || (marker.exitCode ?? 0) !== 0;
      return {
        tone: bad ? 'warn' : 'calm',
        title: `${of(marker)} ${marker.what}`,
        detail: join(marker.reason ?? '', code),
      };
    }
    case 'connection':
      if (marker.what === 'end')
        return { tone: 'calm', title: 'The stream ended', detail: endReasons[marker.reason] ?? marker.reason };
      return { tone: 'warn', title: 'The connection broke', detail: marker.reason };
  }
}

function of(marker: { pod?: string; container?: string }): string {
  return [marker.pod, marker.container].filter(Boolean).join('/');
}

function join(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
