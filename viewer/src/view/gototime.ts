const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A time as people type it: `14:05` or `14:05:30` (the last one before `latest`), a date with time, `-10m` (before
 * `latest`), or RFC 3339. Milliseconds since 1970, NaN when it is none of these.
 */
export function parseTime(text: string, latest: number): number {
  const value = text.trim();
  const ago = /^-(\d+(?:\.\d+)?)\s*([smhd])$/.exec(value);
  if (ago) return latest - Number(ago[1]) * units[ago[2]!]!;
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/.exec(value);
  if (clock) {
    const [hours, minutes, seconds] = [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)];
    if (hours > 23 || minutes > 59 || seconds > 59) return Number.NaN;
    const date = new Date(latest);
    date.setHours(hours, minutes, seconds, Number((clock[4] ?? '').padEnd(3, '0')));
    if (date.getTime() > latest + 60_000) date.setDate(date.getDate() - 1);
    return date.getTime();
  }
  if (!/^\d{4}-\d{2}-\d{2}/.test(value)) return Number.NaN;
  return Date.parse(value.replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T'));
}
