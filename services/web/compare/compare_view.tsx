/** Two traces side by side, or one beside what is normal for its operations. */
import './compare_view.css';
import { useMemo, useState } from 'react';
import type { Comparison, Normal, Trace } from '../api/trace_answer.ts';
import { useAnswer } from '../api/use_answer.ts';
import { formatDuration } from '../format/duration.ts';
import { plural } from '../format/number.ts';
import { Link } from '../router/link.tsx';
import { tracePath } from '../router/view.ts';
import { traceModel } from '../trace/trace_model.ts';
import { Failure, Loading } from '../ui/notice.tsx';
import { ChooseTraces } from './choose_traces.tsx';
import { CompareTable } from './compare_table.tsx';
import { isNotable, normalRows, pairRows, type CompareRow } from './rows.ts';

interface CompareViewProps {
  readonly id: string;
  readonly other: string;
}

export default function CompareView({ id, other }: CompareViewProps) {
  return (
    <>
      <div className="page-head">
        <h1>Compare</h1>
      </div>
      <ChooseTraces id={id} other={other} />
      {id !== '' && other === 'normal' && <WithNormal id={id} />}
      {id !== '' && other !== '' && other !== 'normal' && <WithOther id={id} other={other} />}
    </>
  );
}

function WithOther({ id, other }: CompareViewProps) {
  const { value, error, again } = useAnswer<Comparison>(
    `/api/v1/traces/${encodeURIComponent(id)}/compare/${encodeURIComponent(other)}`,
  );
  const rows = useMemo(() => (value === null ? [] : pairRows(value)), [value]);
  if (error !== null) return <Failure error={error} again={again} />;
  if (value === null) return <Loading what="both traces" />;
  const { left, right } = value;
  return (
    <Compared
      rows={rows}
      wholeNs={Math.max(Number(left.durationNs), Number(right.durationNs))}
      names={['A', 'B']}
      ids={[left.traceId, right.traceId]}
      summary={
        <>
          <Side name="A" traceId={left.traceId}>
            {formatDuration(left.durationNs)} · {plural(left.spanCount, 'span')} ·{' '}
            {plural(left.errorCount, 'error')}
          </Side>
          <Side name="B" traceId={right.traceId}>
            {formatDuration(right.durationNs)} · {plural(right.spanCount, 'span')} ·{' '}
            {plural(right.errorCount, 'error')}
          </Side>
        </>
      }
    />
  );
}

function WithNormal({ id }: { readonly id: string }) {
  const trace = useAnswer<Trace>(`/api/v1/traces/${encodeURIComponent(id)}`);
  const normal = useAnswer<Normal>(`/api/v1/traces/${encodeURIComponent(id)}/normal`);
  const rows = useMemo(
    () =>
      trace.value === null || normal.value === null
        ? []
        : normalRows(trace.value, normal.value, traceModel(trace.value).order),
    [trace.value, normal.value],
  );
  const error = trace.error ?? normal.error;
  if (error !== null)
    return <Failure error={error} again={trace.error === null ? normal.again : trace.again} />;
  if (trace.value === null || normal.value === null) return <Loading what="the trace and what is normal" />;
  const { durationNs, spanCount, errorCount, traceId } = trace.value;
  return (
    <Compared
      rows={rows}
      wholeNs={Number(durationNs)}
      names={['Trace', 'Median']}
      ids={[traceId, null]}
      summary={
        <>
          <Side name="Trace" traceId={traceId}>
            {formatDuration(durationNs)} · {plural(spanCount, 'span')} · {plural(errorCount, 'error')}
          </Side>
          <p className="compare-side">
            <strong>Median</strong> of the calls of each operation in the day before
          </p>
        </>
      }
    />
  );
}

interface SideProps {
  readonly name: string;
  readonly traceId: string;
  readonly children: React.ReactNode;
}

function Side({ name, traceId, children }: SideProps) {
  return (
    <p className="compare-side">
      <strong>{name}</strong> {children}{' '}
      <Link className="mono" href={tracePath(traceId)}>
        {traceId.slice(0, 16)}…
      </Link>
    </p>
  );
}

interface ComparedProps {
  readonly rows: readonly CompareRow[];
  readonly wholeNs: number;
  readonly names: readonly [string, string];
  readonly ids: readonly [string, string | null];
  readonly summary: React.ReactNode;
}

function Compared({ rows, wholeNs, names, ids, summary }: ComparedProps) {
  const [notable, setNotable] = useState(false);
  const few = rows.filter((row) => isNotable(row, wholeNs));
  return (
    <section className="panel" aria-label="Comparison">
      <header>
        {summary}
        <span className="segments end" role="group" aria-label="Spans">
          <button
            type="button"
            className="button small"
            aria-pressed={!notable}
            onClick={() => setNotable(false)}
          >
            All {rows.length}
          </button>
          <button
            type="button"
            className="button small"
            aria-pressed={notable}
            onClick={() => setNotable(true)}
          >
            What differs: {few.length}
          </button>
        </span>
      </header>
      <CompareTable rows={notable ? few : rows} names={names} ids={ids} />
    </section>
  );
}
