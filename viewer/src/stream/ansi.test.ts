import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnsi, styleFlags } from './ansi';

describe('parseAnsi', () => {
  it('takes colours out of the text and tells where they begin', () => {
    expect(parseAnsi('\x1b[31mred\x1b[0m plain')).toEqual({ text: 'red plain', styles: [0, 2, 3, 0] });
  });

  it('combines attributes and ends them one by one', () => {
    const { styles } = parseAnsi('\x1b[1;4mab\x1b[22mc\x1b[24md');
    expect(styles).toEqual([0, styleFlags.bold | styleFlags.underline, 2, styleFlags.underline, 3, 0]);
  });

  it.each([
    ['bright foreground', '\x1b[92mx', 11],
    ['256 colours', '\x1b[38;5;9mx', 10],
    ['256 colours with colons', '\x1b[38:5:9mx', 10],
    ['grey ramp', '\x1b[38;5;255mx', 16],
    ['true colour', '\x1b[38;2;250;80;90mx', 10],
    ['background', '\x1b[44mx', 5 << 5],
  ])('maps %s to a theme colour', (_, message, style) => {
    expect(parseAnsi(message)).toEqual({ text: 'x', styles: [0, style] });
  });

  it.each([
    ['a link', '\x1b]8;;javascript:alert(1)\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['a title', '\x1b]0;title\x07text', 'text'],
    ['clearing the screen', '\x1b[2J\x1b[Htext', 'text'],
    ['a sixel image', '\x1bPq#0;2\x1b\\text', 'text'],
    ['an unfinished sequence', 'text\x1b[3', 'text'],
    ['an unfinished link', 'text\x1b]8;;http://x', 'text'],
    ['C1 forms', '\x9b31mtext\x9d0;t\x9c', 'text'],
    ['a charset', '\x1b(Btext', 'text'],
  ])('drops %s', (_, message, text) => {
    expect(parseAnsi(message).text).toBe(text);
  });

  it('leaves no escape in any text', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('\x1b', '\x1b[', '\x1b]', '\x1bP', '\x9b', '31', ';', 'm', '\x07', '\x1b\\'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const { text, styles } = parseAnsi(pieces.join(''));
        expect(text).not.toMatch(/[\x1b\x9b]/);
        for (let i = 0; i < styles.length; i += 2) expect(styles[i]).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
