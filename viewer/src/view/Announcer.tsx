import { useEffect, useState } from 'react';
import type { Viewer } from './viewer';

/** New lines are read out in one piece this often, and never more of them than can be listened to. */
const pauseMilliseconds = 3000;
const mostLines = 3;

/** Reads new lines to assistive technology, politely, while it is switched on. The list itself is silent: it redraws. */
export function Announcer({ viewer, on }: { viewer: Viewer; on: boolean }) {
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    if (!on) return;
    let seen = viewer.arrived;
    const timer = setInterval(() => {
      const fresh = viewer.arrived - seen;
      seen = viewer.arrived;
      if (fresh > 0) setSpoken(viewer.newest(Math.min(fresh, mostLines)).join('. '));
    }, pauseMilliseconds);
    return () => {
      clearInterval(timer);
      setSpoken('');
    };
  }, [viewer, on]);
  return (
    <div className="unseen" aria-live="polite">
      {spoken}
    </div>
  );
}
