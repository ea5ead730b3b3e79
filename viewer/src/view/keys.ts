import { useEffect, useRef } from 'react';

/** What keys do, by name; a page binds each to an action. */
export interface KeyActions {
  search(): void;
  step(direction: 1 | -1): void;
  move(direction: 1 | -1): void;
  open(): void;
  follow(): void;
  only(): void;
  wrap(): void;
  timestamps(): void;
  fold(): void;
  level(change: 1 | -1): void;
  sheet(): void;
  escape(): void;
}

export const keyDescriptions: readonly (readonly [keys: string, what: string])[] = [
  ['/', 'Search'],
  ['n N', 'Next and previous match'],
  ['j k', 'Next and previous line'],
  ['Enter', 'Line details'],
  ['o', 'Only matching lines'],
  ['f', 'Follow'],
  ['w', 'Wrap lines'],
  ['t', 'Timestamps'],
  ['z', 'Fold stack traces'],
  ['+ -', 'Raise and lower the least level'],
  ['Home End', 'Oldest line; newest line, and follow'],
  ['Esc', 'Close, leave the search'],
  ['?', 'This sheet'],
];

/** Binds keys to actions for as long as the page is shown. Single letters rest while text is typed, or when switched off. */
export function useKeys(actions: KeyActions, letters: boolean): void {
  const latest = useRef({ actions, letters });
  latest.current = { actions, letters };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { actions: act, letters: on } = latest.current;
      if (event.key === 'Escape') {
        // A search field would empty itself.
        if ((event.target as HTMLElement).matches('[type=search]')) event.preventDefault();
        act.escape();
        return;
      }
      const target = event.target as HTMLElement;
      const typing = target.matches('input, select, textarea, dialog, dialog *');
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Enter') {
        if (target.matches('button, a, summary')) return;
        act.open();
        return;
      }
      const bound = on ? keys[event.key] : undefined;
      if (!bound) return;
      event.preventDefault();
      bound(act);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

const keys: Record<string, (act: KeyActions) => void> = {
  '/': (act) => act.search(),
  n: (act) => act.step(1),
  N: (act) => act.step(-1),
  j: (act) => act.move(1),
  k: (act) => act.move(-1),
  o: (act) => act.only(),
  f: (act) => act.follow(),
  w: (act) => act.wrap(),
  t: (act) => act.timestamps(),
  z: (act) => act.fold(),
  '+': (act) => act.level(1),
  '-': (act) => act.level(-1),
  '?': (act) => act.sheet(),
};
