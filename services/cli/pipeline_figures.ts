/**
 * The pipeline's own figures, from two scrapes of all services: what comes in, what is stored, how long it takes, how
 * far behind it is. Pure; where a service did not answer its figures are missing, not 0.
 */
import { METRICS as COLLECTOR } from '../collector/metrics.ts';
import { METRICS as PROCESSOR } from '../processor/metrics.ts';
import { METRICS as SINK } from '../sink/metrics.ts';
import { maxOf, quantileOf, sumOf, type Sample } from '../platform/prometheus_text.ts';
import { countText, durationText, plural, shareText } from './units.ts';

export interface Scrapes {
  readonly before: readonly Sample[];
  readonly now: readonly Sample[];
  /** Between the two. */
  readonly elapsedMs: number;
}

export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
}

type Total = (samples: readonly Sample[]) => number | null;

const received: Total = (samples) => sumOf(samples, COLLECTOR.spansReceived.name);
const stored: Total = (samples) => sumOf(samples, SINK.rows.name, { table: 'otel_traces' });
const MISSING = '-';

export function pipelineFigures(scrapes: Scrapes): Figure[] {
  const { now } = scrapes;
  return [
    {
      name: 'generation rate',
      value: rateText(scrapes, received),
      meaning: 'spans received by the collector',
    },
    { name: 'storage rate', value: rateText(scrapes, stored), meaning: 'spans written to ClickHouse' },
    {
      name: 'capture rate',
      value: captureText(now),
      meaning: 'stored ÷ received, since the start; some are under way',
    },
    {
      name: 'transfer delay',
      value: quantilesText(now, PROCESSOR.transferSeconds.name),
      meaning: 'end of a span to its record in Kafka; p50, p95',
    },
    {
      name: 'analysis time',
      value: quantilesText(now, PROCESSOR.analysisSeconds.name),
      meaning: 'one batch in the processor; p50, p95',
    },
    {
      name: 'storage delay',
      value: quantilesText(now, SINK.storageSeconds.name),
      meaning: 'Kafka to ClickHouse; p50, p95',
    },
    { name: 'processor lag', value: lagText(now, PROCESSOR), meaning: 'records behind, and their age' },
    { name: 'sink lag', value: lagText(now, SINK), meaning: 'records behind, and their age' },
    ...spoolFigures(now),
  ];
}

/** Nothing where the spool is empty, as it should be. */
function spoolFigures(now: readonly Sample[]): Figure[] {
  const bytes = sumOf(now, COLLECTOR.spoolBytes.name) ?? 0;
  if (bytes === 0) return [];
  const limit = sumOf(now, COLLECTOR.spoolLimit.name) ?? 0;
  const records = sumOf(now, COLLECTOR.spoolRecords.name) ?? 0;
  const aside = sumOf(now, COLLECTOR.spoolCorruptBytes.name) ?? 0;
  const value = `${megabytesText(bytes)} of ${megabytesText(limit)}, ${plural(records, 'record')}`;
  const meaning = 'on the disk of the collector, until Kafka takes it';
  return [
    { name: 'spool', value, meaning },
    ...(aside === 0
      ? []
      : [
          {
            name: 'set aside',
            value: megabytesText(aside),
            meaning: 'in the directory of the spool, for you to look at',
          },
        ]),
  ];
}

const megabytesText = (bytes: number): string => `${countText(bytes / 1024 ** 2, 1)} MB`;

function rateText({ before, now, elapsedMs }: Scrapes, total: Total): string {
  const first = total(before);
  const second = total(now);
  if (first === null || second === null || elapsedMs <= 0) return MISSING;
  // A service that was started again in between counts from 0.
  const grown = second >= first ? second - first : second;
  return `${countText(Math.round((grown * 10_000) / elapsedMs) / 10)} spans/s`;
}

function captureText(now: readonly Sample[]): string {
  const [all, kept] = [received(now), stored(now)];
  if (all === null || kept === null || all === 0) return MISSING;
  return `${shareText(kept / all)} (${countText(kept)} of ${countText(all)})`;
}

function quantilesText(now: readonly Sample[], histogram: string): string {
  const [median, high] = [0.5, 0.95].map((share) => quantileOf(now, histogram, share));
  if (median == null || high == null) return MISSING;
  return `${durationText(median * 1e9)}, ${durationText(high * 1e9)}`;
}

function lagText(now: readonly Sample[], metrics: typeof PROCESSOR | typeof SINK): string {
  const records = sumOf(now, metrics.lagRecords.name);
  const age = maxOf(now, metrics.lagSeconds.name);
  if (records === null || age === null) return MISSING;
  return `${countText(records)} records, ${durationText(age * 1e9)}`;
}
