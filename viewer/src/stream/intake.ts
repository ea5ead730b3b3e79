import { lineKey, parseCursor } from './cursor';
import { Volume } from './histogram';
import { toLine } from './ingest';
import type { Lines, Marker, NewLine } from './lines';
import { LogFrames } from './logframes';
import { Pods } from './pods';
import { Positions, resendMilliseconds } from './positions';
import type { FromWorker } from './protocol';
import type { ErrorEvent, GapEvent, LifecycleEvent, LogEvent, LogViewStatus, StatsEvent } from './wire';

/** Takes the stream's events into the store, each line once, and keeps what is counted along the way. */
export class Intake {
  readonly pods = new Pods();
  readonly volume = new Volume();
  /** Lines taken in since the page was opened. */
  arrived = 0;
  newest = 0;
  gaps = 0;
  lost = 0;
  readonly #positions: Positions;
  readonly #logFrames: LogFrames;
  readonly #lifecycleSeen = new Set<string>();

  constructor(
    private readonly lines: Lines,
    private readonly now: () => number,
  ) {
    this.#logFrames = new LogFrames(lines.text);
    this.#positions = new Positions(
      {
        recent: (source, epoch) => this.#recentLines(source, epoch),
        text: (row) => (row >= lines.first ? lines.message(row) : undefined),
      },
      now,
    );
  }

  /** Takes in the event that begins at a place, and returns where the next one does; −1 when it has to be parsed. */
  known(bytes: Uint8Array, at: number): number {
    const next = this.#logFrames.read(bytes, at);
    if (next >= 0) this.#take(this.#logFrames.line);
    return next;
  }

  /** Takes in an event of the stream; what it says to the page beside its row, if anything. */
  event(name: string, data: string, id: string): FromWorker | undefined {
    switch (name) {
      case 'log':
        this.#log(JSON.parse(data) as LogEvent, id);
        return undefined;
      case 'lifecycle':
        this.#lifecycle(JSON.parse(data) as LifecycleEvent);
        return undefined;
      case 'gap': {
        const event = JSON.parse(data) as GapEvent;
        this.gaps++;
        this.lost += event.lost ?? 0;
        this.marker({ kind: 'gap', ...event }, Date.parse(event.to ?? event.from ?? '') || this.now());
        return undefined;
      }
      case 'error':
        this.marker({ kind: 'error', ...(JSON.parse(data) as ErrorEvent) });
        return undefined;
      case 'status': {
        const status = JSON.parse(data) as LogViewStatus;
        for (const source of status.sources ?? []) this.pods.known(source.pod);
        return { type: 'status', status };
      }
      case 'stats':
        return { type: 'stats', stats: JSON.parse(data) as StatsEvent };
      case 'synced':
        this.#positions.synced();
        this.pods.synced();
        return undefined;
      default:
        // A later version may say more than this one understands.
        return undefined;
    }
  }

  marker(marker: Marker, time = this.now()): void {
    this.lines.addMarker(marker, time);
  }

  #log(event: LogEvent, id: string): void {
    const line = toLine(event, id);
    if (line.cursor) this.#logFrames.learn(event, line.cursor);
    this.#take(line);
  }

  #take(line: NewLine): void {
    const { lines } = this;
    if (line.cursor && !this.#positions.accept(line.cursor, line, lines.end)) return;
    lines.add(line);
    this.pods.line(line.pod);
    this.volume.add(line.time, line.level);
    this.arrived++;
    if (line.time > this.newest) this.newest = line.time;
  }

  #lifecycle(event: LifecycleEvent): void {
    // A new owner tells the lifecycle of the last 90 s again.
    const key = `${event.timestamp} ${event.pod} ${event.container ?? ''} ${event.what}`;
    if (this.#lifecycleSeen.has(key)) return;
    this.#lifecycleSeen.add(key);
    this.pods.lifecycle(event);
    this.marker({ kind: 'lifecycle', ...event }, Date.parse(event.timestamp));
  }

  /** The lines of a source that may come again, counted by time and text, without those of an epoch. */
  #recentLines(source: string, epoch: string): Map<string, number> {
    const { lines } = this;
    const recent = new Map<string, number>();
    const numbers = new Set(lines.sources.all.filter((s) => s.source === source).map((s) => s.number));
    const newest = lines.end > lines.first ? lines.time(lines.end - 1) : 0;
    for (let row = lines.end - 1; row >= lines.first; row--) {
      if (newest - lines.time(row) > 2 * resendMilliseconds) break;
      const cursor = numbers.has(lines.source(row)) ? parseCursor(lines.cursor(row)) : undefined;
      if (!cursor || cursor.epoch === epoch) continue;
      const key = lineKey(cursor, lines.message(row));
      recent.set(key, (recent.get(key) ?? 0) + 1);
    }
    return recent;
  }
}
