export type TimeFormat = 'off' | 'time' | 'date' | 'relative' | 'utc';

let cachedSecond = Number.NaN;
let cachedFormat: TimeFormat = 'off';
let cachedText = '';

/** A line's time, in milliseconds since 1970, to the millisecond. */
export function formatTime(milliseconds: number, format: TimeFormat): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== cachedSecond || format !== cachedFormat) {
    cachedSecond = second;
    cachedFormat = format;
    cachedText = formatSecond(second, format);
  }
  return `${cachedText}.${pad(Math.floor(milliseconds - second * 1000), 3)}`;
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
