import { styleFlags } from '../../stream/ansi';
import type { Row } from '../../stream/protocol';

// C0 but TAB, DEL, C1, and what changes direction or hides: bidi controls, zero-width characters, BOM, line separators.
const invisible = /[\0-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** Fills an element with a row's text, cut where colours and search marks begin and end. */
export function drawText(element: HTMLElement, row: Row): void {
  const { text, styles, marks } = row;
  if (!styles && !marks) {
    appendText(element, text);
    return;
  }
  const cuts = new Set<number>([0, text.length]);
  if (styles) for (let i = 0; i < styles.length; i += 2) cuts.add(Math.min(styles[i]!, text.length));
  if (marks) for (let i = 0; i < marks.length; i += 3) cuts.add(marks[i]!).add(marks[i + 1]!);
  const sorted = [...cuts].sort((a, b) => a - b);
  let style = 0;
  let nextStyle = 0;
  let nextMark = 0;
  for (let i = 0; i + 1 < sorted.length; i++) {
    const start = sorted[i]!;
    while (styles && nextStyle < styles.length && styles[nextStyle]! <= start) {
      style = styles[nextStyle + 1]!;
      nextStyle += 2;
    }
    while (marks && nextMark < marks.length && marks[nextMark + 1]! <= start) nextMark += 3;
    const marked = marks && nextMark < marks.length && marks[nextMark]! <= start;
    let target = element;
    if (marked) {
      const mark = document.createElement('mark');
      mark.className = `t${marks[nextMark + 2]}`;
      target.append(mark);
      target = mark;
    }
    if (style !== 0) {
      const span = document.createElement('span');
      span.className = styleClasses(style);
      target.append(span);
      target = span;
    }
    appendText(target, text.slice(start, sorted[i + 1]));
  }
}

function styleClasses(style: number): string {
  const classes: string[] = [];
  if (style & 31) classes.push(`f${(style & 31) - 1}`);
  if ((style >>> 5) & 31) classes.push(`b${((style >>> 5) & 31) - 1}`);
  for (const [name, flag] of Object.entries(styleFlags)) if (style & flag) classes.push(name);
  return classes.join(' ');
}

/** Appends text with its invisible characters made visible. */
export function appendText(element: HTMLElement, text: string): void {
  if (!invisible.test(text)) {
    element.append(text);
    return;
  }
  let plain = '';
  for (const character of text) {
    if (!invisible.test(character)) {
      plain += character;
      continue;
    }
    if (plain) element.append(plain);
    plain = '';
    const picture = document.createElement('span');
    picture.className = 'ctl';
    picture.textContent = pictureOf(character.codePointAt(0)!);
    element.append(picture);
  }
  if (plain) element.append(plain);
}

function pictureOf(code: number): string {
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
