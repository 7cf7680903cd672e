/** `/api/v1/graph`: who calls whom. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import * as parameter from '../declared_parameters.ts';
import type { Edge, GraphStore } from '../graph_store.ts';
import type { Durations } from '../metrics_store.ts';
import { addRoute, rangeOf } from '../route.ts';
import * as shape from '../schema.ts';
import { graphNodes, NODE_KINDS } from '../service_graph.ts';

const NODE = shape.object({
  name: shape.text(),
  kind: shape.choice(NODE_KINDS, 'Only services report spans; the others are known from their callers.'),
  calls: shape.number('Calls to it.'),
  errors: shape.number('Of the calls to it.'),
  callers: shape.integer('Edges that end here.'),
  callees: shape.integer('Edges that begin here.'),
});
const DURATIONS = shape.nullable(
  shape.object({
    meanNs: shape.number(),
    p50Ns: shape.number(),
    p90Ns: shape.number(),
    p95Ns: shape.number(),
    p99Ns: shape.number(),
  }),
  'Null where that end reported no span.',
);
const EDGE = shape.object({
  client: shape.text(),
  server: shape.text(),
  connectionType: shape.text('rpc, messaging, database or unknown.'),
  calls: shape.number(),
  errors: shape.number(),
  errorRate: shape.nullable(shape.number()),
  callsPerSecond: shape.number(),
  clientDurations: DURATIONS,
  serverDurations: DURATIONS,
});
const GRAPH = shape.object({
  since: shape.moment(),
  until: shape.moment(),
  nodes: shape.array(NODE, 'Most calls first.'),
  edges: shape.array(EDGE, 'Most calls first.'),
});
export type GraphAnswer = shape.Infer<typeof GRAPH>;

const GRAPH_ROUTE = {
  path: '/api/v1/graph',
  summary: 'Services, databases, queues and foreign hosts, and the calls between them.',
  parameters: {
    tenant: parameter.TENANT,
    service: parameter.optionalText('Edges at this service alone.'),
    limit: parameter.wholeNumber('Edges, most calls first.', { min: 1, max: 10_000, otherwise: 2000 }),
    since: parameter.since(),
    until: parameter.UNTIL,
  },
  answer: GRAPH,
};

export function graphRoutes(app: FastifyInstance, store: GraphStore, clock: Clock): void {
  addRoute(app, clock, GRAPH_ROUTE, async (asked, { signal }) => {
    const range = rangeOf(asked);
    const graph = await store.graph(asked.tenant, asked.service ?? '', range, asked.limit, signal);
    const seconds = (range.untilMs - range.sinceMs) / 1000;
    return {
      since: new Date(range.sinceMs).toISOString(),
      until: new Date(range.untilMs).toISOString(),
      nodes: graphNodes(graph),
      edges: graph.edges.map((edge) => edgeItem(edge, seconds)),
    };
  });
}

function edgeItem(edge: Edge, seconds: number): shape.Infer<typeof EDGE> {
  const { calls, errors } = edge;
  return {
    ...edge,
    errorRate: calls > 0 ? errors / calls : null,
    callsPerSecond: calls / seconds,
    clientDurations: durationsItem(edge.clientDurations),
    serverDurations: durationsItem(edge.serverDurations),
  };
}

function durationsItem(durations: Durations | null): shape.Infer<typeof DURATIONS> {
  if (durations === null) return null;
  const { mean, p50, p90, p95, p99 } = durations;
  return { meanNs: mean, p50Ns: p50, p90Ns: p90, p95Ns: p95, p99Ns: p99 };
}
