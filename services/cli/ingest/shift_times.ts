/** Moves all timestamps of a TracesData message where they lie: times have a fixed width on the wire. A time of 0 is none. */
import { EVENT_TIME, SPAN_END_TIME, SPAN_EVENTS, SPAN_START_TIME } from '../../core/otlp/fields.ts';
import { SpanIndex } from '../../core/otlp/span_index.ts';
import { advance, Cursor, readLength, readTag, seek, skipValue } from '../../core/wire/cursor.ts';

/** Start or end of the newest span, in Unix nanoseconds; 0 where no span has a time. Throws WireError. */
export function newestTime(traces: Buffer): bigint {
  let newest = 0n;
  forEachTime(traces, (at, isOfSpan) => {
    const time = traces.readBigUInt64LE(at);
    if (isOfSpan && time > newest) newest = time;
  });
  return newest;
}

/** Changes the bytes given. A time that would leave what 64 bits hold stops at the edge. Throws WireError. */
export function shiftTimes(traces: Buffer, byNs: bigint): void {
  forEachTime(traces, (at) => {
    const time = traces.readBigUInt64LE(at);
    if (time !== 0n) traces.writeBigUInt64LE(clamped(time + byNs), at);
  });
}

const MAX_TIME = 2n ** 64n - 1n;
const clamped = (time: bigint): bigint => (time < 1n ? 1n : time > MAX_TIME ? MAX_TIME : time);

function forEachTime(traces: Buffer, visit: (at: number, isOfSpan: boolean) => void): void {
  const index = new SpanIndex();
  index.read(traces);
  const cursor = new Cursor(traces);
  for (let span = 0; span < index.count; span++) {
    const end = index.end[span] ?? 0;
    seek(cursor, traces, index.start[span] ?? 0, end);
    while (cursor.pos < end) {
      const tag = readTag(cursor);
      if (tag === SPAN_START_TIME || tag === SPAN_END_TIME) visit(advance(cursor, 8), true);
      else if (tag === SPAN_EVENTS) forEachEventTime(traces, cursor, visit);
      else skipValue(cursor, tag);
    }
  }
}

function forEachEventTime(
  traces: Buffer,
  span: Cursor,
  visit: (at: number, isOfSpan: boolean) => void,
): void {
  const length = readLength(span);
  const end = span.pos + length;
  const event = new Cursor(traces);
  seek(event, traces, span.pos, end);
  while (event.pos < end) {
    const tag = readTag(event);
    if (tag === EVENT_TIME) visit(advance(event, 8), false);
    else skipValue(event, tag);
  }
  span.pos = end;
}
