import { describe, expect, it } from 'vitest';
import { isEmpty, nameMatches, parseQuery } from './query';

const words = (text: string) => parseQuery(text, false).alternatives.map((terms) => terms.map((term) => term.text));

describe('parseQuery', () => {
  it.each([
    ['', []],
    ['   ', []],
    ['a b', [['a', 'b']]],
    ['a | b c', [['a'], ['b', 'c']]],
    ['| a |', [['a']]],
    ['"a | b"', [['a | b']]],
    ['"not closed', [['not closed']]],
    ['a|b', [['a|b']]],
    ['-', [['-']]],
  ])('%j asks for %j', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('excludes words and phrases', () => {
    const { terms, alternatives } = parseQuery('-a -"b c"', false);
    expect(terms.filter((term) => term.exclude).map((term) => term.text)).toEqual(['a', 'b c']);
    expect(alternatives).toEqual([]);
  });

  it('gives each word a colour of its own, and again from the first after six', () => {
    expect(parseQuery('a b c d e f g', false).terms.map((term) => term.colour)).toEqual([0, 1, 2, 3, 4, 5, 0]);
  });

  it('reads level, pod and container', () => {
    expect(parseQuery('level:WARN pod:web-* container:app', false)).toMatchObject({
      minLevel: 4,
      pods: ['web-*'],
      containers: ['app'],
    });
  });

  it('names a level that there is none of', () => {
    expect(parseQuery('level:loud', false).error).toContain('level:loud');
  });

  it('takes an expression as a whole, and says what is wrong with one', () => {
    expect(parseQuery('a b|c', true).terms).toEqual([{ text: 'a b|c', regex: true, exclude: false, colour: 0 }]);
    expect(parseQuery('a(', true).error).toMatch(/Unterminated group/);
    expect(isEmpty(parseQuery('', true))).toBe(true);
  });
});

describe('nameMatches', () => {
  it.each([
    ['web-1', 'web', true],
    ['web-1', 'web-?', true],
    ['web-1', 'web-*-x', false],
    ['web-a-x', 'web-*-x', true],
    ['web', 'w*b*', true],
    ['web', '?', false],
    [`${'a'.repeat(5000)}b`, `${'*a'.repeat(50)}c`, false],
  ])('%.20s against %.20s is %s', (name, glob, expected) => {
    expect(nameMatches(name, glob)).toBe(expected);
  });
});
