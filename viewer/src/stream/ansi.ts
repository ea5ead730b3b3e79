/**
 * A line without its escape sequences, and its colours as flat pairs (start, style). SGR is the only sequence that means
 * anything here; every other one (cursor moves, titles, OSC 8 links) is dropped, because log text never acts.
 */
export interface Coloured {
  text: string;
  styles: number[];
}

// A style is a number: foreground in bits 0-4 (0 = none, 1-16 = theme colour + 1), background in bits 5-9, then flags.
export const styleFlags = {
  bold: 1 << 10,
  dim: 1 << 11,
  italic: 1 << 12,
  underline: 1 << 13,
  inverse: 1 << 14,
  strike: 1 << 15,
};

// CSI ... final | OSC/DCS/SOS/PM/APC ... (BEL | ST | end) | two-byte escapes; C1 forms as well.
const sequence =
  // biome-ignore lint/complexity/useRegexLiterals: escapes in a literal would be control characters
  new RegExp(
    '(?:\\x1b\\[|\\x9b)([0-?]*)[ -/]*([@-~])?|(?:\\x1b[\\]PX^_]|[\\x90\\x98\\x9d-\\x9f])[^\\x07\\x1b\\x9c]*(?:\\x07|\\x1b\\\\|\\x9c)?|\\x1b[ -/]*[0-~]?',
    'g',
  );

/** Splits a message into plain text and colours. Style state begins anew with every line. */
export function parseAnsi(message: string): Coloured {
  const styles: number[] = [];
  let text = '';
  let style = 0;
  let last = 0;
  for (const match of message.matchAll(sequence)) {
    text += message.slice(last, match.index);
    last = match.index + match[0].length;
    if (match[2] !== 'm') continue;
    const next = applySgr(style, match[1] ?? '');
    if (next === style) continue;
    style = next;
    if (styles.length > 0 && styles[styles.length - 2] === text.length) styles[styles.length - 1] = style;
    else styles.push(text.length, style);
  }
  return { text: text + message.slice(last), styles };
}

function applySgr(style: number, parameters: string): number {
  const codes = parameters.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)));
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === 0) style = 0;
    else if (code === 1) style |= styleFlags.bold;
    else if (code === 2) style |= styleFlags.dim;
    else if (code === 3) style |= styleFlags.italic;
    else if (code === 4) style |= styleFlags.underline;
    else if (code === 7) style |= styleFlags.inverse;
    else if (code === 9) style |= styleFlags.strike;
    else if (code === 22) style &= ~(styleFlags.bold | styleFlags.dim);
    else if (code === 23) style &= ~styleFlags.italic;
    else if (code === 24) style &= ~styleFlags.underline;
    else if (code === 27) style &= ~styleFlags.inverse;
    else if (code === 29) style &= ~styleFlags.strike;
    else if (code >= 30 && code <= 37) style = foreground(style, code - 29);
    else if (code === 39) style = foreground(style, 0);
    else if (code >= 40 && code <= 47) style = background(style, code - 39);
    else if (code === 49) style = background(style, 0);
    else if (code >= 90 && code <= 97) style = foreground(style, code - 81);
    else if (code >= 100 && code <= 107) style = background(style, code - 91);
    else if (code === 38 || code === 48) {
      const [colour, used] = extendedColour(codes, i + 1);
      i += used;
      if (colour > 0) style = code === 38 ? foreground(style, colour) : background(style, colour);
    }
  }
  return style;
}

function foreground(style: number, colour: number): number {
  return (style & ~31) | colour;
}

function background(style: number, colour: number): number {
  return (style & ~(31 << 5)) | (colour << 5);
}

/** `5;n` and `2;r;g;b` as the nearest theme colour (1-16), so that text stays readable in light and dark. */
function extendedColour(codes: number[], at: number): [colour: number, used: number] {
  if (codes[at] === 5) {
    const n = codes[at + 1] ?? 0;
    if (n < 16) return [n + 1, 2];
    if (n > 255) return [0, 2];
    if (n >= 232) return [nearest((n - 232) * 10 + 8, (n - 232) * 10 + 8, (n - 232) * 10 + 8), 2];
    const cube = n - 16;
    const steps = [0, 95, 135, 175, 215, 255];
    return [nearest(steps[Math.floor(cube / 36)]!, steps[Math.floor(cube / 6) % 6]!, steps[cube % 6]!), 2];
  }
  if (codes[at] === 2) return [nearest(codes[at + 1] ?? 0, codes[at + 2] ?? 0, codes[at + 3] ?? 0), 4];
  return [0, 1];
}

const palette = [
  [0, 0, 0],
  [170, 0, 0],
  [0, 170, 0],
  [170, 110, 0],
  [0, 0, 170],
  [170, 0, 170],
  [0, 170, 170],
  [170, 170, 170],
  [85, 85, 85],
  [255, 85, 85],
  [85, 255, 85],
  [255, 255, 85],
  [85, 85, 255],
  [255, 85, 255],
  [85, 255, 255],
  [255, 255, 255],
] as const;

function nearest(red: number, green: number, blue: number): number {
  let best = 0;
  let distance = Number.POSITIVE_INFINITY;
  palette.forEach(([r, g, b], colour) => {
    const d = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
    if (d < distance) [best, distance] = [colour, d];
  });
  return best + 1;
}
