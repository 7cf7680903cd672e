/**
 * What the APIs of other tools ask of the store, in terms that none of them owns. ClickHouse stands behind it
 * (clickhouse_foreign_store.ts). All throw StoreError, or what `signal` was aborted with.
 */
import type { TimeRange } from '../store.ts';
import type { StoredSpan } from '../trace_answer.ts';
import type { SpanSearch } from './span_search.ts';

export interface TraceSpan extends StoredSpan {
  /** 32 hex digits. */
  readonly traceId: string;
  /** W3C trace flags and OTLP context flags, as received. */
  readonly flags: number;
}

/** What the merged summaries say of a trace. */
export interface TraceFacts {
  readonly traceId: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly spans: number;
  readonly errors: number;
  /** Empty while the root has not arrived. */
  readonly rootService: string;
  readonly rootName: string;
}

export interface ForeignTrace {
  readonly facts: TraceFacts;
  /** Never empty; earliest first. */
  readonly spans: readonly TraceSpan[];
  /** Whether the trace has more spans than are answered. */
  readonly truncated: boolean;
}

export interface Operation {
  /** Templated. */
  readonly name: string;
  /** Server, Client, Producer, Consumer, Internal, Unspecified. */
  readonly kind: string;
}

export interface ServiceEdge {
  readonly client: string;
  readonly server: string;
  readonly calls: number;
  readonly errors: number;
}

export interface ForeignStore {
  /** In the order of the ids (32 hex digits); what is not stored is left out. */
  traces(tenant: string, traceIds: readonly string[], signal: AbortSignal): Promise<ForeignTrace[]>;
  facts(tenant: string, traceIds: readonly string[], signal: AbortSignal): Promise<TraceFacts[]>;
  /** Ids of the traces whose matching spans are the newest, newest first. */
  find(search: SpanSearch, signal: AbortSignal): Promise<string[]>;
  /** Seen within the last 30 days, in order of the alphabet; so are the operations. */
  services(tenant: string, signal: AbortSignal): Promise<string[]>;
  operations(tenant: string, service: string, signal: AbortSignal): Promise<Operation[]>;
  edges(tenant: string, range: TimeRange, signal: AbortSignal): Promise<ServiceEdge[]>;
}
