import type { GraphEdge } from '../api/answers.ts';
import { formatDuration } from '../format/duration.ts';
import { formatCount, formatRate, formatShare } from '../format/number.ts';

export function EdgeTable({ edges }: { readonly edges: readonly GraphEdge[] }) {
  return (
    <section className="panel" aria-label="Connections">
      <header>
        <h2>Connections</h2>
      </header>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Connections">
        <table>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">By</th>
              {['Calls', 'Rate', 'Errors', 'Caller p95', 'Callee p95'].map((head) => (
                <th key={head} scope="col" className="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {edges.map((edge) => (
              <tr key={`${edge.client}>${edge.server}>${edge.connectionType}`}>
                <td>{edge.client}</td>
                <td>{edge.server}</td>
                <td className="muted">{edge.connectionType}</td>
                <td className="number">{formatCount(Math.round(edge.calls))}</td>
                <td className="number">{formatRate(edge.callsPerSecond)}</td>
                <td className={`number ${edge.errors > 0 ? 'error-text' : 'muted'}`}>
                  {edge.errorRate === null ? '–' : formatShare(edge.errorRate)}
                </td>
                <td className="number">
                  {edge.clientDurations === null ? '–' : formatDuration(edge.clientDurations.p95Ns)}
                </td>
                <td className="number">
                  {edge.serverDurations === null ? '–' : formatDuration(edge.serverDurations.p95Ns)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
