/** How many spans come, step by step: a daily curve, noise, and bursts. Pure, by a seed. */
import { seeded } from '../../support/known_load.ts';

export interface Day {
  readonly meanRate: number;
  /** The curve's highest point over its mean: 1 is a constant load. */
  readonly peakFactor: number;
  readonly peakHour: number;
  /** Standard deviation of the noise, as a share of the load; it fades within a minute or two. */
  readonly noise: number;
  readonly burstsPerDay: number;
  readonly seed: number;
}

const DAY_SECONDS = 86_400;
/** What is left of the noise after a step. */
const NOISE_KEPT = 0.95;
const BURST = { leastShare: 0.15, mostShare: 0.4, leastSeconds: 180, mostSeconds: 900 };

/** Spans of each step. Bursts come on top of the curve and its peak. */
export function spansOfSteps(day: Day, steps: number, stepSeconds: number): Float64Array {
  const random = seeded(day.seed);
  const curve = dailyCurve(day.peakFactor, day.peakHour);
  const burst = bursts(day, steps * stepSeconds, random);
  const spans = new Float64Array(steps);
  let noise = 0;
  for (let step = 0; step < steps; step++) {
    noise = NOISE_KEPT * noise + Math.sqrt(1 - NOISE_KEPT ** 2) * day.noise * normal(random);
    const seconds = step * stepSeconds;
    const share = Math.max(0, 1 + noise + burst(seconds));
    spans[step] = day.meanRate * curve(seconds) * share * stepSeconds;
  }
  return spans;
}

/** A von Mises curve: one peak and one night a day, mean 1, and the peak where and as high as it is wished. */
export function dailyCurve(peakFactor: number, peakHour: number): (seconds: number) => number {
  let [low, high] = [0, 50];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (Math.exp(middle) / bessel0(middle) < peakFactor) low = middle;
    else high = middle;
  }
  const mean = bessel0(low);
  return (seconds) =>
    Math.exp(low * Math.cos((2 * Math.PI * (seconds - peakHour * 3600)) / DAY_SECONDS)) / mean;
}

/** Modified Bessel function of the first kind, order 0: the mean of exp(k cos x). */
function bessel0(k: number): number {
  let [sum, term] = [1, 1];
  for (let n = 1; term > sum * 1e-16; n++) {
    term *= (k / 2 / n) ** 2;
    sum += term;
  }
  return sum;
}

function bursts(day: Day, seconds: number, random: () => number): (seconds: number) => number {
  const between = (least: number, most: number): number => least + random() * (most - least);
  const count = Math.round((day.burstsPerDay * seconds) / DAY_SECONDS);
  const all = Array.from({ length: count }, () => {
    const begin = between(0, seconds);
    const end = begin + between(BURST.leastSeconds, BURST.mostSeconds);
    return { begin, end, share: between(BURST.leastShare, BURST.mostShare) };
  });
  return (now) =>
    all.reduce((sum, { begin, end, share }) => (begin <= now && now < end ? sum + share : sum), 0);
}

/** Box and Muller's. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
