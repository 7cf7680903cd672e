/**
 * What a stretch of a source partition becomes: spans by partition of our topic, and dead letters for what could not be read.
 *
 * Not for storing it (kafka_receiver_delivery.ts). Nothing of a record is kept: parts and letters are copies. Whatever bytes come,
 * `add` does not throw: a record that brings the converter down is a dead letter like any other, and the next one is read.
 */
import { UNREADABLE_BATCH } from '../core/contracts.ts';
import { RequestTooLargeError } from '../core/otlp/request_limits.ts';
import { FormatError } from '../core/otlp/format_error.ts';
import { invalidSpans } from '../core/otlp/invalid_spans.ts';
import { sizedTraces } from '../core/otlp/sized_traces.ts';
import type { SpanFormat } from '../core/otlp/span_format.ts';
import type { PartitionSpans, RequestSplitter } from '../core/otlp/split_request.ts';
import type { InvalidId } from '../core/otlp/span_view.ts';
import { GrowthError } from '../core/redaction/edits.ts';
import { WireError } from '../core/wire/cursor.ts';
import { letterBytes, toDeadLetter } from '../platform/kafka/dead_letter.ts';
import type { IncomingRecord, OutgoingRecord } from '../platform/kafka/port.ts';

/** Why something went to dead letters: the header `reason`, and the metric label. */
export type LetterReason = typeof UNREADABLE_BATCH | 'malformed_record' | 'too_large' | InvalidId;

export interface ReceivedLetter {
  readonly reason: LetterReason;
  readonly record: OutgoingRecord;
}

export interface ReceivedBatch {
  readonly parts: readonly PartitionSpans[];
  readonly letters: readonly ReceivedLetter[];
  /** Records of the source that are in it. */
  readonly records: number;
  /** Of the last of them; -1 where there is none. */
  readonly lastOffset: number;
  /** Of their values. */
  readonly sourceBytes: number;
  /** In `parts`. */
  readonly spans: number;
  readonly invalid: Readonly<Record<InvalidId, number>>;
  /** Of parts and letters. */
  readonly bytes: number;
}

export interface BatchSource {
  readonly topic: string;
  readonly partition: number;
  readonly format: SpanFormat;
  readonly splitter: RequestSplitter;
  /** What is done to a request before it is split, and before a span of it may become a dead letter. */
  readonly redact?: Redact | null | undefined;
}

/** Throws where the request would grow too large. */
export type Redact = (request: Uint8Array) => Uint8Array;

