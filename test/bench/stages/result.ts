/** What a scenario gave, as it is written to the results' file. */

export interface ProcessFigures {
  /** `collector`, `processor`, `sink`, `Kafka`, `ClickHouse`. */
  readonly name: string;
  /** Spans that passed through it while it was measured. */
  readonly spans: number;
  /** User and system time, microseconds a span. */
  readonly cpuMicros: number;
  readonly peakBytes: number;
  /** The longest pause of its event loop while it was measured, in milliseconds; null for what is not ours. */
  readonly pauseMs: number | null;
  /** Memory that it held. */
  readonly residentBytes: Course;
  /** Spans that the first service had taken and this one had not passed on yet; null for what is not ours. */
  readonly behindSpans: Course | null;
}

/** A figure that was looked at each second: its median in the first minute and in the last, and its largest. */
export interface Course {
  readonly first: number;
  readonly last: number;
  readonly most: number;
}

export const SPANMILL = 'Spanmill';
export const OTELCOL = 'OpenTelemetry Collector';

export interface ScenarioResult {
  readonly stage: string;
  readonly name: string;
  /** What was measured. */
  readonly system: typeof SPANMILL | typeof OTELCOL;
  /** Answered with success, while measured. */
  readonly spansPerSecond: number;
  readonly failedRequests: number;
  /** Of an export's answer, in milliseconds. */
  readonly answerP50: number;
  readonly answerP99: number;
  /** Of a span as it is sent. */
  readonly bytesSent: number;
  readonly processes: readonly ProcessFigures[];
  /** A span's share of the spans topic; null where nothing was stored. */
  readonly bytesKafka: number | null;
  /** A span's share of all tables, on disk; null without the sink. */
  readonly bytesClickHouse: number | null;
  /** From send to visible row, in milliseconds; null where not probed. */
  readonly visibleP50: number | null;
  readonly visibleP99: number | null;
}

export interface BenchResults {
  readonly commit: string;
  readonly node: string;
  readonly machine: string;
  readonly at: string;
  readonly results: readonly ScenarioResult[];
}

/** Of a line in a table: Spanmill's own go without saying. */
export const titleOf = ({ name, system }: ScenarioResult): string =>
  system === SPANMILL ? name : `${name}, ${system}`;
