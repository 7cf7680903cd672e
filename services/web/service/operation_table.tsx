/** The operations of a service: sorted by what the reader chooses. */
import { useState } from 'react';
import type { Operation } from '../api/answers.ts';
import { formatDuration } from '../format/duration.ts';
import { Link } from '../router/link.tsx';
import { servicePath, tracePath, type Range } from '../router/view.ts';
import { RedCells, RedHeads } from '../ui/red_cells.tsx';
import { Sparkline } from '../ui/sparkline.tsx';

interface OperationTableProps {
  readonly service: string;
  readonly range: Range;
  readonly operations: readonly Operation[];
}

const SORTS: readonly { label: string; by: (operation: Operation) => number }[] = [
  { label: 'Slowest', by: ({ p95Ns }) => p95Ns ?? 0 },
  { label: 'Most calls', by: ({ calls }) => calls },
  { label: 'Most errors', by: ({ errors }) => errors },
  { label: 'Most waited for', by: ({ criticalPathNs }) => criticalPathNs },
];
const SHOWN = 25;

export function OperationTable({ service, range, operations }: OperationTableProps) {
  const [sort, setSort] = useState(0);
  const [all, setAll] = useState(false);
  const by = SORTS[sort]?.by ?? (() => 0);
  const sorted = [...operations].sort((a, b) => by(b) - by(a));
  return (
    <section className="panel" aria-label="Operations">
      <header>
        <h2>Operations</h2>
        <span className="segments end" role="group" aria-label="Order">
          {SORTS.map(({ label }, i) => (
            <button
              key={label}
              type="button"
              className="button small"
              aria-pressed={sort === i}
              onClick={() => setSort(i)}
            >
              {label}
            </button>
          ))}
        </span>
      </header>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Operations">
        <table>
          <thead>
            <tr>
              <th scope="col">Operation</th>
              <th scope="col">Kind</th>
              <th scope="col">Calls over time</th>
              <RedHeads />
              <th scope="col" className="number">
                Waited for
              </th>
              <th scope="col">Traces</th>
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, all ? undefined : SHOWN).map((operation) => (
              <tr key={`${operation.operation}/${operation.kind}`}>
                <th scope="row">
                  <Link href={servicePath(service, range, operation.operation)}>{operation.operation}</Link>
                </th>
                <td className="muted">{operation.kind}</td>
                <td>
                  <Sparkline {...operation.sparkline} />
                </td>
                <RedCells red={operation} />
                <td className="number">{formatDuration(operation.criticalPathNs)}</td>
                <td className="exemplar-links">
                  {operation.slowestTraceId !== null && (
                    <Link href={tracePath(operation.slowestTraceId)}>slowest</Link>
                  )}{' '}
                  {operation.newestErrorTraceId !== null && (
                    <Link href={tracePath(operation.newestErrorTraceId)}>error</Link>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!all && sorted.length > SHOWN && (
        <p className="loading">
          <button type="button" className="button small" onClick={() => setAll(true)}>
            All {sorted.length}
          </button>
        </p>
      )}
    </section>
  );
}
