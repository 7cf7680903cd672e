/**
 * Calls between services by edge and window, between two marks of stream time. An edge is a client, a server and the type
 * of their connection; its window is that of the client's start, or of the server's where no client is known.
 */
import type { EdgeCall } from '../trace/edges.ts';
import { compareText, OTHER, WINDOW_SECONDS, windowOf } from './deltas.ts';
import type { ServiceEdgeDelta } from './deltas.ts';
import { ExponentialHistogram } from './exponential_histogram.ts';
import type { MetricLimits } from './limits.ts';

class Edge {
  readonly windowStart: number;
  readonly client: string;
  readonly server: string;
  readonly type: string;
  calls = 0;
  errors = 0;
  clientDurationSumNs = 0;
  serverDurationSumNs = 0;
  readonly clientHistogram = new ExponentialHistogram();
  readonly serverHistogram = new ExponentialHistogram();

  constructor(windowStart: number, client: string, server: string, type: string) {
    this.windowStart = windowStart;
    this.client = client;
    this.server = server;
    this.type = type;
  }
}

interface Tenant {
  /** Edges, whatever their windows. */
  readonly names: Set<string>;
  readonly edges: Map<string, Edge>;
}

export class EdgeWindows {
  /** Calls that a limit sent to `__other__` since the last flush. */
  capped = 0;
  private readonly limits: MetricLimits;
  private readonly tenants = new Map<string, Tenant>();

  constructor(limits: MetricLimits) {
    this.limits = limits;
  }

  add(tenant: string, call: EdgeCall): void {
    const { clientEnd, serverEnd } = call;
    const reporting = clientEnd ?? serverEnd;
    if (reporting === null) return;
    const edge = this.edgeOf(tenant, windowOf(reporting.startMs), call);
    const { weight } = reporting;
    edge.calls += weight;
    if (clientEnd?.isError === true || serverEnd?.isError === true) edge.errors += weight;
    if (clientEnd !== null) {
      edge.clientDurationSumNs += clientEnd.durationNs * weight;
      edge.clientHistogram.add(clientEnd.durationNs, weight);
    }
    if (serverEnd !== null) {
      edge.serverDurationSumNs += serverEnd.durationNs * weight;
      edge.serverHistogram.add(serverEnd.durationNs, weight);
    }
  }

  /** What was counted, in a fixed order; starts anew. */
  flush(): ServiceEdgeDelta[] {
    const deltas: ServiceEdgeDelta[] = [];
    for (const [tenant, { edges }] of this.tenants) {
      for (const edge of edges.values()) deltas.push(deltaOf(tenant, edge));
    }
    this.tenants.clear();
    this.capped = 0;
    return deltas.sort(compareDeltas);
  }

  private edgeOf(tenantName: string, windowStart: number, { client, server, type }: EdgeCall): Edge {
    const { limits, tenants } = this;
    const tenant: Tenant = tenants.get(tenantName) ?? { names: new Set(), edges: new Map() };
    tenants.set(tenantName, tenant);
    const { names, edges } = tenant;
    const name = nameOf(client, server, type);
    const key = `${windowStart} ${name}`;
    const known = edges.get(key);
    if (known !== undefined) return known;
    if (edges.size < limits.edgeWindows && (names.has(name) || names.size < limits.edges)) {
      const edge = new Edge(windowStart, client, server, type);
      names.add(name);
      edges.set(key, edge);
      return edge;
    }
    this.capped++;
    const otherKey = `${windowStart} ${nameOf(OTHER, OTHER, type)}`;
    const other = edges.get(otherKey) ?? new Edge(windowStart, OTHER, OTHER, type);
    edges.set(otherKey, other);
    return other;
  }
}

/** Names may hold any character: the length of the first keeps two edges from sharing a key. */
function nameOf(client: string, server: string, type: string): string {
  return `${type} ${client.length} ${client}${server}`;
}

function deltaOf(tenant: string, edge: Edge): ServiceEdgeDelta {
  return {
    tenant,
    windowStart: edge.windowStart,
    stepSeconds: WINDOW_SECONDS,
    client: edge.client,
    server: edge.server,
    connectionType: edge.type,
    calls: edge.calls,
    errors: edge.errors,
    clientDurationSumNs: edge.clientDurationSumNs,
    serverDurationSumNs: edge.serverDurationSumNs,
    clientHistogram: edge.clientHistogram.buckets(),
    serverHistogram: edge.serverHistogram.buckets(),
  };
}

function compareDeltas(a: ServiceEdgeDelta, b: ServiceEdgeDelta): number {
  return (
    compareText(a.tenant, b.tenant) ||
    a.windowStart - b.windowStart ||
    compareText(a.client, b.client) ||
    compareText(a.server, b.server) ||
    compareText(a.connectionType, b.connectionType)
  );
}
