/** A service: its calls over time, their latencies, its operations, and where the time of its traces goes. */
import './service_view.css';
import { useState } from 'react';
import type { Heatmap, Operations, Series } from '../api/answers.ts';
import { useAnswer } from '../api/use_answer.ts';
import { useAddress } from '../router/use_address.ts';
import { Link } from '../router/link.tsx';
import { rangeOf, searchPath, servicePath } from '../router/view.ts';
import { Failure, Loading, Notice } from '../ui/notice.tsx';
import { RangePicker } from '../ui/range_picker.tsx';
import type { Chosen } from './chosen.ts';
import { CriticalPathTable } from './critical_path_table.tsx';
import { Exemplars } from './exemplars.tsx';
import { HeatmapPanel } from './heatmap_panel.tsx';
import { OperationTable } from './operation_table.tsx';
import { RedCharts } from './red_charts.tsx';

export default function ServiceView({ service }: { readonly service: string }) {
  const { search } = useAddress();
  const range = rangeOf(search);
  const operation = search.get('operation') ?? '';
  const of = { service, operation, ...range };
  const series = useAnswer<Series>('/api/v1/series', of);
  const heatmap = useAnswer<Heatmap>('/api/v1/heatmap', of);
  const operations = useAnswer<Operations>('/api/v1/operations', { service, ...range });
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const filters = { service, ...(operation !== '' && { operation }) };
  return (
    <>
      <div className="page-head">
        <h1 className="break">
          {service}
          {operation !== '' && <span className="muted"> {operation}</span>}
        </h1>
        {operation !== '' && (
          <Link className="button small" href={servicePath(service, range)}>
            All operations
          </Link>
        )}
        <div className="end service-actions">
          <Link className="button small" href={searchPath(filters, range)}>
            Traces
          </Link>
          <Link className="button small" href={searchPath({ ...filters, status: 'Error' }, range)}>
            Traces with errors
          </Link>
          <RangePicker />
        </div>
      </div>
      {series.error !== null && <Failure error={series.error} again={series.again} />}
      {series.value === null && series.error === null && <Loading what="the charts" />}
      {series.value !== null && <RedCharts series={series.value} onChoose={setChosen} />}
      {chosen !== null && (
        <Exemplars service={service} operation={operation} chosen={chosen} onClose={() => setChosen(null)} />
      )}
      {heatmap.value !== null && heatmap.value.buckets.length > 0 && (
        <HeatmapPanel heatmap={heatmap.value} onChoose={setChosen} />
      )}
      <div className="service-tables">
        {operations.value?.operations.length === 0 && (
          <Notice title="No calls in this time">Look at a longer time.</Notice>
        )}
        {operations.value !== null && operations.value.operations.length > 0 && (
          <OperationTable service={service} range={range} operations={operations.value.operations} />
        )}
        <CriticalPathTable service={service} operation={operation} range={range} />
      </div>
    </>
  );
}
