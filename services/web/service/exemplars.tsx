/** The traces behind what was pointed at. */
import { useEffect, useRef } from 'react';
import type { Exemplars as Answer } from '../api/answers.ts';
import { useAnswer } from '../api/use_answer.ts';
import { formatDuration } from '../format/duration.ts';
import { Link } from '../router/link.tsx';
import { tracePath } from '../router/view.ts';
import { Failure } from '../ui/notice.tsx';
import { exemplarParameters, type Chosen } from './chosen.ts';

interface ExemplarsProps {
  readonly service: string;
  readonly operation: string;
  readonly chosen: Chosen;
  readonly onClose: () => void;
}

export function Exemplars({ service, operation, chosen, onClose }: ExemplarsProps) {
  const { value, error, loading, again } = useAnswer<Answer>(
    '/api/v1/exemplars',
    exemplarParameters(service, operation, chosen),
  );
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus({ preventScroll: false }), [chosen]);
  return (
    <section className="panel exemplars" aria-label="Traces behind the figure" aria-busy={loading}>
      <header>
        <h2 ref={head} tabIndex={-1}>
          {chosen.label}
        </h2>
        <button type="button" className="button small end" onClick={onClose}>
          Close
        </button>
      </header>
      {error !== null && <Failure error={error} again={again} />}
      {!loading && value?.exemplars.length === 0 && (
        <p className="loading">No span of it is stored: its traces were not kept, or have expired.</p>
      )}
      {value !== null && value.exemplars.length > 0 && (
        <div className="scroll-x">
          <table>
            <tbody>
              {value.exemplars.map((exemplar) => (
                <tr key={`${exemplar.traceId}/${exemplar.spanId}`}>
                  <td className="number">{formatDuration(exemplar.durationNs)}</td>
                  <td>
                    <Link href={tracePath(exemplar.traceId, exemplar.spanId)}>{exemplar.operation}</Link>
                  </td>
                  <td className={exemplar.status === 'Error' ? 'error-text' : 'muted'}>{exemplar.status}</td>
                  <td className="muted">{exemplar.kind}</td>
                  <td className="mono muted">{exemplar.traceId}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
