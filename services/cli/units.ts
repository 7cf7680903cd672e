/** Figures for people: durations, counts and shares with three digits and a unit. */

/** `0 ns`, `840 ns`, `12.3 us` as `12.3 µs`, `182 ms`, `1.25 s`, `3 m 20 s`, `2 h 5 m`. */
export function durationText(ns: number, micro = 'µ'): string {
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  if (ns < 999_500) return `${threeDigits(ns / 1e3)} ${micro}s`;
  if (ns < 999_500_000) return `${threeDigits(ns / 1e6)} ms`;
  if (ns < 59.95e9) return `${threeDigits(ns / 1e9)} s`;
  const seconds = Math.round(ns / 1e9);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60 * 24) return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `1,234` for whole numbers, two decimals at most for others (weighted counts). */
export function countText(count: number, decimals = 2): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: decimals });
}

/** `0 %`, `0.03 %`, `12.5 %`, `100 %`; a share too small to show is not shown as none. */
export function shareText(share: number, decimals = 2): string {
  const percent = share * 100;
  const least = 10 ** -decimals;
  if (percent > 0 && percent < least) return `<${least} %`;
  return `${Number(percent.toFixed(decimals))} %`;
}

/** `2026-11-21 10:14:03.123456 UTC` of nanoseconds since 1970; microseconds are as fine as anybody reads. */
export function momentText(ns: bigint): string {
  const ms = Number(ns / 1_000_000n);
  const micros = String((ns / 1000n) % 1000n).padStart(3, '0');
  return `${new Date(ms).toISOString().replace('T', ' ').slice(0, -1)}${micros} UTC`;
}

/** `1 span`, `2 spans`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

function threeDigits(value: number): string {
  const decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return String(Number(value.toFixed(decimals)));
}

/** Per second: `0`, `0.004`, `1.5`, `230`. */
export function rateText(perSecond: number): string {
  if (perSecond === 0) return '0';
  if (perSecond < 0.001) return '<0.001';
  return countText(Number(perSecond.toPrecision(3)), 3);
}
