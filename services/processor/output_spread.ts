/**
 * Which partitions a partition of the spans publishes to. Of those of the traces only as many are used as the load fills.
 *
 * Each is a stream of inserts, and of small inserts ClickHouse pays more for the insert than for the rows (RATIONALE.md). Pure: it is told of
 * spans and of the time. Every owner decides alone, by what its own partition publishes: trace ids are random, so all publish about
 * as much, and where two disagree for a while nothing is lost but room in a block.
 */
import type { OutputPartitions } from './partition_outputs.ts';

/** How many there are, by topic. */
export interface PartitionCounts {
  readonly spans: number;
  readonly traces: number;
  readonly metrics: number;
}

export interface SpreadOptions {
  /** Of the spans. */
  readonly partition: number;
  readonly counts: PartitionCounts;
  /** What a partition of the traces takes before another is used, in spans a second. */
  readonly tracesRate: number;
  readonly nowMs: number;
}

const PERIOD_MS = 10_000;
/** The busiest of as many counts: more load is followed at once, less of it only after a while. */
const PERIODS = 3;

export class OutputSpread implements OutputPartitions {
  private readonly options: SpreadOptions;
  /** Spans a second of this partition, in the latest periods. */
  private readonly rates: number[] = [];
  private spans = 0;
  private sinceMs: number;

  constructor(options: SpreadOptions) {
    this.options = options;
    this.sinceMs = options.nowMs;
  }

  /** So many spans are being published. */
  add(spans: number, nowMs: number): void {
    this.spans += spans;
    const elapsedMs = nowMs - this.sinceMs;
    if (elapsedMs < PERIOD_MS) return;
    this.rates.push((this.spans * 1000) / elapsedMs);
    if (this.rates.length > PERIODS) this.rates.shift();
    this.spans = 0;
    this.sinceMs = nowMs;
  }

  /** All are used until the load is known. */
  get traces(): number {
    const { partition, counts, tracesRate } = this.options;
    let used = counts.traces;
    if (this.rates.length === PERIODS) {
      const load = Math.max(...this.rates) * counts.spans;
      // By halves, so that each goes on taking as many partitions of the spans as the others.
      while (used > 1 && load <= Math.ceil(used / 2) * tracesRate) used = Math.ceil(used / 2);
    }
    return partition % used;
  }

  get metrics(): number {
    return this.options.partition % this.options.counts.metrics;
  }
}
