/**
 * Reads a TraceBatch where it lies: what stands behind the sink's columns.
 *
 *     TraceBatch     { 1: SpanHeader*  2: AssembledTrace* }
 *     SpanHeader     { 1: Resource  2: resource_schema_url  3: Scope  4: scope_schema_url }
 *     AssembledTrace { 1: trace_id  2: tenant  3: fragment  4: reason  5: received_unix_ms  6: TraceSummary
 *                      7: SamplingDecision  8: span_headers (packed)  9: Span* }
 *
 * Not for what is inside a span (otlp/span_view.ts) or a resource. Spans of all traces lie in three parallel arrays, so that
 * a loop over a batch makes no object a span; a trace knows its stretch of them. Fields may come in any order and unknown ones
 * are skipped. All offsets point into the buffer given to `read` and are good until the next call; the reader keeps
 * its arrays and makes new objects for headers and traces.
 *
 *     reader.read(bytes);
 *     for (const trace of reader.traces)
 *       for (let i = trace.firstSpan; i < trace.endSpan; i++)
 *         readSpanView(view, bytes, reader.spanStart[i], reader.spanEnd[i]);  // under reader.headers[reader.spanHeader[i]]
 */
import { DEFAULT_TENANT } from '../contracts.ts';
import { decodeUtf8, readServiceName } from '../otlp/attributes.ts';
import { TRACE_ID_BYTES } from '../otlp/fields.ts';
import {
  advance,
  Cursor,
  readLength,
  readTag,
  readVarint32,
  readVarint53,
  skipValue,
  submessage,
  uint32At,
  WireError,
} from '../wire/cursor.ts';
import * as fields from './batch_fields.ts';
import { emptyTrace, NOTHING } from './trace_batch.ts';
import type { BatchHeader, BatchPathStep, BatchSummary, BatchTrace, ByteRange } from './trace_batch.ts';

export class TraceBatchReader {
  buf: Uint8Array = new Uint8Array(0);
  readonly headers: BatchHeader[] = [];
  readonly traces: BatchTrace[] = [];
  /** For every span of the batch: its first byte, the byte behind it, and the position of its header. */
  readonly spanStart: number[] = [];
  readonly spanEnd: number[] = [];
  readonly spanHeader: number[] = [];

  /** Indexes `buf[start, end)`. Throws WireError where it is no TraceBatch; the reader's arrays then are of no use. */
  read(buf: Uint8Array, start = 0, end = buf.length): void {
    this.buf = buf;
    this.headers.length = this.traces.length = 0;
    this.spanStart.length = this.spanEnd.length = this.spanHeader.length = 0;
    const cursor = new Cursor(buf, start, end);
    while (cursor.pos < end) {
      const tag = readTag(cursor);
      if (tag === fields.BATCH_TRACES) this.readTrace(submessage(cursor));
      else if (tag === fields.BATCH_HEADERS) this.headers.push(readHeader(submessage(cursor)));
      else skipValue(cursor, tag);
    }
    for (const position of this.spanHeader) {
      if (position >= this.headers.length)
        throw new WireError('span of a header that the batch does not hold');
    }
  }

  private readTrace(cursor: Cursor): void {
    const trace = emptyTrace(cursor.pos, this.spanStart.length);
    let idBytes = 0;
    while (cursor.pos < cursor.end) {
      const tag = readTag(cursor);
      if (tag === fields.TRACE_SPANS) {
        const span = readRange(cursor);
        this.spanStart.push(span.start);
        this.spanEnd.push(span.end);
      } else if (tag === fields.TRACE_SPAN_HEADERS) {
        const packed = submessage(cursor);
        while (packed.pos < packed.end) this.spanHeader.push(readVarint32(packed));
      } else if (tag === fields.TRACE_SPAN_HEADERS_UNPACKED) {
        this.spanHeader.push(readVarint32(cursor));
      } else if (tag === fields.TRACE_ID) {
        const id = readRange(cursor);
        trace.traceIdStart = id.start;
        idBytes = id.end - id.start;
      } else {
        readTraceField(trace, cursor, tag);
      }
    }
    if (idBytes !== TRACE_ID_BYTES) throw new WireError('trace id that is not 16 bytes long');
    trace.endSpan = this.spanStart.length;
    if (this.spanHeader.length !== trace.endSpan) throw new WireError('not one header for each span');
    this.traces.push(trace);
  }
}

/** The UTF-8 text of a range of the batch. */
export function rangeText(buf: Uint8Array, range: ByteRange): string {
  return range.start === range.end ? '' : decodeUtf8(buf, range.start, range.end);
}

