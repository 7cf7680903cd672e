/**
 * The rules of assembly in the fewest lines, as the design's executable model states them: every rule is a loop over
 * everything. The oracle for services/core/trace/assembly.ts.
 */
import type { AssemblyRules } from '../../services/core/trace/assembly.ts';

export interface ModelSpan {
  readonly trace: number;
  readonly span: number;
  /** The parent's number; null for a root. */
  readonly parent: number | null;
}

export interface ModelRecord {
  readonly appendMs: number;
  readonly spans: readonly ModelSpan[];
  readonly cuts: readonly number[];
}

/** One thing that assembly says, in a form that can be compared. `offset` is the record that made it leave. */
export type Output =
  | { offset: number; trace: number; fragment: number; spans: number[]; reason: string }
  | { offset: number; metrics: [string, number][] };

interface ModelRun {
  lastMs: number;
  known: ModelSpan[];
  unsent: ModelSpan[];
  fragments: number;
}

export class AssemblyModel {
  readonly outputs: Output[] = [];
  private readonly rules: AssemblyRules;
  private streamMs = 0;
  private appendMs = 0;
  private readonly runs = new Map<number, ModelRun>();
  private metrics = new Map<string, number>();

  constructor(rules: AssemblyRules) {
    this.rules = rules;
  }

  read(offset: number, record: ModelRecord): void {
    const { rules } = this;
    const markBefore = Math.floor(this.streamMs / rules.markMs);
    this.streamMs += Math.min(Math.max(record.appendMs - this.appendMs, 0), rules.maxStepMs);
    this.appendMs = Math.max(this.appendMs, record.appendMs);
    for (const [trace, run] of [...this.runs]) {
      if (this.streamMs >= run.lastMs + rules.forgetMs) this.end(offset, trace, run, 'idle');
    }
    for (const [trace, run] of this.runs) {
      const known = new Set(run.known.map((span) => span.span));
      const complete =
        run.known.some((span) => span.parent === null) &&
        run.known.every((span) => span.parent === null || known.has(span.parent));
      const settleMs = complete ? rules.settleCompleteMs : rules.settleMs;
      if (this.streamMs >= run.lastMs + settleMs) this.send(offset, trace, run, 'settled');
    }
    if (Math.floor(this.streamMs / rules.markMs) > markBefore) {
      this.outputs.push({ offset, metrics: [...this.metrics].sort() });
      this.metrics = new Map();
    }
    for (const trace of record.cuts) {
      const run = this.runs.get(trace);
      if (run !== undefined) this.end(offset, trace, run, 'cut');
    }
    for (const span of record.spans) this.take(offset, span);
  }

  private take(offset: number, span: ModelSpan): void {
    const run = this.runs.get(span.trace) ?? { lastMs: 0, known: [], unsent: [], fragments: 0 };
    this.runs.set(span.trace, run);
    run.lastMs = this.streamMs;
    if (run.known.some((known) => known.span === span.span)) return;
    run.known.push(span);
    run.unsent.push(span);
    if (run.unsent.length >= this.rules.maxFragmentSpans) this.send(offset, span.trace, run, 'full');
  }

  private send(offset: number, trace: number, run: ModelRun, reason: string): void {
    if (run.unsent.length === 0) return;
    const spans = run.unsent.map((span) => span.span);
    this.outputs.push({ offset, trace, fragment: run.fragments++, spans, reason });
    this.count(`spans ${trace % 3}`, spans.length);
    run.unsent = [];
  }

  private end(offset: number, trace: number, run: ModelRun, reason: string): void {
    this.send(offset, trace, run, reason);
    this.count('ends', run.known.length);
    this.runs.delete(trace);
  }

  private count(name: string, value: number): void {
    this.metrics.set(name, (this.metrics.get(name) ?? 0) + value);
  }
}
