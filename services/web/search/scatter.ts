/** Where the traces of a search lie by time and duration. Pure. */
import type { FoundTrace } from '../api/answers.ts';
import { logTicks, timeTicks } from '../format/ticks.ts';

export interface Dot {
  readonly trace: FoundTrace;
  /** Shares of the plot's width and height, from its left and its top. */
  readonly x: number;
  readonly y: number;
}

export interface Scatter {
  readonly dots: readonly Dot[];
  readonly times: readonly { readonly ms: number; readonly x: number }[];
  readonly durations: readonly { readonly ns: number; readonly y: number }[];
}

const MARGIN = 0.04;

/** Durations on a logarithmic scale, since they differ by factors. `offsetMs` is the time zone's. */
export function scatter(traces: readonly FoundTrace[], offsetMs: number): Scatter {
  if (traces.length === 0) return { dots: [], times: [], durations: [] };
  const starts = traces.map(({ startNs }) => Number(BigInt(startNs) / 1000n) / 1000);
  const durations = traces.map(({ durationNs }) => Math.max(1, Number(durationNs)));
  const time = widened(Math.min(...starts), Math.max(...starts), 1000);
  const [low, high] = [Math.min(...durations) / 1.3, Math.max(...durations) * 1.3];
  const log = { from: Math.log(low), to: Math.log(high) };
  const xOf = (ms: number): number => (ms - time.from) / (time.to - time.from);
  const yOf = (ns: number): number => 1 - (Math.log(ns) - log.from) / (log.to - log.from);
  return {
    dots: traces.map((trace, i) => ({ trace, x: xOf(starts[i] ?? 0), y: yOf(durations[i] ?? 1) })),
    times: timeTicks(time.from, time.to, 6, offsetMs).map((ms) => ({ ms, x: xOf(ms) })),
    durations: logTicks(low, high).map((ns) => ({ ns, y: yOf(ns) })),
  };
}

function widened(from: number, to: number, least: number): { from: number; to: number } {
  const margin = Math.max(least, (to - from) * MARGIN);
  return { from: from - margin, to: to + margin };
}
