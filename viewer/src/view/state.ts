import { useCallback, useState } from 'react';
import type { Choice } from '../stream/protocol';
import { levelNumber, levels } from '../stream/wire';

/** What a link holds beside the LogView's name. */
export interface LinkState extends Pick<Choice, 'q' | 'regex' | 'only' | 'pods' | 'containers' | 'level'> {
  /** RFC 3339 time to start at. */
  at: string;
  /** Cursor of a line to start at. */
  line: string;
}

/** Reads the state from an address; unknown parameters are left alone. */
export function readState(search: string): LinkState {
  const query = new URLSearchParams(search);
  const regex = query.get('regex');
  // `regex=1` says how to read q; any other value is a pattern itself, as in the stream's own query.
  const pattern = regex !== null && !/^(|0|1|true|false)$/.test(regex) ? regex : '';
  return {
    q: pattern || (query.get('q') ?? ''),
    regex: pattern !== '' || regex === '1' || regex === 'true' || regex === '',
    only: isOn(query.get('only')),
    pods: query.getAll('pod'),
    containers: query.getAll('container'),
    level: levelNumber(query.get('level') ?? ''),
    at: query.get('at') ?? '',
    line: query.get('line') ?? '',
  };
}

function isOn(value: string | null): boolean {
  return value !== null && value !== '0' && value !== 'false';
}

/** The state as a query string, '' when it is all default. */
export function writeState(state: LinkState): string {
  const query = new URLSearchParams();
  if (state.q) query.set('q', state.q);
  if (state.regex) query.set('regex', '1');
  if (state.only) query.set('only', '1');
  for (const pod of state.pods) query.append('pod', pod);
  for (const container of state.containers) query.append('container', container);
  if (state.level > 0) query.set('level', levels[state.level]!.toLowerCase());
  if (state.at) query.set('at', state.at);
  if (state.line) query.set('line', state.line);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** The state of the page, which its address always shows. */
export function useLinkState(): [LinkState, (change: Partial<LinkState>) => void] {
  const [state, setState] = useState(() => readState(location.search));
  const change = useCallback((part: Partial<LinkState>) => {
    setState((before) => {
      const after = { ...before, ...part };
      history.replaceState(null, '', location.pathname + writeState(after));
      return after;
    });
  }, []);
  return [state, change];
}
