import { useCallback, useState } from 'react';
import { read, write } from '../theme';
import type { TimeFormat } from './list/time';

/** How this person reads: remembered in the browser, not part of a link. */
export interface Settings {
  timestamps: boolean;
  timeFormat: Exclude<TimeFormat, 'off'>;
  wrap: boolean;
  fold: boolean;
  context: number;
  announce: boolean;
  shortcuts: boolean;
}

const standard: Settings = {
  timestamps: true,
  timeFormat: 'time',
  wrap: false,
  fold: false,
  context: 0,
  announce: false,
  shortcuts: true,
};

const key = 'kdd.view';

function stored(): Settings {
  try {
    return { ...standard, ...(JSON.parse(read(key) ?? '{}') as Partial<Settings>) };
  } catch {
    return standard;
  }
}

export function useSettings(): [Settings, (change: Partial<Settings>) => void] {
  const [settings, setSettings] = useState(stored);
  const change = useCallback((part: Partial<Settings>) => {
    setSettings((before) => {
      const after = { ...before, ...part };
      write(key, JSON.stringify(after));
      return after;
    });
  }, []);
  return [settings, change];
}
