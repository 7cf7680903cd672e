/** Where the nodes and edges of the service map are drawn. Pure; dagre does the work. */
import {
  Graph as LayoutGraph,
  layout,
  type EdgeLabel,
  type GraphLabel,
  type NodeLabel,
} from '@dagrejs/dagre';
import type { Graph, GraphEdge, GraphNode } from '../api/answers.ts';

export interface PlacedNode {
  readonly node: GraphNode;
  /** Its middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** A line from it to itself would say less than the figure does. */
  readonly ownCallsPerSecond: number;
}

export interface PlacedEdge {
  readonly edge: GraphEdge;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Where its label has place. */
  readonly x: number;
  readonly y: number;
}

export interface MapLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

const [NODE_HEIGHT, CHARACTER, LABEL] = [46, 7.4, { width: 118, height: 30 }];

export function mapLayout({ nodes, edges }: Pick<Graph, 'nodes' | 'edges'>): MapLayout {
  const graph = new LayoutGraph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 26, ranksep: 34, edgesep: 14, marginx: 16, marginy: 16 });
  for (const { name } of nodes) {
    graph.setNode(name, {
      width: Math.max(110, Math.min(230, name.length * CHARACTER + 44)),
      height: NODE_HEIGHT,
    });
  }
  const between = edges.filter(({ client, server }) => client !== server);
  for (const edge of between) {
    graph.setEdge(edge.client, edge.server, { ...LABEL, labelpos: 'c' }, edge.connectionType);
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: nodes.map((node) => {
      const { x = 0, y = 0, width: nodeWidth, height: nodeHeight } = graph.node(node.name);
      return {
        node,
        x,
        y,
        width: nodeWidth,
        height: nodeHeight,
        ownCallsPerSecond: ownCalls(edges, node.name),
      };
    }),
    edges: between.map((edge) => {
      const placed = graph.edge({ v: edge.client, w: edge.server, name: edge.connectionType });
      return { edge, points: placed.points ?? [], x: placed.x ?? 0, y: placed.y ?? 0 };
    }),
  };
}

function ownCalls(edges: Graph['edges'], name: string): number {
  return edges
    .filter(({ client, server }) => client === name && server === name)
    .reduce((sum, { callsPerSecond }) => sum + callsPerSecond, 0);
}

/** A smooth line through the points: each inner one bends it towards itself. */
export function edgePath(points: PlacedEdge['points']): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (first === undefined || last === undefined) return '';
  let path = `M${at(first)}`;
  for (const [i, point] of rest.entries()) {
    const next = rest[i + 1];
    const end = next === undefined ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    path += `Q${at(point)} ${at(end)}`;
  }
  return rest.length === 0 ? `${path}L${at(last)}` : path;
}

const at = ({ x, y }: { x: number; y: number }): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** From 1 to 5 pixels by the number of calls, logarithmically: rates differ by factors. */
export function edgeWidth(calls: number, most: number): number {
  if (calls <= 1 || most <= 1) return 1.2;
  return 1.2 + 3.4 * (Math.log(calls) / Math.log(most));
}
