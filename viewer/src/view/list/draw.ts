import { describeMarker, text } from '../../messages';
import { flags } from '../../stream/lines';
import type { Row, SourceName } from '../../stream/protocol';
import { drawText } from './text';
import { formatTime, type TimeFormat } from './time';

export interface DrawSettings {
  timestamps: TimeFormat;
  sources: readonly SourceName[];
  /** Whether container names tell lines apart here. */
  showContainers: boolean;
  current: number;
  podColour(pod: string): number;
}

const levelClasses = ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** Makes the element of a row. Log text enters as text nodes only. */
export function drawRow(row: Row, settings: DrawSettings): HTMLElement {
  if (row.marker) return drawMarker(row, settings);
  const element = document.createElement('div');
  element.className = `line ${levelClasses[row.level]}`;
  if (row.match) element.classList.add('match');
  if (row.row === settings.current) element.setAttribute('aria-current', 'true');
  element.dataset.cursor = row.cursor;
  element.dataset.row = String(row.row);
  if (settings.timestamps !== 'off') element.append(timeElement(row, settings.timestamps));
  const source = settings.sources[row.source];
  if (source) element.append(podElement(source, settings));
  const message = document.createElement('span');
  message.className = 'msg';
  if (row.trace) message.append(foldButton(row));
  drawText(message, row);
  if (row.flags & flags.truncated) message.append(note(text.truncated(row.fullLength ?? 0)));
  else if (row.more > 0) message.append(note(text.moreCharacters(row.more)));
  if (row.flags & flags.partial) message.prepend(note(text.partial));
  if (row.flags & flags.late) message.prepend(note(text.late));
  element.append(message);
  return element;
}

function drawMarker(row: Row, settings: DrawSettings): HTMLElement {
  const element = document.createElement('div');
  const { tone, title, detail } = describeMarker(row.marker!);
  element.className = `line marker ${tone}`;
  element.dataset.marker = row.marker!.kind;
  element.dataset.row = String(row.row);
  if (settings.timestamps !== 'off') element.append(timeElement(row, settings.timestamps));
  const message = document.createElement('span');
  message.className = 'msg';
  const strong = document.createElement('strong');
  strong.textContent = title;
  message.append(strong, detail === '' ? '' : ` ${detail}`);
  element.append(message);
  return element;
}

function timeElement(row: Row, format: TimeFormat): HTMLElement {
  const time = document.createElement('time');
  time.className = 'ts';
  time.textContent = formatTime(row.time, format);
  return time;
}

function podElement(source: SourceName, settings: DrawSettings): HTMLElement {
  const badge = document.createElement('span');
  badge.className = `pod c${settings.podColour(source.pod)}`;
  const name = settings.showContainers ? `${source.pod} ${source.container}` : source.pod;
  badge.title = `${source.pod} / ${source.container}`;
  const inner = document.createElement('bdi');
  inner.textContent = name;
  badge.append(inner);
  return badge;
}

function foldButton(row: Row): HTMLElement {
  const { count, folded } = row.trace!;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'fold';
  button.dataset.fold = String(row.row);
  button.setAttribute('aria-expanded', String(!folded));
  button.setAttribute('aria-label', text.traceLines(count));
  button.title = text.traceLines(count);
  button.textContent = folded ? `▸ ${count}` : '▾';
  return button;
}

function note(content: string): HTMLElement {
  const element = document.createElement('em');
  element.className = 'note';
  element.textContent = content;
  return element;
}
