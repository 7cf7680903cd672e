/**
 * One span read where it lies: numbers by value, everything else as offsets.
 *
 *     Span { 1: trace_id  2: span_id  3: trace_state  4: parent_span_id  5: name  6: kind
 *            7: start_time_unix_nano (fixed64)  8: end_time_unix_nano (fixed64)
 *            9: attributes*  11: events*  13: links*  15: Status { 2: message  3: code }  16: flags (fixed32) }
 *
 * One view is reused for all spans of a loop: what a caller keeps, it copies. Repeated fields are not listed here;
 * who needs them walks the span again with `Cursor` (only some spans need it). As protobuf has it, the last of a
 * repeated singular field counts.
 */
import {
  SPAN_ATTRIBUTES,
  SPAN_END_TIME,
  SPAN_FLAGS,
  SPAN_ID_BYTES,
  SPAN_KIND,
  SPAN_NAME,
  SPAN_PARENT_SPAN_ID,
  SPAN_SPAN_ID,
  SPAN_START_TIME,
  SPAN_STATUS,
  SPAN_TRACE_ID,
  SPAN_TRACE_STATE,
  STATUS_CODE,
  STATUS_MESSAGE,
  TRACE_ID_BYTES,
} from './fields.ts';
import {
  advance,
  Cursor,
  readLength,
  readTag,
  readVarint32,
  seek,
  skipRow,
  skipValue,
  uint32At,
} from '../wire/cursor.ts';

export class SpanView {
  buf: Uint8Array = new Uint8Array(0);
  /** The span message is `buf[start, end)`. */
  start = 0;
  end = 0;
  traceIdStart = 0;
  traceIdEnd = 0;
  spanIdStart = 0;
  spanIdEnd = 0;
  parentIdStart = 0;
  parentIdEnd = 0;
  traceStateStart = 0;
  traceStateEnd = 0;
  nameStart = 0;
  nameEnd = 0;
  kind = 0;
  /** Unix time in nanoseconds, as two halves: a double would lose the last 256 ns. */
  startTimeLow = 0;
  startTimeHigh = 0;
  endTimeLow = 0;
  endTimeHigh = 0;
  statusCode = 0;
  statusMessageStart = 0;
  statusMessageEnd = 0;
  flags = 0;
  /** Where the first field begins that is none of these, or the end: attributes, events and links begin no earlier. */
  othersStart = 0;

  readonly cursor = new Cursor(new Uint8Array(0));
}

/** Fills `view` from the span message `buf[start, end)`. Throws WireError where it is none. */
export function readSpanView(view: SpanView, buf: Uint8Array, start: number, end: number): void {
  view.buf = buf;
  view.start = start;
  view.end = end;
  view.traceIdStart = view.traceIdEnd = start;
  view.spanIdStart = view.spanIdEnd = start;
  view.parentIdStart = view.parentIdEnd = start;
  view.traceStateStart = view.traceStateEnd = start;
  view.nameStart = view.nameEnd = start;
  view.kind = 0;
  view.startTimeLow = view.startTimeHigh = 0;
  view.endTimeLow = view.endTimeHigh = 0;
  view.statusCode = 0;
  view.statusMessageStart = view.statusMessageEnd = start;
  view.flags = 0;
  view.othersStart = end;

  const { cursor } = view;
  seek(cursor, buf, start, end);
  while (cursor.pos < end) {
    const at = cursor.pos;
    const tag = readTag(cursor);
    switch (tag) {
      case SPAN_TRACE_ID: {
        const length = readLength(cursor);
        view.traceIdStart = cursor.pos;
        view.traceIdEnd = cursor.pos += length;
        break;
      }
      case SPAN_SPAN_ID: {
        const length = readLength(cursor);
        view.spanIdStart = cursor.pos;
        view.spanIdEnd = cursor.pos += length;
        break;
      }
      case SPAN_TRACE_STATE: {
        const length = readLength(cursor);
        view.traceStateStart = cursor.pos;
        view.traceStateEnd = cursor.pos += length;
        break;
      }
      case SPAN_PARENT_SPAN_ID: {
        const length = readLength(cursor);
        view.parentIdStart = cursor.pos;
        view.parentIdEnd = cursor.pos += length;
        break;
      }
      case SPAN_NAME: {
        const length = readLength(cursor);
        view.nameStart = cursor.pos;
        view.nameEnd = cursor.pos += length;
        break;
      }
      case SPAN_KIND:
        view.kind = readVarint32(cursor) | 0; // enums are signed
        break;
      case SPAN_START_TIME: {
        const time = advance(cursor, 8);
        view.startTimeLow = uint32At(buf, time);
        view.startTimeHigh = uint32At(buf, time + 4);
        break;
      }
      case SPAN_END_TIME: {
        const time = advance(cursor, 8);
        view.endTimeLow = uint32At(buf, time);
        view.endTimeHigh = uint32At(buf, time + 4);
        break;
      }
      case SPAN_STATUS: {
        const length = readLength(cursor);
        readStatus(view, cursor.pos + length);
        break;
      }
      case SPAN_FLAGS:
        view.flags = uint32At(buf, advance(cursor, 4));
        break;
      case SPAN_ATTRIBUTES:
        if (view.othersStart === end) view.othersStart = at;
        skipRow(cursor, tag);
        break;
      default:
        if (view.othersStart === end) view.othersStart = at;
        skipValue(cursor, tag);
    }
  }
}

