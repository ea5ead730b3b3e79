import { useCallback, useState } from 'react';
import { type Settings, storedSettings, storeSettings } from './settings';

export function useSettings(): [Settings, (change: Partial<Settings>) => void] {
  const [settings, setSettings] = useState(storedSettings);
  const change = useCallback((part: Partial<Settings>) => {
    setSettings((before) => {
      const after = { ...before, ...part };
      storeSettings(after);
      return after;
    });
  }, []);
  return [settings, change];
}
