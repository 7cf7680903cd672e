/**
 * What became of one trace, told by the assembly itself: the log of its partition is read again by the code that the processor
 * runs, with a listener that writes down what concerns the trace.
 *
 * Runs do not see each other, so records without the trace are read as ticks: they move the clock and nothing else. Pure, and
 * it decides nothing; reading Kafka is the command's.
 */
import { DEFAULT_METRIC_LIMITS } from '../../core/metrics/limits.ts';
import { TRACE_ID_BYTES } from '../../core/otlp/fields.ts';
import { SpanIndex } from '../../core/otlp/span_index.ts';
import { readSpanView, SpanView } from '../../core/otlp/span_view.ts';
import type { AssemblyListener, RejectedSpans, RejectReason } from '../../core/trace/analysis.ts';
import { Assembly, type AssemblyRules, type LogRecord } from '../../core/trace/assembly.ts';
import { FragmentAnalysis } from '../../core/trace/fragment_analysis.ts';
import { memoryRecordStore } from '../../core/trace/record_store.ts';
import { isRoot, type Fragment, type NodeId, type SpanNode, type SpanTable } from '../../core/trace/run.ts';
import { spanFingerprint } from '../../core/trace/span_fingerprint.ts';
import { int32At, WireError } from '../../core/wire/cursor.ts';
import { keyHex, keyOf64 } from '../../core/wire/keys.ts';
import type { Moment, OpenState, RecordEvent, Story, StoryEvent } from './story.ts';

/** A span of the trace as a record holds it. */
interface SeenSpan extends NodeId, Pick<SpanNode, 'kind' | 'fingerprint'> {
  readonly start: number;
}

/** What is remembered of a run while it is open. */
interface RunNotes {
  readonly records: { readonly event: RecordEvent; readonly seen: readonly SeenSpan[] }[];
  lastMs: number;
  fragments: number;
}

export class TraceReplay {
  private readonly traceId: Buffer;
  private readonly traceKey: string;
  private readonly forgetMs: number;
  private readonly assembly: Assembly;
  private readonly analysis = new FragmentAnalysis(DEFAULT_METRIC_LIMITS);
  private readonly index = new SpanIndex();
  private readonly view = new SpanView();
  private readonly events: StoryEvent[] = [];
  private readonly runs = new Map<string, RunNotes>();
  private readonly open = new Map<string, OpenState>();
  private current: LogRecord | null = null;
  /** Where the spans lie that were not taken of the current record. */
  private readonly rejected = new Set<number>();
  private owes = false;
  private isOver = false;

  /** `traceId` is 16 bytes as latin1. */
  constructor(traceId: string, rules: AssemblyRules) {
    this.traceKey = traceId;
    this.forgetMs = rules.forgetMs;
    this.traceId = Buffer.from(traceId, 'latin1');
    this.assembly = new Assembly(rules, { streamMs: 0, appendMs: 0 }, memoryRecordStore, this.listener());
  }

  /** Reads the next record of the partition. */
  read(record: LogRecord): void {
    const seen = this.seenIn(record);
    const isCut = record.cut !== null && namesTrace(record.cut, this.traceId);
    this.rejected.clear();
    this.current = record;
    const place = this.events.length;
    this.assembly.read(seen === null ? { ...record, value: NOTHING } : record);
    if (isCut) this.events.splice(place, 0, { what: 'cut', ...this.moment(record.tenant) });
    const taken = seen?.filter(({ start }) => !this.rejected.has(start)) ?? [];
    if (taken.length > 0) this.noteRecord(record, taken);
  }

  /** The story up to the last record read. The replay is over afterwards. */
  tell(): Story {
    this.isOver = true;
    // A cut that no log holds ends what is open, so that its spans can be told.
    for (const tenant of this.runs.keys()) {
      const { current } = this;
      if (current === null) break;
      this.current = { ...current, tenant, value: NOTHING, cut: this.traceId };
      this.assembly.read(this.current);
    }
    const { spans, edges } = this.analysis.flush();
    return { events: this.events, open: this.open, owed: { spans, edges } };
  }

  private listener(): AssemblyListener {
    return {
      onFragment: (fragment) => {
        if (fragment.traceId === this.traceKey) this.onFragment(fragment);
      },
      onRunEnd: (tenant, traceId, spans) => {
        if (traceId === this.traceKey) this.onRunEnd(tenant, spans);
      },
      onMark: () => this.onMark(),
      onRejected: (reason, record, spans) => this.onRejected(reason, record, spans),
    };
  }

  private onFragment(fragment: Fragment): void {
    const { tenant, number, reason, spans, known } = fragment;
    this.analysis.analyse(fragment);
    this.owes = true;
    const notes = this.notesOf(tenant);
    const missingParents = missingIn(known);
    const hasRoot = known.nodes.some(isRoot);
    // A full fragment leaves amid the record that fills it.
    const silenceMs = reason === 'full' ? 0 : this.assembly.streamMs - notes.lastMs;
    if (this.isOver) {
      this.open.set(tenant, { unsent: spans.length, missingParents, hasRoot, silenceMs });
      return;
    }
    notes.fragments = number + 1;
    this.events.push({
      ...{ what: 'fragment', ...this.moment(tenant), number, reason, spans: spans.length },
      ...{ hasRoot, missingParents, silenceMs },
    });
  }

