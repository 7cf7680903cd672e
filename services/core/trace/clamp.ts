/**
 * Wild clocks: a span that says it started days away from when it was received would open a window, or a day's partition in
 * ClickHouse, of its own. Its start is then taken to be the time of receipt, for metrics and for the stored timestamp alike,
 * so that a count over the rows equals the metrics. Its duration stays as it was reported.
 */

/** Spans may come late (a spool drained after an outage), but not older than this. */
export const MAX_AGE_MS = 7 * 24 * 3_600_000;
/** Clocks may be ahead, but not by more than this. */
export const MAX_AHEAD_MS = 3_600_000;

/** Whether a start lies too far from the time of receipt to be believed. `receivedMs` is the AssembledTrace's `received_unix_ms`. */
export function isWildClock(startMs: number, receivedMs: number): boolean {
  return startMs < receivedMs - MAX_AGE_MS || startMs > receivedMs + MAX_AHEAD_MS;
}

/** The start, in Unix milliseconds, that counts: the span's own, or the time of receipt where that is a wild clock. */
export function clampStartMs(startMs: number, receivedMs: number): number {
  return isWildClock(startMs, receivedMs) ? receivedMs : startMs;
}