function readStatus(view: SpanView, end: number): void {
  const { cursor } = view;
  const outerEnd = cursor.end;
  cursor.end = end;
  while (cursor.pos < end) {
    const tag = readTag(cursor);
    if (tag === STATUS_CODE) {
      view.statusCode = readVarint32(cursor) | 0;
    } else if (tag === STATUS_MESSAGE) {
      const length = readLength(cursor);
      view.statusMessageStart = cursor.pos;
      view.statusMessageEnd = cursor.pos += length;
    } else {
      skipValue(cursor, tag);
    }
  }
  cursor.end = outerEnd;
}

/** End minus start in nanoseconds, 0 where a span ends before it starts. Exact below 2^53 (104 days). */
export function durationNs(view: SpanView): number {
  const high = view.endTimeHigh - view.startTimeHigh;
  const duration = high * 0x1_0000_0000 + (view.endTimeLow - view.startTimeLow);
  return duration > 0 ? duration : 0;
}

/** Start in milliseconds since the epoch, with its fraction cut off. */
export function startTimeMs(view: SpanView): number {
  return wholeMs(view.startTimeLow, view.startTimeHigh);
}

/**
 * Nanoseconds in two halves as whole milliseconds. Exact: 2^64 ns do not fit a double, so the halves are divided apart
 * (2^32 ns = 4294 ms and 967296 ns), or the last 128 ns of a window would count in the next one.
 */
export function wholeMs(low: number, high: number): number {
  const restNs = high * 967_296 + low;
  return high * 4_294 + (restNs - (restNs % 1e6)) / 1e6;
}

/** Whether the span has a parent: an id of eight bytes that are not all zero. */
export function hasParent(view: SpanView): boolean {
  return (
    view.parentIdEnd - view.parentIdStart === SPAN_ID_BYTES &&
    !allZero(view.buf, view.parentIdStart, view.parentIdEnd)
  );
}

/** Why a span cannot be taken, or null: the ids that the OTLP specification calls invalid. */
export type InvalidId = 'invalid_trace_id' | 'invalid_span_id';

export function findInvalidId(view: SpanView): InvalidId | null {
  if (
    view.traceIdEnd - view.traceIdStart !== TRACE_ID_BYTES ||
    allZero(view.buf, view.traceIdStart, view.traceIdEnd)
  ) {
    return 'invalid_trace_id';
  }
  if (
    view.spanIdEnd - view.spanIdStart !== SPAN_ID_BYTES ||
    allZero(view.buf, view.spanIdStart, view.spanIdEnd)
  ) {
    return 'invalid_span_id';
  }
  return null;
}

function allZero(buf: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (buf[at] !== 0) return false;
  return true;
}