  private onRunEnd(tenant: string, spans: SpanTable): void {
    this.analysis.endRun(tenant, spans);
    this.owes = true;
    const notes = this.notesOf(tenant);
    this.runs.delete(tenant);
    countRepeats(notes, spans.nodes);
    const silenceMs = this.assembly.streamMs - notes.lastMs;
    if (this.isOver) {
      if (this.open.has(tenant)) return;
      const hasRoot = spans.nodes.some(isRoot);
      this.open.set(tenant, { unsent: 0, missingParents: missingIn(spans), hasRoot, silenceMs });
      return;
    }
    // Silence ends a run before a cut can.
    const reason = silenceMs >= this.forgetMs ? 'idle' : 'cut';
    const { fragments } = notes;
    this.events.push({
      ...{ what: 'end', ...this.moment(tenant), reason, spans: spans.nodes.length, fragments, silenceMs },
    });
  }

  private onMark(): void {
    if (!this.owes || this.isOver) return;
    this.owes = false;
    const { spans, edges } = this.analysis.flush();
    this.events.push({ what: 'metrics', ...this.moment(''), spans, edges });
  }

  private onRejected(
    reason: RejectReason,
    { value, tenant }: LogRecord,
    rejected: RejectedSpans | null,
  ): void {
    const whole = { start: 0, end: value.length };
    const ours = (rejected?.spans ?? [whole]).filter(({ start, end }) =>
      includes(value.subarray(start, end), this.traceId),
    );
    if (ours.length === 0) return;
    for (const { start } of rejected === null ? [] : ours) this.rejected.add(start);
    this.events.push({ what: 'rejected', ...this.moment(tenant), reason });
  }

  /** After the record was read: it is told before the fragments that it filled. */
  private noteRecord(record: LogRecord, seen: readonly SeenSpan[]): void {
    const { streamMs } = this.assembly;
    const full = this.events.findIndex(
      (event) => event.what === 'fragment' && event.reason === 'full' && event.offset === record.offset,
    );
    const notes = this.notesOf(record.tenant);
    const silenceMs = notes.records.length === 0 ? null : streamMs - notes.lastMs;
    const event: RecordEvent = {
      ...{ what: 'record', ...this.moment(record.tenant), spans: seen.length, repeats: 0, silenceMs },
    };
    notes.lastMs = streamMs;
    notes.records.push({ event, seen });
    this.events.splice(full === -1 ? this.events.length : full, 0, event);
  }

  private notesOf(tenant: string): RunNotes {
    const notes = this.runs.get(tenant) ?? { records: [], lastMs: 0, fragments: 0 };
    this.runs.set(tenant, notes);
    return notes;
  }

  private moment(tenant: string): Moment {
    const { offset = 0, appendMs = 0 } = this.current ?? {};
    return { offset, appendMs, streamMs: this.assembly.streamMs, tenant };
  }

  /** The good spans of the trace in a record; null where its bytes do not hold the trace's id. */
  private seenIn({ value }: LogRecord): SeenSpan[] | null {
    if (!includes(value, this.traceId)) return null;
    const { index, view } = this;
    const seen: SeenSpan[] = [];
    try {
      index.read(value);
    } catch (error) {
      if (error instanceof WireError) return seen;
      throw error;
    }
    const bytes = new DataView(value.buffer, value.byteOffset, value.byteLength);
    for (let i = 0; i < index.count; i++) {
      try {
        readSpanView(view, value, index.start[i] ?? 0, index.end[i] ?? 0);
      } catch (error) {
        if (error instanceof WireError) continue;
        throw error;
      }
      if (view.spanIdEnd - view.spanIdStart !== 8 || !isTrace(view, this.traceId)) continue;
      seen.push({
        start: view.start,
        idLow: int32At(view.buf, view.spanIdStart),
        idHigh: int32At(view.buf, view.spanIdStart + 4),
        kind: view.kind,
        fingerprint: spanFingerprint(bytes, view.start, view.end),
      });
    }
    return seen;
  }
}

const NOTHING = new Uint8Array(0);

/** The run's spans stand in the order they were taken: what a record held beyond them was dropped. */
function countRepeats({ records }: RunNotes, nodes: readonly SpanNode[]): void {
  let next = 0;
  for (const { event, seen } of records) {
    for (const span of seen) {
      const node = nodes[next];
      if (node !== undefined && isSameSpan(node, span)) next++;
      else event.repeats++;
    }
  }
}

function isSameSpan(a: SpanNode, b: SeenSpan): boolean {
  return a.idLow === b.idLow && a.idHigh === b.idHigh && a.kind === b.kind && a.fingerprint === b.fingerprint;
}

function missingIn(known: SpanTable): string[] {
  const missing = new Set<string>();
  for (const node of known.nodes) {
    const { parentLow, parentHigh } = node;
    if (isRoot(node) || known.find(parentLow, parentHigh) !== undefined) continue;
    missing.add(keyHex(keyOf64(parentLow, parentHigh)));
  }
  return [...missing];
}

function isTrace({ buf, traceIdStart, traceIdEnd }: SpanView, traceId: Uint8Array): boolean {
  if (traceIdEnd - traceIdStart !== TRACE_ID_BYTES) return false;
  return traceId.every((byte, i) => buf[traceIdStart + i] === byte);
}

function namesTrace(cut: Uint8Array, traceId: Uint8Array): boolean {
  for (let at = 0; at + TRACE_ID_BYTES <= cut.length; at += TRACE_ID_BYTES) {
    if (traceId.every((byte, i) => cut[at + i] === byte)) return true;
  }
  return false;
}

function includes(bytes: Uint8Array, part: Buffer): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(part);
}
