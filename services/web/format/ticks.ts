/** Round numbers along an axis. Pure. */

/** Steps of 1, 2 or 5 times a power of ten, from 0 up to `max`, at most `most` steps. */
export function linearTicks(min: number, max: number, most: number): number[] {
  const span = max - min;
  if (!(span > 0) || most < 1) return [min];
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => span / one <= most) ?? 10 * power;
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** Powers of ten from `min` to `max`; with their 2s and 5s where there is room. Both above 0. */
export function logTicks(min: number, max: number): number[] {
  const [first, last] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  const factors = last - first <= 2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = first; power <= last; power++) {
    for (const factor of factors) ticks.push(factor * 10 ** power);
  }
  return ticks.filter((tick) => tick >= min && tick <= max);
}

const STEPS_S = [1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** Round moments between two, in milliseconds since 1970. `offsetMs` is the zone's, so that days begin at its midnight. */
export function timeTicks(fromMs: number, toMs: number, most: number, offsetMs = 0): number[] {
  const seconds = (toMs - fromMs) / 1000;
  const step =
    (STEPS_S.find((one) => seconds / one <= most) ?? Math.ceil(seconds / most / 86_400) * 86_400) * 1000;
  if (!(step > 0)) return [fromMs];
  const first = Math.ceil((fromMs + offsetMs) / step) * step - offsetMs;
  const ticks: number[] = [];
  for (let tick = first; tick <= toMs; tick += step) ticks.push(tick);
  return ticks;
}
