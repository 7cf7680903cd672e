/** All that is stored of a span, and how it compares with other calls of its operation. */
import './span_details.css';
import type { ReactNode } from 'react';
import type { Normal, Trace } from '../api/trace_answer.ts';
import { useAnswer } from '../api/use_answer.ts';
import { formatDuration } from '../format/duration.ts';
import { formatMoment } from '../format/moment.ts';
import { formatCount, formatShare } from '../format/number.ts';
import { Link } from '../router/link.tsx';
import { DEFAULT_RANGE, servicePath, tracePath } from '../router/view.ts';
import { CopyButton } from '../ui/copy_button.tsx';
import { ServiceName } from '../ui/service_name.tsx';
import { AttributeTable } from './attribute_table.tsx';
import { spanSql } from './sql.ts';
import type { ModelSpan } from './trace_model.ts';

interface SpanDetailsProps {
  readonly trace: Trace;
  readonly chosen: ModelSpan;
  readonly hues: ReadonlyMap<string, number>;
  readonly onClose: () => void;
}

export function SpanDetails({ trace, chosen, hues, onClose }: SpanDetailsProps) {
  const { span } = chosen;
  return (
    <aside className="panel span-details" aria-label="Details of the span">
      <header>
        <h2 className="break">
          <ServiceName service={span.service} hue={hues.get(span.service)} /> {span.name}
        </h2>
        <button type="button" className="button small end" onClick={onClose}>
          Close
        </button>
      </header>
      {span.status === 'Error' && (
        <p className="span-error break">
          {span.statusMessage === '' ? 'Failed, without a message.' : span.statusMessage}
        </p>
      )}
      <Timing trace={trace} chosen={chosen} />
      <Part title="Attributes" empty="None." count={Object.keys(span.attributes).length}>
        <AttributeTable attributes={span.attributes} service={span.service} />
      </Part>
      {span.events.length > 0 && <Events chosen={chosen} />}
      {span.links.length > 0 && <Links chosen={chosen} />}
      <Part title="Resource" empty="None." count={Object.keys(trace.resources[span.resource] ?? {}).length}>
        <AttributeTable attributes={trace.resources[span.resource] ?? {}} service={span.service} ofResource />
      </Part>
      <Part title="Span" empty="" count={1}>
        <dl className="span-facts">
          <Row name="Span id">
            <code>{span.spanId}</code> <CopyButton text={span.spanId} label="Copy the span id" />
          </Row>
          {span.parentSpanId !== null && (
            <Row name="Parent">
              <code>{span.parentSpanId}</code>
            </Row>
          )}
          <Row name="Kind">{span.kind}</Row>
          <Row name="Scope">{span.scope.name === '' ? '–' : `${span.scope.name} ${span.scope.version}`}</Row>
          {span.traceState !== '' && <Row name="Trace state">{span.traceState}</Row>}
          {span.weight !== 1 && <Row name="Stands for">{formatCount(span.weight)} spans</Row>}
        </dl>
        <p className="span-sql">
          <CopyButton
            text={spanSql(trace.traceId, span.spanId, trace.startNs, chosen.startNs)}
            label="Copy the SQL that fetches the span"
            shown="Copy SQL"
          />
          <CopyButton text={JSON.stringify(span, null, 2)} label="Copy the span as JSON" shown="Copy JSON" />
          <Link className="button small quiet" href={servicePath(span.service, DEFAULT_RANGE)}>
            {span.service}
          </Link>
        </p>
      </Part>
    </aside>
  );
}

function Timing({ trace, chosen }: Pick<SpanDetailsProps, 'trace' | 'chosen'>) {
  const { span } = chosen;
  const start = String(BigInt(trace.startNs) + BigInt(Math.round(chosen.startNs)));
  const whole = Number(trace.durationNs);
  return (
    <dl className="span-facts">
      <Row name="Duration">
        <strong>{formatDuration(span.durationNs)}</strong>
        {whole > 0 && <span className="muted"> · {formatShare(chosen.durationNs / whole)} of the trace</span>}
      </Row>
      <Row name="Self time">{formatDuration(span.selfTimeNs)}</Row>
      <Row name="Critical">
        {span.criticalTimeNs === 0 ? (
          <span className="muted">not on the critical path</span>
        ) : (
          formatDuration(span.criticalTimeNs)
        )}
      </Row>
      <Row name="Start">
        +{formatDuration(span.startOffsetNs)} <span className="muted">· {formatMoment(start)}</span>
      </Row>
      {span.reportedStartNs !== null && <Row name="Its clock said">{formatMoment(span.reportedStartNs)}</Row>}
      <AmongOthers traceId={trace.traceId} index={chosen.index} />
    </dl>
  );
}

function AmongOthers({ traceId, index }: { readonly traceId: string; readonly index: number }) {
  const { value } = useAnswer<Normal>(`/api/v1/traces/${traceId}/normal`);
  const normal = value?.spans[index];
  if (normal === undefined) return <Row name="Normal">…</Row>;
  if (normal.calls === 0 || normal.medianNs === null || normal.percentile === null) {
    return (
      <Row name="Normal">
        <span className="muted">no other call in the day before</span>
      </Row>
    );
  }
  return (
    <Row name="Normal">
      {formatDuration(normal.medianNs)}{' '}
      <span className="muted">
        · longer than {formatShare(normal.percentile)} of {formatCount(normal.calls)} calls
      </span>
    </Row>
  );
}

function Events({ chosen: { span, startNs } }: Pick<SpanDetailsProps, 'chosen'>) {
  return (
    <Part title="Events" empty="" count={span.events.length}>
      {span.events.map(({ offsetNs, name, attributes }, i) => (
        <div key={i} className="span-event">
          <h3>
            {name} <span className="muted">+{formatDuration(Number(offsetNs) - startNs)}</span>
          </h3>
          <AttributeTable attributes={attributes} service={null} />
        </div>
      ))}
    </Part>
  );
}

function Links({ chosen: { span } }: Pick<SpanDetailsProps, 'chosen'>) {
  return (
    <Part title="Links" empty="" count={span.links.length}>
      {span.links.map(({ traceId, spanId, attributes }) => (
        <div key={`${traceId}/${spanId}`} className="span-event">
          <Link className="mono break" href={tracePath(traceId, spanId)}>
            {traceId} · {spanId}
          </Link>
          <AttributeTable attributes={attributes} service={null} />
        </div>
      ))}
    </Part>
  );
}

interface PartProps {
  readonly title: string;
  readonly count: number;
  readonly empty: string;
  readonly children: ReactNode;
}

function Part({ title, count, empty, children }: PartProps) {
  return (
    <section className="span-part">
      <h3>{title}</h3>
      {count === 0 ? <p className="muted">{empty}</p> : children}
    </section>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="break">{children}</dd>
    </div>
  );
}