/** As large as the largest request over HTTP: the topic takes it, also where nothing compresses. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
const NOTHING = new Uint8Array();
const MEANING: Readonly<Record<InvalidId, string>> = {
  invalid_trace_id: 'the trace id is not 16 bytes, or is all zero',
  invalid_span_id: 'the span id is not 8 bytes, or is all zero',
};

export class ReceivedBatchBuilder {
  private readonly source: BatchSource;
  private parts: PartitionSpans[] = [];
  private letters: ReceivedLetter[] = [];
  private records = 0;
  private lastOffset = -1;
  private sourceBytes = 0;
  private spans = 0;
  private invalid = noneInvalid();
  private heldBytes = 0;

  constructor(source: BatchSource) {
    this.source = source;
  }

  get bytes(): number {
    return this.heldBytes;
  }

  get isEmpty(): boolean {
    return this.records === 0;
  }

  /** Takes a record in. `isRefused`: our topic did not take its spans before. */
  add(record: IncomingRecord, isRefused = false): void {
    this.records += 1;
    this.lastOffset = record.offset;
    this.sourceBytes += record.value.length;
    if (record.unreadable !== undefined) {
      this.addUnread(UNREADABLE_BATCH, record.unreadable, record.offset, record.value);
    } else if (isRefused) {
      this.addRefused(record);
    } else if (record.value.length > 0) {
      this.addSpans(record);
    }
  }

  /** What came together; it begins anew. */
  take(): ReceivedBatch {
    const { parts, letters, records, lastOffset, sourceBytes, spans, invalid, heldBytes: bytes } = this;
    this.parts = [];
    this.letters = [];
    this.records = this.sourceBytes = this.spans = this.heldBytes = 0;
    this.invalid = noneInvalid();
    return { parts, letters, records, lastOffset, sourceBytes, spans, invalid, bytes };
  }

  private addSpans({ offset, value }: IncomingRecord): void {
    const traces = this.tracesOf(value, offset);
    if (traces === null) return;
    try {
      const { parts, rejected } = this.source.splitter.split(traces);
      for (const part of parts) this.addPart(part, offset);
      if (rejected.invalid_trace_id + rejected.invalid_span_id > 0) this.addInvalid(traces, rejected, offset);
    } catch (error) {
      this.addUnread(reasonOf(error), messageOf(error), offset, value);
    }
  }

  private addRefused({ offset, value }: IncomingRecord): void {
    const kept = this.source.redact ? this.tracesOf(value, offset) : value;
    if (kept !== null) this.addLetter('too_large', 'the spans topic does not take it', offset, kept);
  }

  /** As OTLP and redacted; null where that is a dead letter. */
  private tracesOf(value: Buffer, offset: number): Uint8Array | null {
    const { format, redact } = this.source;
    try {
      const traces = format.toOtlp(value);
      return redact?.(traces) ?? traces;
    } catch (error) {
      this.addUnread(reasonOf(error), messageOf(error), offset, value);
      return null;
    }
  }

  /** Where a policy is in force, what it could not read may hold what must not be kept: the source has it. */
  private addUnread(reason: LetterReason, problem: string, offset: number, value: Uint8Array): void {
    if (!this.source.redact) this.addLetter(reason, problem, offset, value);
    else
      this.addLetter(reason, `${problem}; left in the source, since it cannot be redacted`, offset, NOTHING);
  }

  private addPart(part: PartitionSpans, offset: number): void {
    if (part.bytes.length <= MAX_RECORD_BYTES) {
      this.keep(part);
      return;
    }
    const { fitting, tooLarge } = sizedTraces(part.bytes, MAX_RECORD_BYTES);
    for (const { spans, bytes } of fitting) this.keep({ partition: part.partition, spans, bytes });
    for (const { bytes } of tooLarge) {
      this.addLetter('too_large', `a record would have ${bytes.length} bytes`, offset, bytes);
    }
  }

  private keep(part: PartitionSpans): void {
    this.parts.push(part);
    this.spans += part.spans;
    this.heldBytes += part.bytes.length;
  }

  private addInvalid(
    traces: Uint8Array,
    rejected: Readonly<Record<InvalidId, number>>,
    offset: number,
  ): void {
    for (const [reason, bytes] of invalidSpans(traces)) {
      this.invalid[reason] += rejected[reason];
      this.addLetter(reason, MEANING[reason], offset, bytes);
    }
  }

  private addLetter(reason: LetterReason, error: string, offset: number, value: Uint8Array): void {
    const { topic, partition } = this.source;
    const record = toDeadLetter({ ...{ reason, error, topic, partition, offset, value }, headers: {} });
    this.letters.push({ reason, record });
    this.heldBytes += letterBytes(record);
  }
}

function noneInvalid(): Record<InvalidId, number> {
  return { invalid_trace_id: 0, invalid_span_id: 0 };
}

/** Of anything else only the kind: its message was not made to be shown. */
function reasonOf(error: unknown): LetterReason {
  return error instanceof GrowthError || error instanceof RequestTooLargeError
    ? 'too_large'
    : 'malformed_record';
}

function messageOf(error: unknown): string {
  if (error instanceof FormatError) return error.message;
  if (error instanceof GrowthError) return 'it is too large once it is redacted';
  if (error instanceof RequestTooLargeError) return error.message;
  if (error instanceof WireError) return `it is no ExportTraceServiceRequest: ${error.message}`;
  return `the converter failed with ${error instanceof Error ? error.name : 'an error'}`;
}
