import type { ReactNode } from 'react';
import type { DeadLetters, Lag, Pipeline } from '../api/pipeline_answer.ts';
import { formatSeconds } from '../format/duration.ts';
import { formatBytes, formatCount } from '../format/number.ts';

interface FigureTableProps {
  readonly title: string;
  readonly heads: readonly string[];
  readonly empty: string;
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
}

/** The first column is the name, the others are figures. */
function FigureTable({ title, heads, empty, rows }: FigureTableProps) {
  return (
    <section className="panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
      </header>
      {rows.length === 0 ? (
        <p className="table-empty muted">{empty}</p>
      ) : (
        <div className="scroll-x">
          <table>
            <thead>
              <tr>
                {heads.map((head, i) => (
                  <th key={head} scope="col" className={i === 0 ? '' : 'number'}>
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ key, cells }) => (
                <tr key={key}>
                  {cells.map((cell, i) => (
                    <td key={heads[i]} className={i === 0 ? 'break' : 'number'}>
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

const secondsOr = (value: number | null): string => (value === null ? '–' : formatSeconds(value));

export function LagTable({ lag }: { readonly lag: readonly Lag[] }) {
  const groups = Map.groupBy(lag, ({ group, topic }) =>
    topic === null ? group : `${group} · ${topic.slice(topic.lastIndexOf('.') + 1)}`,
  );
  return (
    <FigureTable
      title="Lag"
      heads={['Reader', 'Partitions', 'Records', 'Oldest']}
      empty="No reader tells its lag."
      rows={[...groups].map(([name, partitions]) => ({
        key: name,
        cells: [
          name,
          formatCount(partitions.length),
          formatCount(partitions.reduce((sum, { records }) => sum + records, 0)),
          secondsOr(Math.max(...partitions.map(({ seconds }) => seconds ?? 0))),
        ],
      }))}
    />
  );
}

const DELAYS: readonly (readonly [keyof Pipeline['delays'], string])[] = [
  ['transfer', 'Kafka to processor'],
  ['analysis', 'Analysis of a trace'],
  ['commit', 'Commit to Kafka'],
  ['insert', 'Insert into ClickHouse'],
  ['storage', 'Kafka to ClickHouse'],
];

export function DelayTable({ delays }: { readonly delays: Pipeline['delays'] }) {
  return (
    <FigureTable
      title="Delays"
      heads={['Step', 'Median', 'p95', 'p99']}
      empty=""
      rows={DELAYS.map(([name, label]) => ({
        key: name,
        cells: [label, secondsOr(delays[name].p50), secondsOr(delays[name].p95), secondsOr(delays[name].p99)],
      }))}
    />
  );
}

export function DeadLetterTable({ letters }: { readonly letters: readonly DeadLetters[] }) {
  return (
    <FigureTable
      title="Dead letters"
      heads={['Reason', 'By', 'In all']}
      empty="None. What cannot be read or stored is kept in the topic of dead letters, with its reason."
      rows={letters
        .filter(({ total }) => (total ?? 0) > 0)
        .map(({ service, reason, total }) => ({
          key: `${service}/${reason}`,
          cells: [reason, service, <span className="error-text">{formatCount(total ?? 0)}</span>],
        }))}
    />
  );
}

export function ServiceTable({ services }: { readonly services: Pipeline['services'] }) {
  return (
    <FigureTable
      title="Services"
      heads={['Metrics at', 'State']}
      empty="None is asked: set SPANMILL_QUERY_SCRAPE to the services' /metrics, comma-separated."
      rows={services.map(({ url, up, problem }) => ({
        key: url,
        cells: [
          <span className="mono">{url}</span>,
          up ? 'up' : <span className="error-text">{problem ?? 'down'}</span>,
        ],
      }))}
    />
  );
}

export function StorageTable({ storage }: { readonly storage: Pipeline['storage'] }) {
  return (
    <FigureTable
      title="Stored in ClickHouse"
      heads={['Table', 'Rows', 'On disk', 'Per row', 'Parts']}
      empty="ClickHouse does not answer."
      rows={(storage?.tables ?? []).map(({ table, rows, bytes, parts }) => ({
        key: table,
        cells: [
          <span className="mono">{table}</span>,
          formatCount(rows),
          formatBytes(bytes),
          rows === 0 ? '–' : formatBytes(bytes / rows),
          formatCount(parts),
        ],
      }))}
    />
  );
}
