/**
 * What is counted for two names, a combination of small things and a window, of one tenant: the spans of a service and an operation, the
 * calls of a client and a server. A window and a combination are one number, the key.
 *
 * Owns how many there are, not what is counted, nor what becomes of what is over a limit.
 */
import { getOrAdd } from '../get_or_add.ts';
import { WINDOW_SECONDS } from './deltas.ts';

export interface TallyLimits {
  /** Of two names and a combination, whatever their windows. */
  readonly series: number;
  readonly windows: number;
}

/** The windows of two names. */
class Named<T> {
  /** One bit for each combination that has a tally. */
  combinations = 0;
  readonly tallies = new Map<number, T>();
}

export class TallyWindows<T> {
  readonly byName = new Map<string, Map<string, Named<T>>>();
  private readonly combinations: number;
  private readonly make: () => T;
  private series = 0;
  private windows = 0;

  /** There are so many combinations, fewer than 32. */
  constructor(combinations: number, make: () => T) {
    this.combinations = combinations;
    this.make = make;
  }

  find(first: string, second: string, key: number): T | undefined {
    return this.byName.get(first)?.get(second)?.tallies.get(key);
  }

  /** One that is not there yet; null where there are as many as there may be. */
  add(first: string, second: string, key: number, limits: TallyLimits): T | null {
    const combinations = this.byName.get(first)?.get(second)?.combinations ?? 0;
    const isNew = (combinations & this.bitOf(key)) === 0;
    if (isNew && this.series >= limits.series) return null;
    if (this.windows >= limits.windows) return null;
    if (isNew) this.series++;
    this.windows++;
    return this.put(first, second, key);
  }

  /** The same outside all limits, or the one that is there. */
  findOrPut(first: string, second: string, key: number): T {
    return this.find(first, second, key) ?? this.put(first, second, key);
  }

  private put(first: string, second: string, key: number): T {
    const ofFirst = getOrAdd(this.byName, first, () => new Map<string, Named<T>>());
    const named = getOrAdd(ofFirst, second, () => new Named<T>());
    named.combinations |= this.bitOf(key);
    const tally = this.make();
    named.tallies.set(key, tally);
    return tally;
  }

  private bitOf(key: number): number {
    return 1 << (key % this.combinations);
  }
}

/** `combination` is below `combinations`. */
export function tallyKey(windowStart: number, combination: number, combinations: number): number {
  return (windowStart / WINDOW_SECONDS) * combinations + combination;
}

/** Unix seconds. */
export function windowStartOf(key: number, combinations: number): number {
  return ((key - (key % combinations)) / combinations) * WINDOW_SECONDS;
}
