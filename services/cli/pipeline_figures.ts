/**
 * The pipeline's own figures, from two scrapes of all services: what comes in, what is stored, how long it takes, how
 * far behind it is. Pure; where a service did not answer its figures are missing, not 0.
 */
import { maxOf, quantileOf, sumOf, type Sample } from './prometheus_text.ts';
import { countText, durationText, shareText } from './units.ts';

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

const RECEIVED = 'spanmill_collector_spans_accepted_total';
const STORED = 'spanmill_sink_spans_stored_total';
const MISSING = '-';

export function pipelineFigures(scrapes: Scrapes): Figure[] {
  const { now } = scrapes;
  return [
    {
      name: 'generation rate',
      value: rateText(scrapes, RECEIVED),
      meaning: 'spans accepted by the collector',
    },
    { name: 'storage rate', value: rateText(scrapes, STORED), meaning: 'spans written to ClickHouse' },
    {
      name: 'capture rate',
      value: captureText(now),
      meaning: 'stored ÷ accepted, since the services started',
    },
    {
      name: 'transfer delay',
      value: quantilesText(now, 'spanmill_processor_transfer_delay_seconds'),
      meaning: 'end of a span to its record in Kafka; p50, p95',
    },
    {
      name: 'analysis time',
      value: quantilesText(now, 'spanmill_processor_analysis_seconds'),
      meaning: 'one batch in the processor; p50, p95',
    },
    {
      name: 'storage delay',
      value: quantilesText(now, 'spanmill_sink_storage_delay_seconds'),
      meaning: 'Kafka to ClickHouse; p50, p95',
    },
    { name: 'processor lag', value: lagText(now, 'processor'), meaning: 'records behind, and their age' },
    { name: 'sink lag', value: lagText(now, 'sink'), meaning: 'records behind, and their age' },
  ];
}

function rateText({ before, now, elapsedMs }: Scrapes, counter: string): string {
  const first = sumOf(before, counter);
  const second = sumOf(now, counter);
  if (first === null || second === null || elapsedMs <= 0) return MISSING;
  // A service that was started again in between counts from 0.
  const grown = second >= first ? second - first : second;
  return `${countText(Math.round((grown * 10_000) / elapsedMs) / 10)} spans/s`;
}

function captureText(now: readonly Sample[]): string {
  const received = sumOf(now, RECEIVED);
  const stored = sumOf(now, STORED);
  if (received === null || stored === null || received === 0) return MISSING;
  return `${shareText(stored / received)} (${countText(stored)} of ${countText(received)})`;
}

function quantilesText(now: readonly Sample[], histogram: string): string {
  const [median, high] = [0.5, 0.95].map((share) => quantileOf(now, histogram, share));
  if (median == null || high == null) return MISSING;
  return `${durationText(median * 1e9)}, ${durationText(high * 1e9)}`;
}

function lagText(now: readonly Sample[], service: string): string {
  const records = sumOf(now, `spanmill_${service}_lag_records`);
  const age = maxOf(now, `spanmill_${service}_lag_seconds`);
  if (records === null || age === null) return MISSING;
  return `${countText(records)} records, ${durationText(age * 1e9)}`;
}
