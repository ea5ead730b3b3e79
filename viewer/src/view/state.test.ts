import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readState, writeState } from './state';

describe('link state', () => {
  it('is empty for a page as it opens', () => {
    expect(writeState(readState(''))).toBe('');
  });

  it('takes a pattern given as regex', () => {
    expect(readState('?regex=a%2Bb')).toMatchObject({ q: 'a+b', regex: true });
    expect(readState('?q=x&regex=1')).toMatchObject({ q: 'x', regex: true });
    expect(readState('?q=x&regex=0')).toMatchObject({ q: 'x', regex: false });
  });

  it('leaves out a level that there is none of', () => {
    expect(readState('?level=loud').level).toBe(0);
    expect(readState('?level=WARN').level).toBe(4);
  });

  it('comes back from the address as it went in', () => {
    const state = fc.record({
      q: fc.string(),
      regex: fc.boolean(),
      only: fc.boolean(),
      pods: fc.array(fc.string()),
      containers: fc.array(fc.string()),
      level: fc.nat(6),
      at: fc.string(),
      line: fc.string(),
    });
    fc.assert(
      fc.property(state, (value) => {
        expect(readState(writeState(value))).toEqual(value);
      }),
    );
  });
});
