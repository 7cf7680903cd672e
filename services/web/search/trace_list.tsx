/** The traces of a search: what began them, how long they took beside the others, who took part, what failed. */
import './trace_list.css';
import type { FoundTrace } from '../api/answers.ts';
import { formatDuration } from '../format/duration.ts';
import { serviceHues } from '../format/hues.ts';
import { formatAge, formatDate, formatTime, zoneName } from '../format/moment.ts';
import { plural } from '../format/number.ts';
import { Link } from '../router/link.tsx';
import { tracePath } from '../router/view.ts';
import { ServiceName } from '../ui/service_name.tsx';

const SERVICES_SHOWN = 5;

export function TraceList({ traces }: { readonly traces: readonly FoundTrace[] }) {
  const longest = fullBar(traces.map(({ durationNs }) => Number(durationNs)));
  const hues = serviceHues(traces.flatMap(({ services, root }) => [...services, root?.service ?? '']));
  return (
    <ul className="trace-list">
      {traces.map((trace) => (
        <TraceItem key={trace.traceId} trace={trace} share={Number(trace.durationNs) / longest} hues={hues} />
      ))}
    </ul>
  );
}

/** One giant does not make all others invisible: nine of ten bars fit, longer ones are cut. */
function fullBar(durations: readonly number[]): number {
  const sorted = [...durations].sort((a, b) => a - b);
  return Math.max(1, sorted[Math.floor((sorted.length - 1) * 0.9)] ?? 1);
}

interface TraceItemProps {
  readonly trace: FoundTrace;
  readonly share: number;
  readonly hues: ReadonlyMap<string, number>;
}

function TraceItem({ trace, share, hues }: TraceItemProps) {
  const { traceId, root, services, spanCount, errorCount, durationNs } = trace;
  const ms = Number(BigInt(trace.startNs) / 1_000_000n);
  const others = services.filter((service) => service !== root?.service);
  return (
    <li className="trace-item">
      <Link className="trace-root" href={tracePath(traceId)}>
        <span className="trace-name">
          <ServiceName service={root?.service ?? 'root not here yet'} hue={hues.get(root?.service ?? '')} />
          <span className="trace-operation">{root?.name ?? ''}</span>
        </span>
      </Link>
      <span className="trace-figures">
        {errorCount > 0 && <span className="badge failed">{plural(errorCount, 'error')}</span>}
        <span className="muted">{plural(spanCount, 'span')}</span>
      </span>
      <time
        className="muted trace-time"
        dateTime={new Date(ms).toISOString()}
        title={`${formatDate(ms)} ${formatTime(ms)} ${zoneName(ms)}`}
      >
        {formatTime(ms)} · {formatAge(Date.now() - ms)} ago
      </time>
      <span className="trace-duration">
        <span
          className={`hue-${hues.get(root?.service ?? '') ?? 11} duration-bar${share > 1 ? ' cut' : ''}`}
          aria-hidden="true"
        >
          <span style={{ width: `${Math.min(100, Math.max(0.5, share * 100))}%` }} />
        </span>
        <span className="number">{formatDuration(durationNs)}</span>
      </span>
      <span className="trace-services">
        {others.slice(0, SERVICES_SHOWN).map((service) => (
          <ServiceName key={service} service={service} hue={hues.get(service)} />
        ))}
        {others.length > SERVICES_SHOWN && <span>and {others.length - SERVICES_SHOWN} more</span>}
      </span>
    </li>
  );
}
