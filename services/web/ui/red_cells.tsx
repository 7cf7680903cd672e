/** Rate, errors and durations as cells of a table, the same everywhere. */
import type { Red } from '../api/answers.ts';
import { formatDuration } from '../format/duration.ts';
import { formatCount, formatRate, formatShare } from '../format/number.ts';

export function RedHeads() {
  return (
    <>
      {['Calls', 'Rate', 'Errors', 'Median', 'p95', 'p99'].map((head) => (
        <th key={head} scope="col" className="number">
          {head}
        </th>
      ))}
    </>
  );
}

export function RedCells({ red }: { readonly red: Red }) {
  return (
    <>
      <td className="number">{formatCount(Math.round(red.calls))}</td>
      <td className="number">{formatRate(red.callsPerSecond)}</td>
      <td className={`number ${red.errors > 0 ? 'error-text' : 'muted'}`}>
        {red.errorRate === null ? '–' : formatShare(red.errorRate)}
      </td>
      <td className="number">{durationOr(red.p50Ns)}</td>
      <td className="number">{durationOr(red.p95Ns)}</td>
      <td className="number">{durationOr(red.p99Ns)}</td>
    </>
  );
}

const durationOr = (ns: number | null): string => (ns === null ? '–' : formatDuration(ns));
