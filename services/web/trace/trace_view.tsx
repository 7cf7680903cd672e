/** One trace: what it is, what to know before trusting it, and its spans as a waterfall or as a flame graph. */
import './trace_view.css';
import { useMemo } from 'react';
import type { Trace } from '../api/trace_answer.ts';
import { useAnswer } from '../api/use_answer.ts';
import { serviceHues } from '../format/hues.ts';
import { Failure, Loading, Notice } from '../ui/notice.tsx';
import { TraceHead } from './trace_head.tsx';
import { traceModel } from './trace_model.ts';
import { TracePicture } from './trace_picture.tsx';

export function TraceView({ id }: { readonly id: string }) {
  const { value, error, again } = useAnswer<Trace>(`/api/v1/traces/${encodeURIComponent(id)}`);
  if (value === null) {
    if (error === null) return <Loading what="the trace" />;
    return (
      <>
        <h1 className="visually-hidden">Trace</h1>
        <Failure error={error} again={again} />
      </>
    );
  }
  return <LoadedTrace trace={value} />;
}

function LoadedTrace({ trace }: { readonly trace: Trace }) {
  const model = useMemo(() => traceModel(trace), [trace]);
  const hues = useMemo(() => serviceHues(trace.services.map(({ service }) => service)), [trace]);
  return (
    <>
      <TraceHead trace={trace} />
      {trace.spans.length === 0 ? (
        <Notice title="No spans">The spans of this trace have expired.</Notice>
      ) : (
        <TracePicture trace={trace} model={model} hues={hues} />
      )}
    </>
  );
}
