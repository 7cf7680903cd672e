/** The head of a trace: name, figures, ids to copy, where else to look, and the warnings. */
import { formatDuration } from '../format/duration.ts';
import { formatMoment } from '../format/moment.ts';
import { plural } from '../format/number.ts';
import type { Trace, TraceWarning } from '../api/trace_answer.ts';
import { Link } from '../router/link.tsx';
import { changeSearch } from '../router/use_address.ts';
import { comparePath } from '../router/view.ts';
import { CopyButton } from '../ui/copy_button.tsx';
import { traceSql } from './sql.ts';

export function TraceHead({ trace }: { readonly trace: Trace }) {
  const { traceId, root, spanCount, errorCount, services, durationNs, startNs } = trace;
  return (
    <div className="trace-head">
      <div className="page-head">
        <h1 className="break">{root === null ? 'Trace without a root' : `${root.service} ${root.name}`}</h1>
        <div className="end trace-actions">
          <Link className="button small" href={comparePath(traceId, 'normal')}>
            Compare with normal
          </Link>
          <Link className="button small" href={comparePath(traceId, '')}>
            Compare with…
          </Link>
        </div>
      </div>
      <dl className="facts">
        <Fact name="Duration">{formatDuration(durationNs)}</Fact>
        <Fact name="Spans">{plural(spanCount, 'span')}</Fact>
        <Fact name="Services">{plural(services.length, 'service')}</Fact>
        <Fact name="Errors">
          <span className={errorCount > 0 ? 'error-text' : ''}>{plural(errorCount, 'error')}</span>
        </Fact>
        <Fact name="Began">{formatMoment(startNs)}</Fact>
        <Fact name="Trace id">
          <code>{traceId}</code> <CopyButton text={traceId} label="Copy the trace id" />
          <CopyButton
            text={traceSql(traceId, startNs, Number(durationNs))}
            label="Copy the SQL that fetches the trace"
            shown="SQL"
          />
        </Fact>
      </dl>
      {trace.warnings.length > 0 && (
        <ul className="warnings" aria-label="Before you trust the picture">
          {trace.warnings.map((warning) => (
            <Warning key={warning.code} warning={warning} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt className="visually-hidden">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Warning({ warning: { message, spanIds } }: { readonly warning: TraceWarning }) {
  return (
    <li>
      {message}
      {spanIds.slice(0, 3).map((spanId) => (
        <button
          key={spanId}
          type="button"
          className="button small quiet mono"
          onClick={() => changeSearch({ span: spanId })}
        >
          {spanId}
        </button>
      ))}
    </li>
  );
}
