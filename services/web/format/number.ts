/** Counts, rates, shares and sizes as people read them. Pure. */

const THOUSANDS: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

const PLAIN = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Whole up to 9,999; above with three digits: `12.4k`. */
export function formatCount(value: number): string {
  if (Math.abs(value) < 10_000) {
    return Number.isInteger(value) ? PLAIN.format(value) : threeDigits(value);
  }
  const [size, letter] = THOUSANDS.find(([one]) => Math.abs(value) >= one * 0.9995) ?? [1, ''];
  return `${threeDigits(value / size)}${letter}`;
}

/** Per second. */
export function formatRate(value: number): string {
  if (value === 0) return '0/s';
  if (value < 0.01) return '<0.01/s';
  return `${value < 10_000 ? threeDigits(value) : formatCount(value)}/s`;
}

/** From a share of one. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.1) return '<0.1 %';
  if (percent > 99.9 && percent < 100) return '>99.9 %';
  return `${percent < 10 ? trimmed(percent.toFixed(1)) : percent.toFixed(0)} %`;
}

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

export function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (Math.abs(value) >= 999.5 && unit < BYTES.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${threeDigits(value)} ${BYTES[unit] ?? ''}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return PLAIN.format(value);
  return trimmed(size >= 10 ? value.toFixed(1) : value.toFixed(2));
}

const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
