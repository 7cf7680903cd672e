/**
 * Calls between services by edge and window, between two marks of stream time. An edge is a client, a server and the type
 * of their connection; its window is that of the client's start, or of the server's where no client is known.
 */
import { getOrAdd } from '../get_or_add.ts';
import type { EdgeCall } from '../trace/edges.ts';
import { CONNECTION_TYPES } from '../trace/run.ts';
import { compareText, OTHER, WINDOW_SECONDS, windowOf } from './deltas.ts';
import type { ServiceEdgeDelta } from './deltas.ts';
import { ExponentialHistogram } from './exponential_histogram.ts';
import type { MetricLimits } from './limits.ts';
import { tallyKey, TallyWindows, windowStartOf, type TallyLimits } from './tally_windows.ts';

class Edge {
  calls = 0;
  errors = 0;
  clientDurationSumNs = 0;
  serverDurationSumNs = 0;
  readonly clientHistogram = new ExponentialHistogram();
  readonly serverHistogram = new ExponentialHistogram();
}

const TYPES = CONNECTION_TYPES.length;
type Tenant = TallyWindows<Edge>;
const newTenant = (): Tenant => new TallyWindows(TYPES, () => new Edge());

export class EdgeWindows {
  /** Calls that a limit sent to `__other__` since the last flush. */
  capped = 0;
  private readonly limits: TallyLimits;
  private readonly tenants = new Map<string, Tenant>();

  constructor(limits: MetricLimits) {
    this.limits = { series: limits.edges, windows: limits.edgeWindows };
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
    for (const [tenant, { byName }] of this.tenants) {
      for (const [client, servers] of byName) {
        for (const [server, { tallies }] of servers) {
          for (const [key, edge] of tallies) deltas.push(deltaOf(tenant, client, server, key, edge));
        }
      }
    }
    this.tenants.clear();
    this.capped = 0;
    return deltas.sort(compareDeltas);
  }

  private edgeOf(tenantName: string, windowStart: number, { client, server, type }: EdgeCall): Edge {
    const tenant = getOrAdd(this.tenants, tenantName, newTenant);
    const key = tallyKey(windowStart, CONNECTION_TYPES.indexOf(type), TYPES);
    return (
      tenant.find(client, server, key) ??
      tenant.add(client, server, key, this.limits) ??
      this.other(tenant, key)
    );
  }

  /** Outside all limits: at most one edge for each type and window. */
  private other(tenant: Tenant, key: number): Edge {
    this.capped++;
    return tenant.findOrPut(OTHER, OTHER, key);
  }
}

function deltaOf(tenant: string, client: string, server: string, key: number, edge: Edge): ServiceEdgeDelta {
  return {
    tenant,
    windowStart: windowStartOf(key, TYPES),
    stepSeconds: WINDOW_SECONDS,
    client,
    server,
    connectionType: CONNECTION_TYPES[key % TYPES] ?? 'unknown',
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
