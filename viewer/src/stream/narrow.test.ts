import { describe, expect, it } from 'vitest';
import { describeServerQuery, serverQuery } from './narrow';

const nothing = { q: '', regex: false, pods: [], containers: [], level: 0 };
const asked = (part: Partial<typeof nothing>) =>
  Object.fromEntries(new URLSearchParams(serverQuery({ ...nothing, ...part })));

describe('serverQuery', () => {
  it('asks for nothing where the server could leave nothing out', () => {
    expect(serverQuery(nothing)).toBe('');
    expect(serverQuery({ ...nothing, q: '-healthz' })).toBe('');
    expect(serverQuery({ ...nothing, q: 'a(', regex: true })).toBe('');
  });

  it('asks for the longest of the terms that a line must hold', () => {
    expect(asked({ q: 'to "connection refused" -retry' })).toEqual({ q: 'connection refused' });
  });

  it('asks for alternatives by one expression, whatever characters are in them', () => {
    expect(asked({ q: 'timeout | a.b*' })).toEqual({ regex: '(?i)(?:timeout|a\\.b\\*)' });
  });

  it('hands an expression on, without regard to case as here', () => {
    expect(asked({ q: 'order \\d+', regex: true })).toEqual({ regex: '(?i)(?:order \\d+)' });
  });

  it('asks for pods, containers and the level, picked or searched for', () => {
    expect(asked({ q: 'pod:web level:warn', level: 2 })).toEqual({ pod: '*web*', level: 'warn' });
    expect(serverQuery({ ...nothing, pods: ['a', 'b'], containers: ['c?'], level: 5 })).toBe(
      '?pod=a&pod=b&container=c%3F&level=error',
    );
  });

  it('leaves to the tab what the server would refuse', () => {
    expect(serverQuery({ ...nothing, q: 'x'.repeat(513) })).toBe('');
    expect(serverQuery({ ...nothing, pods: Array.from({ length: 33 }, (_, i) => `p${i}`) })).toBe('');
  });
});

describe('describeServerQuery', () => {
  it('says it in words', () => {
    expect(describeServerQuery('?q=two+words&level=warn')).toBe('“two words”, level warn');
  });
});