function readTraceField(trace: BatchTrace, cursor: Cursor, tag: number): void {
  switch (tag) {
    case fields.TRACE_TENANT: {
      const tenant = rangeText(cursor.buf, readRange(cursor));
      trace.tenant = tenant === '' ? DEFAULT_TENANT : tenant;
      break;
    }
    case fields.TRACE_FRAGMENT:
      trace.fragment = readVarint32(cursor);
      break;
    case fields.TRACE_REASON:
      trace.reason = fields.reasonOf(readVarint32(cursor));
      break;
    case fields.TRACE_RECEIVED:
      trace.receivedMs = readVarint53(cursor);
      break;
    case fields.TRACE_SUMMARY:
      readSummary(trace.summary, submessage(cursor));
      break;
    case fields.TRACE_SAMPLING:
      readSampling(trace, submessage(cursor));
      break;
    default:
      skipValue(cursor, tag);
  }
}

function readSummary(summary: BatchSummary, cursor: Cursor): void {
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    switch (tag) {
      case fields.SUMMARY_START: {
        const at = advance(cursor, 8);
        summary.startTimeLow = uint32At(cursor.buf, at);
        summary.startTimeHigh = uint32At(cursor.buf, at + 4);
        break;
      }
      case fields.SUMMARY_END: {
        const at = advance(cursor, 8);
        summary.endTimeLow = uint32At(cursor.buf, at);
        summary.endTimeHigh = uint32At(cursor.buf, at + 4);
        break;
      }
      case fields.SUMMARY_ROOT_DURATION: {
        const at = advance(cursor, 8);
        summary.rootDurationLow = uint32At(cursor.buf, at);
        summary.rootDurationHigh = uint32At(cursor.buf, at + 4);
        break;
      }
      case fields.SUMMARY_SPANS:
        summary.spans = readVarint32(cursor);
        break;
      case fields.SUMMARY_ERRORS:
        summary.errors = readVarint32(cursor);
        break;
      case fields.SUMMARY_MISSING_PARENTS:
        summary.missingParents = readVarint32(cursor);
        break;
      default:
        readSummaryRange(summary, cursor, tag);
    }
  }
}

function readSummaryRange(summary: BatchSummary, cursor: Cursor, tag: number): void {
  switch (tag) {
    case fields.SUMMARY_ROOT_SERVICE:
      summary.rootService = readRange(cursor);
      break;
    case fields.SUMMARY_ROOT_NAME:
      summary.rootName = readRange(cursor);
      break;
    case fields.SUMMARY_SERVICES:
      summary.services.push(readRange(cursor));
      break;
    case fields.SUMMARY_CRITICAL_PATH:
      summary.criticalPath.push(readStep(submessage(cursor)));
      break;
    default:
      skipValue(cursor, tag);
  }
}

function readStep(cursor: Cursor): BatchPathStep {
  const step = { service: NOTHING, operation: NOTHING, selfTimeLow: 0, selfTimeHigh: 0 };
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    if (tag === fields.STEP_SERVICE) {
      step.service = readRange(cursor);
    } else if (tag === fields.STEP_OPERATION) {
      step.operation = readRange(cursor);
    } else if (tag === fields.STEP_SELF_TIME) {
      const at = advance(cursor, 8);
      step.selfTimeLow = uint32At(cursor.buf, at);
      step.selfTimeHigh = uint32At(cursor.buf, at + 4);
    } else {
      skipValue(cursor, tag);
    }
  }
  return step;
}

function readSampling(trace: BatchTrace, cursor: Cursor): void {
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    if (tag === fields.SAMPLING_KEPT) {
      trace.kept = readVarint32(cursor) !== 0;
    } else if (tag === fields.SAMPLING_POLICY) {
      trace.policy = readRange(cursor);
    } else if (tag === fields.SAMPLING_THRESHOLD) {
      const at = advance(cursor, 8);
      trace.thresholdLow = uint32At(cursor.buf, at);
      trace.thresholdHigh = uint32At(cursor.buf, at + 4);
    } else {
      skipValue(cursor, tag);
    }
  }
}

function readHeader(cursor: Cursor): BatchHeader {
  let resource = NOTHING;
  let resourceSchemaUrl = NOTHING;
  let scope = NOTHING;
  let scopeSchemaUrl = NOTHING;
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    if (tag === fields.HEADER_RESOURCE) resource = readRange(cursor);
    else if (tag === fields.HEADER_RESOURCE_SCHEMA_URL) resourceSchemaUrl = readRange(cursor);
    else if (tag === fields.HEADER_SCOPE) scope = readRange(cursor);
    else if (tag === fields.HEADER_SCOPE_SCHEMA_URL) scopeSchemaUrl = readRange(cursor);
    else skipValue(cursor, tag);
  }
  return {
    resourceStart: resource.start,
    resourceEnd: resource.end,
    resourceSchemaUrlStart: resourceSchemaUrl.start,
    resourceSchemaUrlEnd: resourceSchemaUrl.end,
    scopeStart: scope.start,
    scopeEnd: scope.end,
    scopeSchemaUrlStart: scopeSchemaUrl.start,
    scopeSchemaUrlEnd: scopeSchemaUrl.end,
    service: readServiceName(cursor.buf, resource.start, resource.end),
  };
}

function readRange(cursor: Cursor): ByteRange {
  const length = readLength(cursor);
  const start = cursor.pos;
  cursor.pos += length;
  return { start, end: cursor.pos };
}
