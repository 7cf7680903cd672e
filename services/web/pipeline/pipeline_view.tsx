/** How the pipeline itself does, asked every two seconds. */
import './pipeline_view.css';
import { useEffect, useState, type ReactNode } from 'react';
import type { Pipeline } from '../api/pipeline_answer.ts';
import { useAnswer } from '../api/use_answer.ts';
import { formatSeconds } from '../format/duration.ts';
import { formatTime, zoneName } from '../format/moment.ts';
import { formatBytes, formatCount, formatRate } from '../format/number.ts';
import { Failure, Loading } from '../ui/notice.tsx';
import { Sparkline } from '../ui/sparkline.tsx';
import { EMPTY, judge, remembered, STAGES, type History, type Stage } from './history.ts';
import { DeadLetterTable, DelayTable, LagTable, ServiceTable, StorageTable } from './pipeline_tables.tsx';

const POLL_MS = 2000;
/** It has no parameter for one. */
const OF_ALL_TENANTS = { tenant: null };

export default function PipelineView() {
  const { value, error, again } = useAnswer<Pipeline>('/api/v1/pipeline', OF_ALL_TENANTS, POLL_MS);
  const [history, setHistory] = useState<History>(EMPTY);
  useEffect(() => {
    if (value !== null) setHistory((before) => remembered(before, value));
  }, [value]);
  return (
    <>
      <div className="page-head">
        <h1>Pipeline</h1>
        {value !== null && (
          <span className="muted end">
            {formatTime(Date.parse(value.at))} {zoneName(Date.parse(value.at))}, every 2 s
          </span>
        )}
      </div>
      {error !== null && <Failure error={error} again={again} />}
      {value === null && error === null && <Loading what="the figures" />}
      {value !== null && <Figures pipeline={value} history={history} />}
    </>
  );
}

const STAGE_LABELS: Readonly<Record<Stage, string>> = {
  received: 'Received',
  acknowledged: 'In Kafka',
  assembled: 'Assembled',
  stored: 'In ClickHouse',
};

function Figures({ pipeline, history }: { readonly pipeline: Pipeline; readonly history: History }) {
  const { good, text } = judge(pipeline);
  return (
    <>
      <p className={good ? 'judgement' : 'judgement bad'} role="status">
        {text}
      </p>
      <ol className="stages" aria-label="The way of a span">
        {STAGES.map((stage) => (
          <li key={stage} className="panel stage">
            <h2>{STAGE_LABELS[stage]}</h2>
            <p className="big">{rateOf(pipeline.spans[stage].perSecond)}</p>
            <p className="muted">{totalOf(pipeline.spans[stage].total)} spans since the start</p>
            <Sparkline calls={history[stage]} errors={[]} />
          </li>
        ))}
      </ol>
      <dl className="tiles">
        <Tile name="Newest data">
          {pipeline.storage?.newestAgeSeconds == null
            ? 'older than 5 min'
            : `${formatSeconds(pipeline.storage.newestAgeSeconds)} old`}
        </Tile>
        <Tile name="Open traces">{countOf(pipeline.traces.open)}</Tile>
        <Tile name="Their memory">
          {bytesOf(pipeline.traces.residentBytes)}
          {(pipeline.traces.spilledBytes ?? 0) > 0 && ` + ${bytesOf(pipeline.traces.spilledBytes)} on disk`}
        </Tile>
        <Tile name="Requests in flight">
          {bytesOf(pipeline.collector.inFlightBytes)} of {bytesOf(pipeline.collector.inFlightLimitBytes)}
        </Tile>
        <Tile name="Spool">{bytesOf(pipeline.collector.spoolBytes)}</Tile>
        <Tile name="Refused spans">
          {totalOf(pipeline.spans.refused.total ?? (pipeline.spans.received.total === null ? null : 0))}
        </Tile>
      </dl>
      <div className="pipeline-tables">
        <div>
          <LagTable lag={pipeline.lag} />
          <StorageTable storage={pipeline.storage} />
        </div>
        <div>
          <DelayTable delays={pipeline.delays} />
          <DeadLetterTable letters={pipeline.deadLetters} />
          <ServiceTable services={pipeline.services} />
        </div>
      </div>
    </>
  );
}

function Tile({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="panel tile">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const rateOf = (value: number | null): string => (value === null ? '–' : formatRate(value));
const totalOf = (value: number | null): string => (value === null ? '–' : formatCount(value));
const countOf = totalOf;
const bytesOf = (value: number | null): string => (value === null ? '–' : formatBytes(value));
