/**
 * Records of the traces topic as rows of `otel_traces` and `trace_summaries`.
 *
 * One malformed span among thousands goes to dead letters alone: a record is first appended in one go, and where that fails once
 * more with a way back before each span.
 */
import { ENCODING_HEADER, ENCODING_ZSTD, TENANT_HEADER } from '../core/contracts.ts';
import { singleSpanTracesData } from '../core/otlp/rejected_span.ts';
import {
  BATCH_TRACES,
  TRACE_SPAN_HEADERS,
  TRACE_SPAN_HEADERS_UNPACKED,
  TRACE_SPANS,
} from '../core/trace/batch_fields.ts';
import type { BatchHeader, BatchTrace } from '../core/trace/trace_batch.ts';
import { TraceBatchReader } from '../core/trace/trace_batch_reader.ts';
import { Cursor, readTag, skipValue, WireError } from '../core/wire/cursor.ts';
import { WireWriter, writeBytes, writeLengthField } from '../core/wire/writer.ts';
import { fromZstdSync } from '../platform/zstd.ts';
import { OtelTraces } from './otel_traces.ts';
import type { AppendedRecord, Original, RecordRows, SinkRecord, Unstorable } from './record_rows.ts';
import { TraceSummaries } from './trace_summaries.ts';

/** No processor makes a record as large; what is may be a bomb. */
const MAX_RECORD_BYTES = 128 * 1024 * 1024;
/** Nor one whose rows, with the attributes of its resource in each, are as many bytes. */
const MAX_ROW_BYTES = 256 * 1024 * 1024;

class RowsTooLargeError extends Error {
  override name = 'RowsTooLargeError';
}

export interface TraceLimits {
  readonly maxRecordBytes: number;
  readonly maxRowBytes: number;
}

export const SPANS_TABLE = 0;
export const SUMMARIES_TABLE = 1;

export class TraceRecords implements RecordRows {
  private readonly spans = new OtelTraces();
  private readonly summaries = new TraceSummaries();
  private readonly reader = new TraceBatchReader();
  readonly tables = [this.spans.rows, this.summaries.rows];
  readonly receivedMs: number[] = [];
  private readonly limits: TraceLimits;

  constructor(limits: TraceLimits = { maxRecordBytes: MAX_RECORD_BYTES, maxRowBytes: MAX_ROW_BYTES }) {
    this.limits = limits;
  }

  append(record: SinkRecord): AppendedRecord {
    const { reader } = this;
    const unreadable = this.read(record);
    if (unreadable !== null) return { items: [0, 0], unstorable: [unreadable] };
    const failure = this.appendAllSpans();
    if (failure instanceof RowsTooLargeError) {
      const { offset, value, headers } = record;
      const letter = { reason: 'too_large', error: failure.message, offset, value, headers } as const;
      return { items: [0, 0], unstorable: [letter] };
    }
    const unstorable = failure === null ? [] : this.appendGoodSpans(record);
    for (const trace of reader.traces) {
      this.summaries.append(reader.buf, trace);
      this.receivedMs.push(trace.receivedMs);
    }
    return { items: [reader.spanStart.length, reader.traces.length], unstorable };
  }

  appendItems(record: SinkRecord, table: number, from: number, to: number): void {
    if (this.read(record) !== null) return;
    const { reader } = this;
    if (table === SPANS_TABLE) this.appendGoodSpans(record, from, to);
    else for (const trace of reader.traces.slice(from, to)) this.summaries.append(reader.buf, trace);
  }

  /**
   * Spans as a TracesData for each tenant, summaries (which say whose they are) as a TraceBatch of traces without their spans.
   * Both may simply be strung together.
   */
  originals(record: SinkRecord, table: number, from: number, to: number): Original[] {
    this.read(record);
    if (table === SPANS_TABLE) return this.originalSpans(from, to);
    const { buf } = this.reader;
    const out = new WireWriter();
    for (const { start, end } of traceBodies(buf).slice(from, to)) {
      writeLengthField(out, BATCH_TRACES, withoutSpans(buf, start, end));
    }
    return [{ value: Buffer.from(out.take()), headers: {} }];
  }

  reset(): void {
    for (const table of this.tables) table.reset();
    this.receivedMs.length = 0;
  }

  /** Indexes the record; what is wrong with it, or null. */
  private read(record: SinkRecord): Unstorable | null {
    const encoding = record.headers[ENCODING_HEADER]?.toString();
    const { offset, value, headers } = record;
    if (encoding !== undefined && encoding !== ENCODING_ZSTD) {
      return { reason: 'unknown_encoding', error: `encoding ${encoding}`, offset, value, headers };
    }
    try {
      this.reader.read(encoding === undefined ? value : this.decompress(value));
      this.spans.startHeaders();
      return null;
    } catch (error) {
      return { ...failureOf(error), offset, value, headers };
    }
  }

  private decompress(value: Buffer): Buffer {
    return fromZstdSync(value, this.limits.maxRecordBytes);
  }

