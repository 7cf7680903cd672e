/** The nodes of a service graph, from its edges. Pure. */
import type { Edge, Graph } from './graph_store.ts';

export const NODE_KINDS = ['service', 'database', 'queue', 'external'] as const;

export interface GraphNode {
  readonly name: string;
  readonly kind: (typeof NODE_KINDS)[number];
  /** Calls to it, and those of them that failed. */
  readonly calls: number;
  readonly errors: number;
  /** Edges in and out. */
  readonly callers: number;
  readonly callees: number;
}

/** Most calls first. What reports spans is a service; what else a node is, its connections say. */
export function graphNodes({ edges, services }: Graph): GraphNode[] {
  const nodes = new Map<string, { -readonly [K in keyof GraphNode]: GraphNode[K] }>();
  const node = (name: string, edge: Edge) => {
    const known = nodes.get(name);
    if (known !== undefined) return known;
    const kind = services.has(name) ? 'service' : kindOf(edge);
    const made = { name, kind, calls: 0, errors: 0, callers: 0, callees: 0 };
    nodes.set(name, made);
    return made;
  };
  for (const edge of edges) {
    const server = node(edge.server, edge);
    server.calls += edge.calls;
    server.errors += edge.errors;
    server.callers += 1;
    node(edge.client, edge).callees += 1;
  }
  return [...nodes.values()].sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1));
}

function kindOf({ connectionType }: Edge): GraphNode['kind'] {
  if (connectionType === 'database') return 'database';
  if (connectionType === 'messaging') return 'queue';
  return 'external';
}
