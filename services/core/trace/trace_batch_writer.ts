/**
 * Collects the fragments of one commit into a TraceBatch (layout: trace_batch_reader.ts).
 *
 * Each header is written once, known again by its object; spans are copied byte for byte when they are added, for a fragment
 * is good during that call only. Owns its buffers and keeps them from batch to batch.
 */
import { DEFAULT_TENANT } from '../contracts.ts';
import { KEEP_ALL } from '../sampling/decision.ts';
import type { SamplingDecision } from '../sampling/decision.ts';
import {
  reserve,
  varint32Size,
  WireWriter,
  writeBytes,
  writeFixed64,
  writeFixed64Halves,
  writeLengthField,
  writeTextField,
  writeVarint32,
  writeVarint53,
} from '../wire/writer.ts';
import * as fields from './batch_fields.ts';
import type { Fragment, SpanHeader } from './run.ts';
import type { PathStep, TraceSummary } from './summary.ts';

export class TraceBatchWriter {
  private readonly batch = new WireWriter();
  /** One for each level of nesting whose length has to be known before it is written. */
  private readonly trace = new WireWriter();
  private readonly part = new WireWriter();
  private readonly step = new WireWriter();
  private positions = new Map<SpanHeader, number>();

  /** Bytes of the batch as it stands. */
  get byteLength(): number {
    return this.batch.pos;
  }

  get isEmpty(): boolean {
    return this.batch.pos === 0;
  }

  add(fragment: Fragment, summary: TraceSummary, sampling: SamplingDecision = KEEP_ALL): void {
    const { trace, batch } = this;
    this.writeFields(fragment, summary, sampling);
    let bytes = trace.pos;
    for (const { start, end } of fragment.spans) bytes += 1 + varint32Size(end - start) + end - start;
    writeVarint32(batch, fields.BATCH_TRACES);
    writeVarint32(batch, bytes);
    writeBytes(batch, trace.buf, 0, trace.pos);
    for (const span of fragment.spans) {
      writeLengthField(batch, fields.TRACE_SPANS, span.buf, span.start, span.end);
    }
  }

  /** The batch, good until the next trace is added: the writer starts a new one over it. */
  take(): Uint8Array {
    const { batch } = this;
    const bytes = batch.buf.subarray(0, batch.pos);
    batch.reset();
    this.positions = new Map();
    return bytes;
  }

  /** Everything of a trace but its spans, into `this.trace`. */
  private writeFields(fragment: Fragment, summary: TraceSummary, sampling: SamplingDecision): void {
    const { trace, part } = this;
    trace.reset();
    writeId(trace, fields.TRACE_ID, fragment.traceId);
    if (fragment.tenant !== DEFAULT_TENANT) writeTextField(trace, fields.TRACE_TENANT, fragment.tenant);
    if (fragment.number > 0) writeNumber(trace, fields.TRACE_FRAGMENT, fragment.number);
    writeNumber(trace, fields.TRACE_REASON, fields.reasonNumber(fragment.reason));
    writeNumber(trace, fields.TRACE_RECEIVED, fragment.receivedMs);
    this.writeSummary(summary);
    writeLengthField(trace, fields.TRACE_SUMMARY, part.buf, 0, part.pos);
    this.writeSampling(sampling);
    writeLengthField(trace, fields.TRACE_SAMPLING, part.buf, 0, part.pos);
    part.reset();
    for (const { header } of fragment.spans) writeVarint32(part, this.positionOf(header));
    writeLengthField(trace, fields.TRACE_SPAN_HEADERS, part.buf, 0, part.pos);
  }

  private writeSummary(summary: TraceSummary): void {
    const { part } = this;
    part.reset();
    writeVarint32(part, fields.SUMMARY_START);
    writeFixed64Halves(part, summary.start.low, summary.start.high);
    writeVarint32(part, fields.SUMMARY_END);
    writeFixed64Halves(part, summary.end.low, summary.end.high);
    writeNumber(part, fields.SUMMARY_SPANS, summary.spans);
    if (summary.errors > 0) writeNumber(part, fields.SUMMARY_ERRORS, summary.errors);
    if (summary.rootService !== '') writeTextField(part, fields.SUMMARY_ROOT_SERVICE, summary.rootService);
    if (summary.rootName !== '') writeTextField(part, fields.SUMMARY_ROOT_NAME, summary.rootName);
    if (summary.rootDurationNs > 0) writeNs(part, fields.SUMMARY_ROOT_DURATION, summary.rootDurationNs);
    for (const service of summary.services) writeTextField(part, fields.SUMMARY_SERVICES, service);
    for (const step of summary.criticalPath) this.writeStep(step);
    if (summary.missingParents > 0) writeNumber(part, fields.SUMMARY_MISSING_PARENTS, summary.missingParents);
  }

  private writeStep({ service, operation, selfTimeNs }: PathStep): void {
    const { step } = this;
    step.reset();
    if (service !== '') writeTextField(step, fields.STEP_SERVICE, service);
    if (operation !== '') writeTextField(step, fields.STEP_OPERATION, operation);
    writeNs(step, fields.STEP_SELF_TIME, selfTimeNs);
    writeLengthField(this.part, fields.SUMMARY_CRITICAL_PATH, step.buf, 0, step.pos);
  }

  private writeSampling({ kept, policy, threshold }: SamplingDecision): void {
    const { part } = this;
    part.reset();
    if (kept) writeNumber(part, fields.SAMPLING_KEPT, 1);
    if (policy !== '') writeTextField(part, fields.SAMPLING_POLICY, policy);
    if (threshold > 0) writeNs(part, fields.SAMPLING_THRESHOLD, threshold);
  }

  /** Which of the batch's headers it is; it is written when it comes up first, before the trace that needs it. */
  private positionOf(header: SpanHeader): number {
    const known = this.positions.get(header);
    if (known !== undefined) return known;
    const { step, batch } = this;
    step.reset();
    writeIfAny(step, fields.HEADER_RESOURCE, header.resource);
    writeIfAny(step, fields.HEADER_RESOURCE_SCHEMA_URL, header.resourceSchemaUrl);
    writeIfAny(step, fields.HEADER_SCOPE, header.scope);
    writeIfAny(step, fields.HEADER_SCOPE_SCHEMA_URL, header.scopeSchemaUrl);
    writeLengthField(batch, fields.BATCH_HEADERS, step.buf, 0, step.pos);
    const position = this.positions.size;
    this.positions.set(header, position);
    return position;
  }
}

/** Longer durations, which only broken clocks give, are written as this: 2^63 ns. */
const MAX_NS = 2 ** 63;

/** Raw bytes that are kept as latin1. */
function writeId(writer: WireWriter, tag: number, id: string): void {
  writeVarint32(writer, tag);
  writeVarint32(writer, id.length);
  reserve(writer, id.length);
  for (let i = 0; i < id.length; i++) writer.buf[writer.pos++] = id.charCodeAt(i);
}

function writeNumber(writer: WireWriter, tag: number, value: number): void {
  writeVarint32(writer, tag);
  writeVarint53(writer, value);
}

function writeNs(writer: WireWriter, tag: number, value: number): void {
  writeVarint32(writer, tag);
  writeFixed64(writer, Math.min(value, MAX_NS));
}

function writeIfAny(writer: WireWriter, tag: number, bytes: Uint8Array): void {
  if (bytes.length > 0) writeLengthField(writer, tag, bytes);
}
