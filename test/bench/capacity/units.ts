/** Numbers as people read them: three digits that count. */

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
const MIB = 1024 ** 2;

export function figure(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 3 });
}

/** With all its digits. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/** In powers of a thousand, as disks and networks are sold. */
export function bytes(value: number): string {
  let [rest, unit] = [value, 0];
  for (; rest >= 999.5 && unit < BYTES.length - 1; unit++) rest /= 1000;
  return `${figure(rest)} ${BYTES[unit]}`;
}

/** In powers of 1,024, as memory is. */
export const memory = (value: number): string =>
  value < 1024 * MIB ? `${whole(value / MIB)} MiB` : `${figure(value / MIB / 1024)} GiB`;

export function duration(seconds: number): string {
  if (seconds < 1) return `${figure(seconds * 1000)} ms`;
  if (seconds < 120) return `${figure(seconds)} s`;
  return seconds < 7200 ? `${figure(seconds / 60)} min` : `${figure(seconds / 3600)} h`;
}

/** 12,000 as `12 k`, 2,000,000 as `2 M`. */
export function short(value: number): string {
  if (value >= 1e6) return `${figure(value / 1e6)} M`;
  return value >= 1000 ? `${figure(value / 1000)} k` : figure(value);
}
