/**
 * Answers of the query API as the page reads them. Types alone; a test holds them against what the service declares.
 */
export type Nanoseconds = number | string;
export type Attributes = Readonly<Record<string, string>>;

export interface Red {
  readonly calls: number;
  readonly errors: number;
  readonly errorRate: number | null;
  readonly callsPerSecond: number;
  readonly meanNs: number | null;
  readonly p50Ns: number | null;
  readonly p90Ns: number | null;
  readonly p95Ns: number | null;
  readonly p99Ns: number | null;
}

interface Stretch {
  readonly since: string;
  readonly until: string;
  readonly firstPoint: string;
  readonly pointSeconds: number;
  readonly points: number;
}

interface Sparkline {
  readonly sparkline: { readonly calls: readonly number[]; readonly errors: readonly number[] };
}

export interface FoundTrace {
  readonly traceId: string;
  readonly startNs: string;
  readonly durationNs: Nanoseconds;
  readonly root: { readonly service: string; readonly name: string; readonly durationNs: Nanoseconds } | null;
  readonly services: readonly string[];
  readonly spanCount: number;
  readonly errorCount: number;
}

export interface FoundTraces {
  readonly traces: readonly FoundTrace[];
  readonly next: string | null;
}

export interface Service extends Red, Sparkline {
  readonly service: string;
  readonly spans: number;
}

export interface Services extends Stretch {
  readonly services: readonly Service[];
}

export interface Operation extends Red, Sparkline {
  readonly operation: string;
  readonly kind: string;
  readonly spans: number;
  readonly criticalPathNs: number;
  readonly slowestTraceId: string | null;
  readonly newestErrorTraceId: string | null;
}

export interface Operations extends Stretch {
  readonly operations: readonly Operation[];
}

export interface Series extends Stretch {
  readonly series: readonly (Red & { readonly time: string })[];
}

export interface Heatmap extends Stretch {
  readonly buckets: readonly { readonly fromNs: number; readonly toNs: number; readonly calls: number }[];
  readonly cells: readonly { readonly point: number; readonly bucket: number; readonly calls: number }[];
}

export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly service: string;
  readonly operation: string;
  readonly kind: string;
  readonly status: string;
  readonly durationNs: Nanoseconds;
}

export interface Exemplars {
  readonly exemplars: readonly Exemplar[];
}

export type NodeKind = 'service' | 'database' | 'queue' | 'external';

export interface GraphNode {
  readonly name: string;
  readonly kind: NodeKind;
  readonly calls: number;
  readonly errors: number;
  readonly callers: number;
  readonly callees: number;
}

type EdgeDurations = Pick<
  { readonly [K in keyof Red]: number },
  'meanNs' | 'p50Ns' | 'p90Ns' | 'p95Ns' | 'p99Ns'
>;

export interface GraphEdge {
  readonly client: string;
  readonly server: string;
  readonly connectionType: string;
  readonly calls: number;
  readonly errors: number;
  readonly errorRate: number | null;
  readonly callsPerSecond: number;
  readonly clientDurations: EdgeDurations | null;
  readonly serverDurations: EdgeDurations | null;
}

export interface Graph {
  readonly since: string;
  readonly until: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

interface PathShare {
  readonly traces: number;
  readonly timeNs: number;
  readonly share: number | null;
}

export interface CriticalPaths {
  readonly since: string;
  readonly until: string;
  readonly all: { readonly traces: number; readonly timeNs: number };
  readonly slowest: { readonly traces: number; readonly timeNs: number };
  readonly steps: readonly {
    readonly service: string;
    readonly operation: string;
    readonly all: PathShare;
    readonly slowest: PathShare;
  }[];
}

/** `/api/v1/tenants`: for which tenants one may ask, and whose data one gets. */
export interface Tenants {
  readonly tenants: readonly string[];
  readonly tenant: string;
}
