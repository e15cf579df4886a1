// Formats figures and times.

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

export function bytes(count) {
  if (!Number.isFinite(count)) {
    return '–';
  }
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit > 0 && value < 100 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

export function percent(value) {
  if (!Number.isFinite(value)) {
    return '–';
  }
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)}%`;
}

/** Formats a duration, in its two largest units. */
export function duration(millis) {
  if (!Number.isFinite(millis)) {
    return '–';
  }
  const s = Math.max(0, Math.floor(millis / 1000));
  const parts = [
    [Math.floor(s / 86400), 'd'],
    [Math.floor(s / 3600) % 24, 'h'],
    [Math.floor(s / 60) % 60, 'm'],
    [s % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return first < 0
    ? '0s'
    : parts
        .slice(first, first + 2)
        .filter(([count]) => count > 0)
        .map(([count, unit]) => `${count}${unit}`)
        .join(' ');
}

const pad = (number, width = 2) => String(number).padStart(width, '0');

/** Formats the time of day, in the time zone of the browser. */
export function clock(millis, withMillis = false) {
  const date = new Date(millis);
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return withMillis ? `${time}.${pad(date.getMilliseconds(), 3)}` : time;
}

/** Formats date and time. */
export function moment(millis) {
  if (!Number.isFinite(millis)) {
    return '–';
  }
  const date = new Date(millis);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clock(millis)}`;
}

/** Formats a number of things: `1 line`, `1,234 lines`. */
export function count(number, word) {
  return `${number.toLocaleString('en')} ${word}${number === 1 ? '' : 's'}`;
}
