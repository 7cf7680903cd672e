/** The bar of a span: where it lies in the trace's time, in eighths of a column. */
import type { Glyphs } from './glyphs.ts';

/** A stretch of the trace's time, as shares of its duration. */
export interface BarSpan {
  readonly start: number;
  readonly end: number;
}

/** Exactly `width` columns. The shortest span still shows as a sliver. */
export function renderBar({ start, end }: BarSpan, width: number, glyphs: Glyphs): string {
  const from = eighths(start, width);
  const to = Math.max(from + 1, eighths(end, width));
  const first = Math.min(width - 1, Math.floor(from / 8));
  const last = Math.min(width - 1, Math.ceil(to / 8) - 1);
  const startsLate = from - first * 8 >= 4;
  const lead = ' '.repeat(first);
  const trail = ' '.repeat(width - 1 - last);
  if (first === last) return lead + singleCell(to - from, startsLate, glyphs) + trail;
  const head = startsLate ? glyphs.rightHalf : glyphs.full;
  const tail = fromLeft(to - last * 8, glyphs);
  return lead + head + glyphs.full.repeat(last - first - 1) + tail + trail;
}

function singleCell(filled: number, startsLate: boolean, glyphs: Glyphs): string {
  if (!startsLate) return fromLeft(filled, glyphs);
  return filled > 1 ? glyphs.rightHalf : glyphs.rightEdge;
}

function fromLeft(filled: number, glyphs: Glyphs): string {
  return glyphs.fromLeft[Math.min(8, Math.max(1, filled)) - 1] ?? glyphs.full;
}

function eighths(share: number, width: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * width * 8);
}
