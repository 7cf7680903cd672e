/** The service map: who calls whom, how often, how well. The table below says the same. */
import './map_view.css';
import { useMemo, useState } from 'react';
import type { Graph } from '../api/answers.ts';
import { useAnswer } from '../api/use_answer.ts';
import { plural } from '../format/number.ts';
import { useAddress } from '../router/use_address.ts';
import { rangeOf } from '../router/view.ts';
import { NoData } from '../ui/no_data.tsx';
import { Failure, Loading } from '../ui/notice.tsx';
import { RangePicker } from '../ui/range_picker.tsx';
import { EdgeTable } from './edge_table.tsx';
import { MapDrawing } from './map_drawing.tsx';
import { mapLayout } from './map_layout.ts';

/** More edges than this are no picture any more. */
const MOST_EDGES = 300;

export default function MapView() {
  const range = rangeOf(useAddress().search);
  const { value, error, again } = useAnswer<Graph>('/api/v1/graph', { limit: MOST_EDGES, ...range });
  return (
    <>
      <div className="page-head">
        <h1>Service map</h1>
        {value !== null && (
          <span className="muted">
            {plural(value.nodes.length, 'node')}, {plural(value.edges.length, 'connection')}
          </span>
        )}
        <div className="end">
          <RangePicker />
        </div>
      </div>
      {error !== null && <Failure error={error} again={again} />}
      {value === null && error === null && <Loading what="the map" />}
      {value?.edges.length === 0 && <NoData />}
      {value !== null && value.edges.length > 0 && <LoadedMap graph={value} />}
    </>
  );
}

function LoadedMap({ graph }: { readonly graph: Graph }) {
  const layout = useMemo(() => mapLayout(graph), [graph]);
  const [zoom, setZoom] = useState<number | null>(null);
  return (
    <>
      <section className="panel map-panel" aria-label="Map">
        <header>
          <Legend />
          <span className="segments end" role="group" aria-label="Size">
            <button
              type="button"
              className="button small"
              onClick={() => setZoom(Math.max(0.3, (zoom ?? 1) * 0.8))}
              aria-label="Smaller"
            >
              −
            </button>
            <button
              type="button"
              className="button small"
              aria-pressed={zoom === null}
              onClick={() => setZoom(null)}
            >
              Fit
            </button>
            <button
              type="button"
              className="button small"
              onClick={() => setZoom(Math.min(3, (zoom ?? 1) * 1.25))}
              aria-label="Larger"
            >
              +
            </button>
          </span>
        </header>
        <MapDrawing layout={layout} zoom={zoom} />
      </section>
      <EdgeTable edges={graph.edges} />
    </>
  );
}

function Legend() {
  return (
    <span className="muted map-legend">
      Box: service · drum: database · pipe: queue · dashed: reports no spans. Lines by calls;{' '}
      <span className="error-text">red</span>: over 1 % fail.
    </span>
  );
}
