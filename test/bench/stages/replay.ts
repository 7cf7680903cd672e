/**
 * Requests that were made once and are sent over and over: making spans costs more than a collector takes for them. Each time they
 * have ids that were never there, and times that are now.
 */
import { SPAN_END_TIME, SPAN_START_TIME } from '../../../services/core/otlp/fields.ts';
import { SpanIndex } from '../../../services/core/otlp/span_index.ts';
import { readSpanView, SpanView } from '../../../services/core/otlp/span_view.ts';
import { Cursor, readTag, seek, skipValue } from '../../../services/core/wire/cursor.ts';

interface Template {
  readonly bytes: Uint8Array;
  readonly spans: number;
  /** Where trace ids lie, and times. */
  readonly traceIds: readonly number[];
  readonly times: readonly number[];
}

export interface ReplayedRequest {
  readonly bytes: Uint8Array;
  readonly spans: number;
}

const TIME_BYTES = 8;
/** Odd, so that all rounds differ. */
const ROUND_FACTOR = 0x9e37_79b1;

export class Replay {
  private readonly templates: readonly Template[];
  private readonly madeAtMs: number;
  private sent = 0;

  /** The requests' spans began around `madeAtMs`. */
  constructor(requests: readonly Uint8Array[], madeAtMs: number) {
    this.templates = requests.map(templateOf);
    this.madeAtMs = madeAtMs;
  }

  next(nowMs: number): ReplayedRequest {
    const { templates } = this;
    const template = templates[this.sent % templates.length];
    if (template === undefined) throw new Error('no requests to replay');
    const round = Math.imul(Math.floor(this.sent / templates.length), ROUND_FACTOR);
    this.sent++;
    const bytes = template.bytes.slice();
    const view = new DataView(bytes.buffer);
    // The second half of an id chooses the partition; the first is free to tell the rounds apart.
    for (const at of template.traceIds) view.setUint32(at, (view.getUint32(at) ^ round) >>> 0);
    const shiftNs = BigInt(Math.round(nowMs - this.madeAtMs)) * 1_000_000n;
    for (const at of template.times) view.setBigUint64(at, view.getBigUint64(at, true) + shiftNs, true);
    return { bytes, spans: template.spans };
  }
}

function templateOf(bytes: Uint8Array): Template {
  const index = new SpanIndex();
  index.read(bytes);
  const view = new SpanView();
  const traceIds: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < index.count; i++) {
    const [start = 0, end = 0] = [index.start[i], index.end[i]];
    readSpanView(view, bytes, start, end);
    traceIds.push(view.traceIdStart);
    times.push(...timesOf(bytes, start, end));
  }
  return { bytes, spans: index.count, traceIds, times };
}

function timesOf(bytes: Uint8Array, start: number, end: number): number[] {
  const times: number[] = [];
  const cursor = new Cursor(bytes);
  seek(cursor, bytes, start, end);
  while (cursor.pos < end) {
    const tag = readTag(cursor);
    skipValue(cursor, tag);
    if (tag === SPAN_START_TIME || tag === SPAN_END_TIME) times.push(cursor.pos - TIME_BYTES);
  }
  return times;
}