  /** Appends every span, or none and says why. */
  private appendAllSpans(): WireError | RowsTooLargeError | null {
    const { spans, reader, limits } = this;
    // Of this record alone: what others in the block are must not decide.
    const most = spans.rows.byteSize + limits.maxRowBytes;
    spans.rows.mark();
    try {
      for (const trace of reader.traces) {
        for (let i = trace.firstSpan; i < trace.endSpan; i++) this.appendSpan(trace, i);
        if (spans.rows.byteSize > most) {
          throw new RowsTooLargeError(`rows of more than ${limits.maxRowBytes} bytes`);
        }
      }
      return null;
    } catch (error) {
      if (!(error instanceof WireError || error instanceof RowsTooLargeError)) throw error;
      spans.rows.rollback();
      spans.startHeaders();
      return error instanceof WireError ? (this.lettersTooLarge() ?? error) : error;
    }
  }

  /** Each malformed span goes to dead letters with its headers: of a large resource that may be more than memory holds. */
  private lettersTooLarge(): RowsTooLargeError | null {
    const { reader, limits } = this;
    let bytes = 0;
    for (const position of reader.spanHeader) {
      const { resourceStart, resourceEnd, scopeStart, scopeEnd } = this.headerAt(position);
      bytes += resourceEnd - resourceStart + scopeEnd - scopeStart;
    }
    if (bytes <= limits.maxRowBytes) return null;
    return new RowsTooLargeError(
      `malformed spans that may be more than ${limits.maxRowBytes} bytes with their headers`,
    );
  }

  private appendGoodSpans(record: SinkRecord, from = 0, to = Infinity): Unstorable[] {
    const { spans, reader } = this;
    const unstorable: Unstorable[] = [];
    for (const trace of reader.traces) {
      const end = Math.min(trace.endSpan, to);
      for (let i = Math.max(trace.firstSpan, from); i < end; i++) {
        spans.rows.mark();
        try {
          this.appendSpan(trace, i);
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
          spans.rows.rollback();
          spans.startHeaders();
          const value = this.originalSpan(i);
          unstorable.push({
            reason: 'malformed_span',
            error: error.message,
            offset: record.offset,
            value,
            headers: tenantHeader(trace.tenant),
          });
        }
      }
    }
    return unstorable;
  }

  private appendSpan(trace: BatchTrace, i: number): void {
    const { buf, spanStart, spanEnd } = this.reader;
    const position = this.reader.spanHeader[i] ?? 0;
    this.spans.append(buf, spanStart[i] ?? 0, spanEnd[i] ?? 0, trace, this.headerAt(position), position);
  }

  private originalSpans(from: number, to: number): Original[] {
    const byTenant = new Map<string, Buffer[]>();
    for (const { tenant, firstSpan, endSpan } of this.reader.traces) {
      const first = Math.max(firstSpan, from);
      const end = Math.min(endSpan, to);
      for (let i = first; i < end; i++) {
        const spans = byTenant.get(tenant) ?? [];
        byTenant.set(tenant, spans);
        spans.push(this.originalSpan(i));
      }
    }
    return [...byTenant].map(([tenant, spans]) => ({
      value: Buffer.concat(spans),
      headers: tenantHeader(tenant),
    }));
  }

  private originalSpan(i: number): Buffer {
    const { buf, spanStart, spanEnd, spanHeader } = this.reader;
    return Buffer.from(
      singleSpanTracesData(buf, this.headerAt(spanHeader[i] ?? 0), spanStart[i] ?? 0, spanEnd[i] ?? 0),
    );
  }

  private headerAt(position: number): BatchHeader {
    const header = this.reader.headers[position];
    if (header === undefined) throw new Error('the reader let a span of no header pass');
    return header;
  }
}

function tenantHeader(tenant: string): Original['headers'] {
  return { [TENANT_HEADER]: Buffer.from(tenant) };
}

/** What node:zlib and the reader throw for bytes that are not what they should be. Anything else is a bug. */
function failureOf(error: unknown): Pick<Unstorable, 'reason' | 'error'> {
  if (error instanceof WireError) return { reason: 'malformed_record', error: error.message };
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_BUFFER_TOO_LARGE') return { reason: 'too_large', error: message };
  if (code?.startsWith('ZSTD_error_') === true || code?.startsWith('Z_') === true) {
    return { reason: 'malformed_record', error: message };
  }
  throw error;
}

/** Where each AssembledTrace of a TraceBatch lies. */
function traceBodies(buf: Uint8Array): { start: number; end: number }[] {
  const bodies: { start: number; end: number }[] = [];
  const cursor = new Cursor(buf);
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    const before = cursor.pos;
    skipValue(cursor, tag);
    if (tag === BATCH_TRACES) bodies.push({ start: bodyStart(buf, before, cursor.pos), end: cursor.pos });
  }
  return bodies;
}

/** Behind the length that stands at `at`. */
function bodyStart(buf: Uint8Array, at: number, end: number): number {
  const cursor = new Cursor(buf, at, end);
  while ((buf[cursor.pos] ?? 0) >= 0x80) cursor.pos++;
  return cursor.pos + 1;
}

/** An AssembledTrace without spans and what refers to them. */
function withoutSpans(buf: Uint8Array, start: number, end: number): Uint8Array {
  const out = new WireWriter();
  const cursor = new Cursor(buf, start, end);
  while (cursor.pos < end) {
    const before = cursor.pos;
    const tag = readTag(cursor);
    skipValue(cursor, tag);
    const isSpans = tag === TRACE_SPANS || tag === TRACE_SPAN_HEADERS || tag === TRACE_SPAN_HEADERS_UNPACKED;
    if (!isSpans) writeBytes(out, buf, before, cursor.pos);
  }
  return out.take();
}
