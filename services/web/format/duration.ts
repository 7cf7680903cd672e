/** Durations as people read them: three digits and a unit. Pure. */
import type { Nanoseconds } from '../api/answers.ts';

const UNITS: readonly (readonly [number, string])[] = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
];

export function formatDuration(value: Nanoseconds): string {
  const ns = Number(value);
  if (ns < 0) return `−${formatDuration(-ns)}`;
  if (ns >= 60e9) return formatLong(ns / 1e9);
  if (ns === 0) return '0 ms';
  // 999.7 ms is 1 s, not 1000 ms: the unit is chosen after rounding.
  const [size, unit] = UNITS.find(([one]) => Number((ns / one).toPrecision(3)) >= 1) ?? [1, 'ns'];
  return `${digits(ns / size)} ${unit}`;
}

/** `3m 05s`, `2h 10m`, `4d 3h`. */
function formatLong(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  const text = value >= 10 ? value.toFixed(1) : value.toFixed(2);
  return text.replace(/\.?0+$/, '');
}

export function formatSeconds(seconds: number): string {
  return formatDuration(seconds * 1e9);
}
