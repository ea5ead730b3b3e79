import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextChunks } from './text';

describe('TextChunks', () => {
  it('gives back every text, of one byte a character and of more, short and long', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'grapheme-ascii', maxLength: 3000, size: 'max' }),
      fc.integer({ min: 1, max: 3000 }).map((length) => `${'x'.repeat(length)}ü€𝄞`),
    );
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        const chunks = new TextChunks();
        const kept = texts.map((each) => [chunks.add(each), chunks.length] as const);
        expect(kept.map(([address, length]) => chunks.read(address, length))).toEqual(texts);
      }),
    );
  });

  it('begins a new chunk for what the last one has no room for, and lets old ones go', () => {
    const chunks = new TextChunks();
    const wide = '€'.repeat(700_000);
    const first = chunks.add(wide);
    const second = chunks.add(wide);
    const third = chunks.add(`${'a'.repeat(1000)}€`);
    expect(chunks.sameChunk(first, second)).toBe(false);
    expect(chunks.sameChunk(second, third)).toBe(true);
    expect(chunks.read(first, wide.length * 3)).toBe(wide);
    chunks.dropBefore(second);
    expect(chunks.bytes).toBe(1 << 22);
    expect(chunks.read(third, 1003)).toBe(`${'a'.repeat(1000)}€`);
  });

  it('ends every line with a line feed, where a search over many stops', () => {
    const chunks = new TextChunks();
    const address = chunks.add('one');
    chunks.add('two');
    expect(new TextDecoder().decode(chunks.chunkOf(address).subarray(0, 8))).toBe('one\ntwo\n');
  });

  it('keeps what was staged, and nothing of what was not', () => {
    const chunks = new TextChunks();
    const string = (text: string) => new TextEncoder().encode(JSON.stringify(text));
    expect(chunks.stage(string('let go'), 1)).toBe(8);
    expect(chunks.stage(string('kept "ü"'), 1)).toBe(string('kept "ü"').length);
    expect(chunks.staged()).toBe('kept "ü"');
    const [address, length] = [chunks.keep(), chunks.length];
    expect(chunks.stage(string('line\nfeed'), 1)).toBe(-1);
    expect(chunks.read(chunks.add('next'), 4)).toBe('next');
    expect(chunks.read(address, length)).toBe('kept "ü"');
    expect(new TextDecoder().decode(chunks.chunkOf(address).subarray(0, 15))).toBe('kept "ü"\nnext\n');
  });

  it('stages in a new chunk what the last one has no room for', () => {
    const chunks = new TextChunks();
    const first = chunks.add('x'.repeat((1 << 22) - 10));
    expect(chunks.stage(new TextEncoder().encode('"twenty characters ..."'), 1)).toBeGreaterThan(0);
    const second = chunks.keep();
    expect(chunks.sameChunk(first, second)).toBe(false);
    expect(chunks.read(second, chunks.length)).toBe('twenty characters ...');
  });
});
