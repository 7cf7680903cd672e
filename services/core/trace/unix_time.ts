import { wholeMs } from '../otlp/span_view.ts';

/** Unix time in nanoseconds, exact: two unsigned halves, where a double would lose the last 256 ns. */
export interface UnixTime {
  readonly low: number;
  readonly high: number;
}

export type MutableTime = { -readonly [Half in keyof UnixTime]: UnixTime[Half] };

const TWO_32 = 0x1_0000_0000;

/** 2262-04-11, the last moment that ClickHouse's DateTime64(9) can hold: 2^63 - 1 ns. */
export const LATEST: UnixTime = { low: 0xffff_ffff, high: 0x7fff_ffff };

/** 0 where equal, below 0 where `a` is earlier. */
export function compareTimes(a: UnixTime, b: UnixTime): number {
  return a.high - b.high || a.low - b.low;
}

/** Whole milliseconds since the epoch, the rest cut off. */
export function toMs(time: UnixTime): number {
  return wholeMs(time.low, time.high);
}

/** The time of whole milliseconds; 0 where they are negative. For the few spans with wild clocks only. */
export function fromMs(ms: number): UnixTime {
  const ns = BigInt(Math.max(ms, 0)) * 1_000_000n;
  return { low: Number(ns & 0xffff_ffffn), high: Number(ns >> 32n) };
}

export function setTime(time: MutableTime, to: UnixTime): void {
  time.low = to.low;
  time.high = to.high;
}

/** Moves a time by `ns` (whole, not negative), at most to LATEST. */
export function addNs(time: MutableTime, ns: number): void {
  const low = time.low + (ns % TWO_32);
  const high = time.high + Math.floor(ns / TWO_32) + (low >= TWO_32 ? 1 : 0);
  if (high > LATEST.high) {
    setTime(time, LATEST);
    return;
  }
  time.low = low % TWO_32;
  time.high = high;
}
