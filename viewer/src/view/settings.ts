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
  /** Lines that a tab keeps. */
  keep: number;
}

/** What a tab may keep: 2,000,000 lines of 150 bytes take about 440 MB. */
export const keepChoices: readonly number[] = [100_000, 500_000, 2_000_000];

const standard: Settings = {
  timestamps: true,
  timeFormat: 'time',
  wrap: false,
  fold: false,
  context: 0,
  announce: false,
  shortcuts: true,
  keep: 2_000_000,
};

const key = 'kdd.view';

export function storedSettings(): Settings {
  try {
    return { ...standard, ...(JSON.parse(read(key) ?? '{}') as Partial<Settings>) };
  } catch {
    return standard;
  }
}

export function timestampsOf({ timestamps, timeFormat }: Settings): TimeFormat {
  return timestamps ? timeFormat : 'off';
}

export function storeSettings(settings: Settings): void {
  write(key, JSON.stringify(settings));
}
