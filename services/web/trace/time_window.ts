/** The stretch of a trace that is drawn. Pure. */

export interface TimeWindow {
  readonly fromNs: number;
  readonly toNs: number;
}

/** A smaller one shows nothing more: spans are whole nanoseconds. */
const LEAST_NS = 100;

export const wholeWindow = (durationNs: number): TimeWindow => ({ fromNs: 0, toNs: durationNs });

/** In either order, held within the trace. */
export function windowBetween(aNs: number, bNs: number, durationNs: number): TimeWindow {
  const fromNs = Math.max(0, Math.min(aNs, bNs));
  const toNs = Math.min(durationNs, Math.max(aNs, bNs));
  if (toNs - fromNs >= Math.min(LEAST_NS, durationNs)) return { fromNs, toNs };
  const middle = (fromNs + toNs) / 2;
  const start = Math.max(0, Math.min(durationNs - LEAST_NS, middle - LEAST_NS / 2));
  return { fromNs: start, toNs: Math.min(durationNs, start + LEAST_NS) };
}

/** Around a place, by a factor below 1 to see more closely. */
export function zoomed(window: TimeWindow, atNs: number, factor: number, durationNs: number): TimeWindow {
  const fromNs = atNs - (atNs - window.fromNs) * factor;
  const toNs = atNs + (window.toNs - atNs) * factor;
  return windowBetween(fromNs, toNs, durationNs);
}

export function moved(window: TimeWindow, share: number, durationNs: number): TimeWindow {
  const length = window.toNs - window.fromNs;
  const fromNs = Math.max(0, Math.min(durationNs - length, window.fromNs + length * share));
  return { fromNs, toNs: fromNs + length };
}

/** Where a stretch is drawn, as shares of the window's width; null outside it. */
export function placeIn(
  window: TimeWindow,
  fromNs: number,
  toNs: number,
): { left: number; width: number } | null {
  const length = window.toNs - window.fromNs;
  const left = Math.max(0, (fromNs - window.fromNs) / length);
  const right = Math.min(1, (toNs - window.fromNs) / length);
  return right < 0 || left > 1 || right < left ? null : { left, width: right - left };
}

/** Gaps narrower than this share of the width cannot be seen. */
const LEAST_GAP = 0.002;

/**
 * Stretches in order, as they are drawn: those with no gap to be seen between them are one, so that a span with thousands of
 * children costs a few hundred marks and not thousands.
 */
export function placesIn(
  window: TimeWindow,
  stretches: readonly TimeWindow[],
): readonly { readonly left: number; readonly width: number }[] {
  const places: { left: number; width: number }[] = [];
  for (const { fromNs, toNs } of stretches) {
    const place = placeIn(window, fromNs, toNs);
    if (place === null) continue;
    const last = places.at(-1);
    if (last !== undefined && place.left - (last.left + last.width) < LEAST_GAP) {
      last.width = Math.max(last.width, place.left + place.width - last.left);
    } else {
      places.push(place);
    }
  }
  return places;
}
