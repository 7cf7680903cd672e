/** The rows of a comparison; only those in sight are in the document. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { formatDuration } from '../format/duration.ts';
import { serviceHues } from '../format/hues.ts';
import { formatShare } from '../format/number.ts';
import { Link } from '../router/link.tsx';
import { tracePath } from '../router/view.ts';
import { differenceNs, factor, type CompareRow } from './rows.ts';

interface CompareTableProps {
  readonly rows: readonly CompareRow[];
  readonly names: readonly [string, string];
  readonly ids: readonly [string, string | null];
}

const ROW_HEIGHT = 30;

export function CompareTable({ rows, names, ids }: CompareTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const hues = serviceHues(rows.map(({ service }) => service));
  const longest = Math.max(1, ...rows.flatMap(({ leftNs, rightNs }) => [leftNs ?? 0, rightNs ?? 0]));
  return (
    <div
      className="compare-scroller"
      ref={scroller}
      tabIndex={0}
      role="table"
      aria-label="Spans"
      aria-rowcount={rows.length + 1}
    >
      <div role="rowgroup" className="compare-head">
        <div role="row" className="compare-row">
          {[
            'Span',
            `${names[0]} and ${names[1]}`,
            names[0],
            names[1],
            'Difference',
            ids[1] === null ? 'Longer than' : 'Factor',
          ].map((head, i) => (
            <span key={head} role="columnheader" className={i > 1 ? 'number' : ''}>
              {head}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="compare-body" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return row === undefined ? null : (
            <Row
              key={row.key}
              row={row}
              ids={ids}
              hue={hues.get(row.service) ?? 11}
              longest={longest}
              top={item.start}
            />
          );
        })}
      </div>
    </div>
  );
}

interface RowProps {
  readonly row: CompareRow;
  readonly ids: CompareTableProps['ids'];
  readonly hue: number;
  readonly longest: number;
  readonly top: number;
}

function Row({ row, ids, hue, longest, top }: RowProps) {
  const difference = differenceNs(row);
  return (
    <div role="row" className={`compare-row hue-${hue}`} style={{ transform: `translateY(${top}px)` }}>
      <span role="cell" className="compare-name" style={{ paddingLeft: 12 + Math.min(row.depth, 14) * 14 }}>
        <span className="wf-swatch" aria-hidden="true" />
        <strong>{row.service}</strong> {row.operation}
      </span>
      <span role="cell" className="compare-bars" aria-hidden="true">
        <span className="compare-left" style={{ width: width(row.leftNs, longest) }} />
        <span className="compare-right" style={{ width: width(row.rightNs, longest) }} />
      </span>
      <Duration ns={row.leftNs} failed={row.leftFailed} href={hrefOf(ids[0], row.leftSpanId)} />
      <Duration ns={row.rightNs} failed={row.rightFailed} href={hrefOf(ids[1], row.rightSpanId)} />
      <span
        role="cell"
        className={`number ${difference !== null && difference > longest * 0.05 ? 'longer' : 'muted'}`}
      >
        {difference === null ? 'only one' : `${difference > 0 ? '+' : ''}${formatDuration(difference)}`}
      </span>
      <span role="cell" className={`number ${(row.percentile ?? 0) >= 0.95 ? 'longer' : 'muted'}`}>
        {ids[1] === null ? (row.percentile === null ? '–' : formatShare(row.percentile)) : factorText(row)}
      </span>
    </div>
  );
}

interface DurationProps {
  readonly ns: number | null;
  readonly failed: boolean;
  readonly href: string | null;
}

function Duration({ ns, failed, href }: DurationProps) {
  const text = ns === null ? '–' : formatDuration(ns);
  return (
    <span role="cell" className={`number ${failed ? 'error-text' : ''}`}>
      {href === null || ns === null ? text : <Link href={href}>{text}</Link>}
      {failed && <span className="visually-hidden"> error</span>}
    </span>
  );
}

const hrefOf = (traceId: string | null, spanId: string | null): string | null =>
  traceId === null || spanId === null ? null : tracePath(traceId, spanId);

const width = (ns: number | null, longest: number): string => `${((ns ?? 0) / longest) * 100}%`;

function factorText(row: CompareRow): string {
  const value = factor(row);
  return value === null ? '–' : `${value >= 10 ? value.toFixed(0) : value.toFixed(2)}×`;
}
