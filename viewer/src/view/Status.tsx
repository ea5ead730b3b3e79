import { useEffect, useState } from 'react';
import { describeNewest } from '../messages';

/** A state in a word, and why. */
export function State({ of: { label, detail, tone } }: { of: { label: string; detail: string; tone: string } }) {
  return (
    <span role="status" className={`state ${tone}`} title={detail}>
      {label}
      {detail !== '' && <span className="detail"> {detail}</span>}
    </span>
  );
}

/** The age of the newest line, told anew every second. */
export function Newest({ newest }: { newest: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <span>{describeNewest(newest, Math.max(now, newest))}</span>;
}
