import { flags, type Lines } from './lines';
import type { Row } from './protocol';
import { findMarks } from './search';
import type { View } from './view';

/** Characters of a line that the list shows; the rest is in its details. */
const shownCharacters = 4000;

/** The row as the page shows it. */
export function toRow(lines: Lines, view: View, number: number, regexMarks: ReadonlyMap<number, number[]>): Row {
  const bits = lines.flags(number);
  const row: Row = {
    row: number,
    time: lines.time(number),
    nanos: lines.nanos(number),
    source: lines.source(number),
    level: lines.level(number),
    flags: bits,
    text: '',
    more: 0,
    cursor: '',
    match: false,
  };
  if (bits & flags.marker) {
    row.marker = lines.markers.get(number)!;
    return row;
  }
  const text = lines.message(number);
  row.text = text.length > shownCharacters ? text.slice(0, shownCharacters) : text;
  row.more = text.length - row.text.length;
  row.cursor = lines.cursor(number);
  row.match = view.isMatch(number);
  if (bits & flags.truncated) row.fullLength = lines.fullLength(number);
  const styles = bits & flags.coloured ? lines.styles.get(number) : undefined;
  if (styles) row.styles = styles;
  const { query, fold, toggled } = view.selection;
  const count = lines.traces.countOf(number);
  if (count > 0) row.trace = { count, folded: fold !== toggled.has(number) };
  const { terms } = query;
  if (terms.length > 0) {
    const marks = regexMarks.get(number) ?? findMarks(row.text, terms);
    if (marks.length > 0) row.marks = marks;
  }
  return row;
}
