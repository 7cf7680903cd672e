/** What the pipeline said in the last minutes, kept by the page for its small charts. Pure. */
import type { Pipeline } from '../api/pipeline_answer.ts';

export const STAGES = ['received', 'acknowledged', 'assembled', 'stored'] as const;
export type Stage = (typeof STAGES)[number];
export type History = Readonly<Record<Stage, readonly number[]>>;

export const EMPTY: History = { received: [], acknowledged: [], assembled: [], stored: [] };

const LENGTH = 60;

export function remembered(history: History, { spans }: Pick<Pipeline, 'spans'>): History {
  const next = (stage: Stage): readonly number[] => {
    const { perSecond } = spans[stage];
    return perSecond === null ? history[stage] : [...history[stage], perSecond].slice(-LENGTH);
  };
  return {
    received: next('received'),
    acknowledged: next('acknowledged'),
    assembled: next('assembled'),
    stored: next('stored'),
  };
}

export interface Judgement {
  readonly good: boolean;
  readonly text: string;
}

const LATE_SECONDS = 60;

/** The one sentence above all figures. */
export function judge(pipeline: Pipeline): Judgement {
  const { services, storage, storageProblem, lag, collector } = pipeline;
  if (storage === null)
    return {
      good: false,
      text: `Nothing can be looked up: ${storageProblem ?? 'ClickHouse does not answer'}.`,
    };
  const down = services.filter(({ up }) => !up);
  if (down.length > 0)
    return { good: false, text: `${down.length} of ${services.length} services do not answer.` };
  if ((collector.spooling ?? 0) > 0)
    return { good: false, text: 'Kafka is away: a collector writes to its spool; nothing is lost.' };
  const latest = Math.max(0, ...lag.map(({ seconds }) => seconds ?? 0));
  if (latest > LATE_SECONDS)
    return { good: false, text: `Behind by ${Math.round(latest)} s; what arrives is kept in Kafka.` };
  if (services.length === 0)
    return {
      good: true,
      text: 'ClickHouse answers. The services tell nothing: set SPANMILL_QUERY_SCRAPE to their /metrics.',
    };
  return { good: true, text: 'All services answer and keep up.' };
}
