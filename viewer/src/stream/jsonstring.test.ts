import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copied, copyString } from './jsonstring';

/** What the bytes of a JSON string say, undefined where they are not copied. */
function copy(string: Uint8Array, room = 10_000): string | undefined {
  const target = new Uint8Array(room);
  if (!copyString(string, 1, target, 0, room)) return undefined;
  expect(copied.source).toBe(string.length);
  return decoder.decode(target.subarray(0, copied.target));
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
const controls = /[\0-\x08\x0a-\x1f\x80-\x9f]/;

describe('copyString', () => {
  it('copies every text without control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!controls.test(text));
        expect(copy(encoder.encode(JSON.stringify(text)))).toBe(text);
      }),
    );
  });

  it('copies nothing that says another thing than JSON.parse reads', () => {
    const edges = [
      0, 9, 31, 32, 47, 110, 117, 127, 128, 143, 144, 159, 160, 191, 192, 193, 194, 195, 223, 224, 225, 236,
    ];
    const byte = fc.constantFrom(...edges, 34, 92, 237, 238, 239, 240, 241, 243, 244, 245, 255);
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 6 }), (inner) => {
        const bytes = Uint8Array.from([34, ...inner, 34]);
        const text = copyAll(bytes);
        if (text === undefined) return;
        expect(text).toBe(JSON.parse(decoder.decode(bytes)));
        expect(text).not.toMatch(controls);
        // Bytes that are no UTF-8 become this one.
        expect(text).not.toContain('\ufffd');
      }),
      { numRuns: 20_000 },
    );
  });

  it('writes nothing beyond the room that there is', () => {
    const text = 'aü€😀';
    const string = encoder.encode(JSON.stringify(text));
    const { length } = encoder.encode(text);
    expect(Array.from({ length: length + 1 }, (_, room) => copy(string, room))).toEqual(
      new Array(length + 1).fill(undefined),
    );
    expect(copy(string, length + 1)).toBe(text);
  });
});

/** As {@link copy}, undefined also where the string ends before its last byte. */
function copyAll(string: Uint8Array): string | undefined {
  const target = new Uint8Array(string.length);
  if (!copyString(string, 1, target, 0, target.length) || copied.source < string.length) return undefined;
  return decoder.decode(target.subarray(0, copied.target));
}
