/** Puts a trace together span by span: ids, times, and when each span is to be sent. */
import { STATUS_ERROR } from '../../../services/core/otlp/fields.ts';
import type { LedgerSpan } from '../ledger.ts';

export interface PlannedSpan extends LedgerSpan {
  readonly traceState: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Sent as long after the trace was begun. */
  readonly afterMs: number;
}

export interface SpanPlan {
  /** What metrics are to call it, where that differs from its name. */
  readonly operation?: string;
  readonly isError?: boolean;
  readonly durationMs?: number;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly peer?: string;
  readonly peerType?: LedgerSpan['peerType'];
  readonly afterMs?: number;
}

/** How the spans of a trace were sampled before they came. */
export interface Sampling {
  readonly traceState: string;
  readonly weight: number;
}

export const UNSAMPLED: Sampling = { traceState: '', weight: 1 };

export interface TraceSetup {
  readonly traceId: string;
  readonly startMs: number;
  readonly random: () => number;
  readonly sampling: Sampling;
  /** Of each service, in ms. */
  readonly skewOf: (service: string) => number;
}

const MAX_DURATION_MS = 200;

export class TraceBuilder {
  readonly spans: PlannedSpan[] = [];
  readonly random: () => number;
  private readonly setup: TraceSetup;

  constructor(setup: TraceSetup) {
    this.setup = setup;
    this.random = setup.random;
  }

  /** `parent` is null for a root, or the id of a span, of this trace or of nowhere. */
  add(service: string, parent: PlannedSpan | string | null, name: string, kind: number, plan: SpanPlan = {}) {
    const { traceId, startMs, sampling, skewOf, random } = this.setup;
    const number = this.spans.length + 1;
    const span: PlannedSpan = {
      traceId,
      spanId: traceId.slice(-10) + hex(number, 6),
      parentId: parent === null ? '' : typeof parent === 'string' ? parent : parent.spanId,
      service,
      name,
      operation: plan.operation ?? name,
      kind,
      status: plan.isError === true ? STATUS_ERROR : 0,
      startMs: startMs + number + skewOf(service),
      durationMs: plan.durationMs ?? 1 + Math.floor(random() * MAX_DURATION_MS),
      weight: sampling.weight,
      traceState: sampling.traceState,
      attributes: plan.attributes ?? {},
      peer: plan.peer ?? '',
      peerType: plan.peerType ?? '',
      afterMs: plan.afterMs ?? 0,
    };
    this.spans.push(span);
    return span;
  }
}

export const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
