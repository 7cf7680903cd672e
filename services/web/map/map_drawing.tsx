import { formatDuration } from '../format/duration.ts';
import { formatRate, formatShare } from '../format/number.ts';
import { follow } from '../router/link.tsx';
import { useAddress } from '../router/use_address.ts';
import { rangeOf, servicePath } from '../router/view.ts';
import { useWidth } from '../ui/use_width.ts';
import { edgePath, edgeWidth, type MapLayout, type PlacedEdge, type PlacedNode } from './map_layout.ts';
import { NodeShape } from './node_shape.tsx';

/** From this share of failing calls on, a line is red. */
const FAILING = 0.01;

export function MapDrawing({ layout, zoom }: { readonly layout: MapLayout; readonly zoom: number | null }) {
  const [place, width] = useWidth<HTMLDivElement>();
  const room = { width, height: innerHeight * 0.72 };
  const fitting = Math.max(0.5, Math.min(1.25, room.width / layout.width, room.height / layout.height));
  const scale = zoom ?? fitting;
  const most = Math.max(1, ...layout.edges.map(({ edge }) => edge.calls));
  return (
    <div className="map-place" ref={place} tabIndex={0} role="region" aria-label="Drawing of the map">
      <svg
        width={layout.width * scale}
        height={layout.height * scale}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        role="group"
        aria-label="Services and the calls between them"
      >
        <defs>
          {['plain', 'failing'].map((kind) => (
            <marker
              key={kind}
              id={`arrow-${kind}`}
              className={`arrow ${kind}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="9"
              markerHeight="9"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 0.5L8 4L0 7.5z" />
            </marker>
          ))}
        </defs>
        {layout.edges.map((placed) => (
          <Edge
            key={`${placed.edge.client}>${placed.edge.server}>${placed.edge.connectionType}`}
            placed={placed}
            most={most}
          />
        ))}
        {layout.nodes.map((placed) => (
          <Node key={placed.node.name} placed={placed} />
        ))}
      </svg>
    </div>
  );
}

function Edge({
  placed: { edge, points, x, y },
  most,
}: {
  readonly placed: PlacedEdge;
  readonly most: number;
}) {
  const failing = (edge.errorRate ?? 0) > FAILING;
  const durations = edge.serverDurations ?? edge.clientDurations;
  return (
    <g className={failing ? 'edge failing' : 'edge'} aria-hidden="true">
      <path
        className="edge-line"
        d={edgePath(points)}
        strokeWidth={edgeWidth(edge.calls, most)}
        markerEnd={`url(#arrow-${failing ? 'failing' : 'plain'})`}
        {...(edge.connectionType === 'messaging' && { strokeDasharray: '7 4' })}
      />
      <text x={x} y={y - 16} textAnchor="middle">
        {formatRate(edge.callsPerSecond)}
        {failing && <tspan className="edge-errors"> {formatShare(edge.errorRate ?? 0)}</tspan>}
      </text>
      {durations !== null && (
        <text className="edge-duration" x={x} y={y - 5} textAnchor="middle">
          p95 {formatDuration(durations.p95Ns)}
        </text>
      )}
    </g>
  );
}

function Node({ placed }: { readonly placed: PlacedNode }) {
  const { node, x, y, width, height } = placed;
  const range = rangeOf(useAddress().search);
  const href = servicePath(node.name, range);
  const label = `${node.name}, ${node.kind}`;
  // The lid of a drum takes its room.
  const down = node.kind === 'database' ? 5 : 0;
  const shape = (
    <g transform={`translate(${x} ${y})`}>
      <NodeShape kind={node.kind} width={width} height={height} />
      <text className="node-name" textAnchor="middle" y={down - 1}>
        {node.name.length > 26 ? `${node.name.slice(0, 25)}…` : node.name}
      </text>
      <text className="node-note" textAnchor="middle" y={down + 14}>
        {noteOf(placed)}
      </text>
      <title>{label}</title>
    </g>
  );
  if (node.kind !== 'service') return <g className="node">{shape}</g>;
  return (
    <a className="node" href={href} aria-label={label} onClick={(event) => follow(event, href)}>
      {shape}
    </a>
  );
}

function noteOf({ node, ownCallsPerSecond }: PlacedNode): string {
  if (ownCallsPerSecond > 0) return `calls itself ${formatRate(ownCallsPerSecond)}`;
  if (node.calls === 0) return 'begins traces';
  return node.errors > 0 ? `${formatShare(node.errors / node.calls)} errors` : node.kind;
}
