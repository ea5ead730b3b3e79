import { parseCursor } from './cursor';
import { flags, type Lines } from './lines';
import type { Detail } from './protocol';
import type { View } from './view';
import { levels } from './wire';

/** A line's time in RFC 3339, UTC, with nanoseconds. */
export function timestampOf(lines: Lines, row: number): string {
  const date = new Date(lines.time(row));
  return `${date.toISOString().slice(0, -1)}${String(lines.nanos(row)).padStart(6, '0')}Z`;
}

/** All that is known of a row, undefined when it is no line or has gone. */
export function toDetail(lines: Lines, row: number): Detail | undefined {
  if (row < lines.first || row >= lines.end || lines.flags(row) & flags.marker) return undefined;
  const bits = lines.flags(row);
  const source = lines.sources.all[lines.source(row)]!;
  const cursor = lines.cursor(row);
  const notes: string[] = [];
  if (bits & flags.truncated) notes.push('truncated');
  if (bits & flags.partial) notes.push('partial');
  if (bits & flags.late) notes.push('late');
  return {
    row,
    cursor,
    timestamp: timestampOf(lines, row),
    pod: source.pod,
    container: source.container,
    instance: Number.parseInt(parseCursor(cursor)?.instance ?? '0', 36),
    level: levels[lines.level(row)]!,
    notes,
    message: lines.message(row),
  };
}

/** Lines put into one piece of the blob: a string of some megabytes at most. */
const pieceLines = 10_000;

/** All rows that a view shows, as lines of text or as NDJSON in the form of the stream's `log` events. */
export function toBlob(lines: Lines, view: View, format: 'text' | 'ndjson'): Blob {
  const pieces: Blob[] = [];
  let piece: string[] = [];
  for (let index = 0; index < view.size; index++) {
    const row = view.rowAt(index);
    if (lines.flags(row) & flags.marker) continue;
    piece.push(format === 'text' ? textLine(lines, row) : jsonLine(lines, row));
    if (piece.length === pieceLines) {
      pieces.push(new Blob([piece.join('')]));
      piece = [];
    }
  }
  pieces.push(new Blob([piece.join('')]));
  return new Blob(pieces, { type: format === 'text' ? 'text/plain' : 'application/x-ndjson' });
}

function textLine(lines: Lines, row: number): string {
  const { pod, container } = lines.sources.all[lines.source(row)]!;
  return `${timestampOf(lines, row)} ${pod}/${container} ${lines.message(row)}\n`;
}

function jsonLine(lines: Lines, row: number): string {
  const { pod, container } = lines.sources.all[lines.source(row)]!;
  const level = levels[lines.level(row)]!;
  const line = {
    type: 'log',
    timestamp: timestampOf(lines, row),
    pod,
    container,
    message: lines.message(row),
    unix: Math.floor(lines.time(row) / 1000),
    ...(level ? { level } : {}),
  };
  return `${JSON.stringify(line)}\n`;
}
