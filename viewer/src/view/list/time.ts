export type TimeFormat = 'off' | 'time' | 'date' | 'relative' | 'utc';

let cachedSecond = Number.NaN;
let cachedFormat: TimeFormat = 'off';
let cachedText = '';

/** A line's time, in milliseconds since 1970, to the millisecond. */
export function formatTime(milliseconds: number, format: TimeFormat): string {
  if (format === 'relative') return formatRelative(Date.now() - milliseconds);
  const second = Math.floor(milliseconds / 1000);
  if (second !== cachedSecond || format !== cachedFormat) {
    cachedSecond = second;
    cachedFormat = format;
    cachedText = formatSecond(second, format);
  }
  return `${cachedText}.${pad(Math.floor(milliseconds - second * 1000), 3)}`;
}

/** How long ago, to a tenth of a second while that says something. */
function formatRelative(milliseconds: number): string {
  const seconds = Math.abs(milliseconds) / 1000;
  const sign = milliseconds < 0 ? '+' : '-';
  if (seconds < 60) return `${sign}${seconds.toFixed(1)}s`.padStart(8);
  if (seconds < 3600) return `${sign}${Math.floor(seconds / 60)}m${pad(Math.floor(seconds % 60), 2)}s`.padStart(8);
  if (seconds < 86_400)
    return `${sign}${Math.floor(seconds / 3600)}h${pad(Math.floor((seconds % 3600) / 60), 2)}m`.padStart(8);
  return `${sign}${Math.floor(seconds / 86_400)}d${pad(Math.floor((seconds % 86_400) / 3600), 2)}h`.padStart(8);
}

function formatSecond(second: number, format: TimeFormat): string {
  const date = new Date(second * 1000);
  if (Number.isNaN(date.getTime())) return '–';
  if (format === 'utc') return date.toISOString().slice(11, 19);
  const time = `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}`;
  if (format !== 'date') return time;
  return `${date.getFullYear()}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)} ${time}`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
