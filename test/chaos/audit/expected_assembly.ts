/**
 * What one partition's log justifies: which spans are new in which run, and into how many fragments a trace falls. The rules of
 * assembly once more, trace by trace, for whole logs; written apart from services/core/trace/assembly.ts, against which it is
 * used.
 *
 *  - Stream time advances with the append times, by at most `maxStepMs` a record.
 *  - Silence of `forgetMs` ends a run, as does a control record; a span whose bytes the run has is a repetition.
 *  - Unsent spans become a fragment after a silence of `settleMs`, or of `settleCompleteMs` where the root and all parents
 *    are there; at `maxFragmentSpans`; and at the end of the run.
 * Not for fragments that are full by bytes: the load makes none.
 */
import { SpanIndex } from '../../../services/core/otlp/span_index.ts';
import { findInvalidId, hasParent, readSpanView, SpanView } from '../../../services/core/otlp/span_view.ts';
import { TRACE_ID_BYTES } from '../../../services/core/otlp/fields.ts';
import type { AssemblyRules, LogRecord } from '../../../services/core/trace/assembly.ts';
import { WireError } from '../../../services/core/wire/cursor.ts';

export interface LoggedSpan {
  /** Hex. */
  readonly traceId: string;
  readonly spanId: string;
  readonly offset: number;
  readonly appendMs: number;
  readonly streamMs: number;
  /** Offset of the run's first record. */
  readonly run: number;
  readonly isRepeat: boolean;
}

export interface JustifiedFragment {
  readonly traceId: string;
  readonly run: number;
  readonly fragment: number;
  readonly spans: number;
  readonly missingParents: number;
}

export interface ExpectationListener {
  onSpan(span: LoggedSpan): void;
  onFragment(fragment: JustifiedFragment): void;
}

type Rules = Pick<
  AssemblyRules,
  'forgetMs' | 'settleMs' | 'settleCompleteMs' | 'maxStepMs' | 'maxFragmentSpans'
>;

interface Run {
  readonly traceId: string;
  readonly first: number;
  lastMs: number;
  readonly bytes: Set<string>;
  readonly ids: Set<string>;
  readonly awaited: Set<string>;
  hasRoot: boolean;
  unsentParents: string[];
  fragments: number;
}

export class ExpectedAssembly {
  private readonly rules: Rules;
  private readonly listener: ExpectationListener;
  private readonly index = new SpanIndex();
  private readonly view = new SpanView();
  /** By tenant and trace; the one touched last stands last. */
  private readonly runs = new Map<string, Run>();
  private streamMs = 0;
  private appendMs = 0;

  constructor(rules: Rules, listener: ExpectationListener) {
    this.rules = rules;
    this.listener = listener;
  }

  read(record: LogRecord): void {
    this.streamMs += Math.min(Math.max(record.appendMs - this.appendMs, 0), this.rules.maxStepMs);
    this.appendMs = Math.max(this.appendMs, record.appendMs);
    for (const [key, run] of this.runs) {
      if (this.streamMs - run.lastMs < this.rules.forgetMs) break;
      this.end(key, run);
    }
    if (record.cut !== null) this.cut(record.tenant, Buffer.from(record.cut));
    if (record.unreadable !== undefined) return;
    try {
      this.index.read(record.value);
    } catch (error) {
      if (error instanceof WireError) return;
      throw error;
    }
    for (let i = 0; i < this.index.count; i++) {
      if (this.viewSpan(record.value, i)) this.take(record);
    }
  }

  /** What is open will be sent as it stands. */
  finish(): void {
    for (const [key, run] of this.runs) this.end(key, run);
  }

  private viewSpan(value: Uint8Array, i: number): boolean {
    try {
      readSpanView(this.view, value, this.index.start[i] ?? 0, this.index.end[i] ?? 0);
    } catch (error) {
      if (error instanceof WireError) return false;
      throw error;
    }
    return findInvalidId(this.view) === null;
  }

  private take({ offset, appendMs, tenant }: LogRecord): void {
    const { view, streamMs } = this;
    const text = (start: number, end: number, encoding: 'hex' | 'latin1') =>
      Buffer.from(view.buf.buffer, view.buf.byteOffset + start, end - start).toString(encoding);
    const traceId = text(view.traceIdStart, view.traceIdEnd, 'hex');
    const spanId = text(view.spanIdStart, view.spanIdEnd, 'hex');
    const parentId = hasParent(view) ? text(view.parentIdStart, view.parentIdEnd, 'hex') : '';
    const bytes = text(view.start, view.end, 'latin1');
    const run = this.touch(`${tenant} ${traceId}`, traceId, offset);
    const isRepeat = run.bytes.has(bytes);
    this.listener.onSpan({ traceId, spanId, offset, appendMs, streamMs, run: run.first, isRepeat });
    if (isRepeat) return;
    run.bytes.add(bytes);
    run.ids.add(spanId);
    run.awaited.delete(spanId);
    if (parentId === '') run.hasRoot = true;
    else if (!run.ids.has(parentId)) run.awaited.add(parentId);
    run.unsentParents.push(parentId);
    if (run.unsentParents.length >= this.rules.maxFragmentSpans) this.send(run);
  }

  /** The trace's run, with what had settled by now sent. */
  private touch(key: string, traceId: string, offset: number): Run {
    const { streamMs, rules } = this;
    let run = this.runs.get(key);
    if (run === undefined) {
      run = {
        ...{ traceId, first: offset, lastMs: streamMs, hasRoot: false, unsentParents: [], fragments: 0 },
        ...{ bytes: new Set(), ids: new Set(), awaited: new Set() },
      };
    } else {
      const isComplete = run.hasRoot && run.awaited.size === 0;
      const settleMs = isComplete ? rules.settleCompleteMs : rules.settleMs;
      if (streamMs - run.lastMs >= settleMs) this.send(run);
      run.lastMs = streamMs;
      this.runs.delete(key);
    }
    this.runs.set(key, run);
    return run;
  }

  private cut(tenant: string, traceIds: Buffer): void {
    for (let at = 0; at + TRACE_ID_BYTES <= traceIds.length; at += TRACE_ID_BYTES) {
      const key = `${tenant} ${traceIds.toString('hex', at, at + TRACE_ID_BYTES)}`;
      const run = this.runs.get(key);
      if (run !== undefined) this.end(key, run);
    }
  }

  private end(key: string, run: Run): void {
    this.send(run);
    this.runs.delete(key);
  }

  private send(run: Run): void {
    const spans = run.unsentParents.length;
    if (spans === 0) return;
    const missingParents = run.unsentParents.filter((parent) => parent !== '' && !run.ids.has(parent)).length;
    const { traceId, first, fragments } = run;
    this.listener.onFragment({ traceId, run: first, fragment: fragments, spans, missingParents });
    run.fragments++;
    run.unsentParents = [];
  }
}
