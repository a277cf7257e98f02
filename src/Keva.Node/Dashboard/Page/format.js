// Numbers, sizes and times as people read them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

export const nothing = '–';

export function count(number) {
  return number === null || number === undefined ? nothing : whole.format(number);
}

export function bytes(number) {
  if (number === null || number === undefined) {
    return nothing;
  }

  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let unit = 0;
  let size = number;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }

  return `${unit === 0 || size >= 100 ? size.toFixed(0) : size.toFixed(1)} ${units[unit]}`;
}

export function milliseconds(number) {
  if (number === null || number === undefined) {
    return nothing;
  }

  if (number < 1) {
    return `${number.toFixed(2)} ms`;
  }

  return number < 1000 ? `${number < 10 ? number.toFixed(1) : number.toFixed(0)} ms` : `${(number / 1000).toFixed(1)} s`;
}

export function rate(number) {
  if (number === null || number === undefined) {
    return nothing;
  }

  return number > 0 && number < 10 ? number.toFixed(1) : count(number);
}

/** For an axis: no digits that say nothing. */
export const shortRate = (number) => (number >= 10000 ? `${number / 1000}k` : String(number));

export const shortMilliseconds = (number) => (number >= 1000 ? `${number / 1000} s` : number === 0 ? '0' : `${number} ms`);

/** How long ago, or for how long: the largest unit alone is enough for a glance. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 100) {
    return `${seconds} s`;
  }

  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

export function timeOfDay(date, now = new Date()) {
  const time = clock.format(date);
  return date.toDateString() === now.toDateString() ? time : `${day.format(date)} ${time}`;
}

export const plural = (number, one, many) => `${number} ${number === 1 ? one : many}`;

/** "a", "a and b", "a, b and c". */
export function list(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
