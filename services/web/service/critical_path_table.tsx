/** Where the time of traces that begin here goes: in all of them, and in the slowest. */
import { useState } from 'react';
import type { CriticalPaths } from '../api/answers.ts';
import { useAnswer } from '../api/use_answer.ts';
import { serviceHues } from '../format/hues.ts';
import { formatCount, formatShare } from '../format/number.ts';
import { Link } from '../router/link.tsx';
import { servicePath, type Range } from '../router/view.ts';
import { ServiceName } from '../ui/service_name.tsx';

interface CriticalPathTableProps {
  readonly service: string;
  readonly operation: string;
  readonly range: Range;
}

const SHOWN = 12;

export function CriticalPathTable({ service, operation, range }: CriticalPathTableProps) {
  const [all, setAll] = useState(false);
  const { value } = useAnswer<CriticalPaths>('/api/v1/critical-path', { service, operation, ...range });
  // Most services never begin a trace: then there is nothing to say.
  if (value === null || value.steps.length === 0) return null;
  const hues = serviceHues(value.steps.map((step) => step.service));
  return (
    <section className="panel" aria-label="Critical path">
      <header>
        <h2>Critical path of its traces</h2>
        <span className="muted">
          {formatCount(value.all.traces)} traces that begin here; the slowest are{' '}
          {formatCount(value.slowest.traces)}
        </span>
      </header>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Critical path">
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">Operation</th>
              <th scope="col">Share of the time, all traces</th>
              <th scope="col">The slowest 5 %</th>
            </tr>
          </thead>
          <tbody>
            {value.steps.slice(0, all ? undefined : SHOWN).map((step) => (
              <tr key={`${step.service}/${step.operation}`}>
                <td>
                  <Link href={servicePath(step.service, range)}>
                    <ServiceName service={step.service} hue={hues.get(step.service)} />
                  </Link>
                </td>
                <td>{step.operation}</td>
                <td>
                  <ShareBar share={step.all.share} />
                </td>
                <td>
                  <ShareBar share={step.slowest.share} slow />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!all && value.steps.length > SHOWN && (
        <p className="loading">
          <button type="button" className="button small" onClick={() => setAll(true)}>
            All {value.steps.length}
          </button>
        </p>
      )}
    </section>
  );
}

function ShareBar({ share, slow = false }: { readonly share: number | null; readonly slow?: boolean }) {
  return (
    <span className={slow ? 'share-bar slow' : 'share-bar'}>
      <span aria-hidden="true">
        <span style={{ width: `${(share ?? 0) * 100}%` }} />
      </span>
      <span className="number">{share === null ? '–' : formatShare(share)}</span>
    </span>
  );
}
