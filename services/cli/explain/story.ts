/** The story of a trace as data: what happened in the log, in order, and what is open where it ends. Not for how it is found out (trace_story.ts). */
import type { ServiceEdgeDelta, SpanMetricDelta } from '../../core/metrics/deltas.ts';
import type { RejectReason } from '../../core/trace/analysis.ts';
import type { CloseReason } from '../../core/trace/run.ts';

/** Where in the log something happened; stream time is the partition's clock. */
export interface Moment {
  readonly offset: number;
  readonly appendMs: number;
  readonly streamMs: number;
  readonly tenant: string;
}

export interface RecordEvent extends Moment {
  readonly what: 'record';
  readonly spans: number;
  /** Spans that were there already, byte for byte: dropped. Set once the run's spans are known. */
  repeats: number;
  /** Stream time since the trace's last record in this run; null for the first. */
  readonly silenceMs: number | null;
}

interface FragmentEvent extends Moment {
  readonly what: 'fragment';
  readonly number: number;
  readonly reason: CloseReason;
  readonly spans: number;
  readonly hasRoot: boolean;
  /** Hex, of the run as it stood. */
  readonly missingParents: readonly string[];
  readonly silenceMs: number;
}

interface EndEvent extends Moment {
  readonly what: 'end';
  readonly reason: CloseReason;
  readonly spans: number;
  readonly fragments: number;
  readonly silenceMs: number;
}

interface CutEvent extends Moment {
  readonly what: 'cut';
}

interface RejectedEvent extends Moment {
  readonly what: 'rejected';
  readonly reason: RejectReason;
}

/** What was counted of the trace since the last mark leaves. */
interface MetricsEvent extends Moment {
  readonly what: 'metrics';
  readonly spans: readonly SpanMetricDelta[];
  readonly edges: readonly ServiceEdgeDelta[];
}

export type StoryEvent = RecordEvent | FragmentEvent | EndEvent | CutEvent | RejectedEvent | MetricsEvent;

export interface OpenState {
  /** Not sent yet. */
  readonly unsent: number;
  readonly missingParents: readonly string[];
  readonly hasRoot: boolean;
  readonly silenceMs: number;
}

export interface Story {
  readonly events: readonly StoryEvent[];
  /** Of the runs that have not ended where the log does, by tenant. */
  readonly open: ReadonlyMap<string, OpenState>;
  /** Counted, and to leave at the next mark; of what is open, as it would be counted now. */
  readonly owed: { readonly spans: readonly SpanMetricDelta[]; readonly edges: readonly ServiceEdgeDelta[] };
}
