/**
 * How far both groups are behind, looked at each second: from Kafka, not from the services, which may be dead. While Kafka
 * is away nobody knows, and no sample is taken.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { TopicNames } from '../../services/core/contracts.ts';
import type { Admin, Kafka } from '../../services/platform/kafka/port.ts';
import { GROUPS } from './stack.ts';

export interface LagSample {
  readonly atMs: number;
  /** Records of the spans topic that no processor has published. */
  readonly processor: number;
  /** Records of the traces and metrics topics that are not known to be stored. */
  readonly sink: number;
  /** All offsets together: as long as it stays the same, nothing has moved. */
  readonly position: string;
}

const INTERVAL_MS = 1_000;

export class LagWatch {
  readonly samples: LagSample[] = [];
  private readonly kafka: Kafka;
  private readonly topics: TopicNames;
  private admin: Admin | null = null;
  private isStopped = false;
  private readonly running: Promise<void>;

  constructor(kafka: Kafka, topics: TopicNames) {
    this.kafka = kafka;
    this.topics = topics;
    this.running = this.watch();
  }

  /** The newest sample; null when there is none of the last few seconds. */
  newest(nowMs: number, maxAgeMs = 5 * INTERVAL_MS): LagSample | null {
    const last = this.samples.at(-1);
    return last === undefined || nowMs - last.atMs > maxAgeMs ? null : last;
  }

  between(fromMs: number, toMs: number): LagSample[] {
    return this.samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
    await this.admin?.stop();
  }

  private async watch(): Promise<void> {
    while (!this.isStopped) {
      const startedMs = Date.now();
      try {
        this.admin ??= await this.kafka.admin();
        this.samples.push(await takeSample(this.admin, this.topics));
      } catch {
        // Kafka is away: the next look tells.
      }
      await delay(Math.max(0, startedMs + INTERVAL_MS - Date.now()));
    }
  }
}

async function takeSample(admin: Admin, topics: TopicNames): Promise<LagSample> {
  const [spans, traces, metrics] = await Promise.all([
    lagOf(admin, `${GROUPS.processor}.progress`, topics.spans),
    lagOf(admin, GROUPS.sink, topics.traces),
    lagOf(admin, GROUPS.sink, topics.metrics),
  ]);
  const position = JSON.stringify([spans.ends, traces.ends, metrics.ends]);
  return { atMs: Date.now(), processor: spans.lag, sink: traces.lag + metrics.lag, position };
}

async function lagOf(admin: Admin, group: string, topic: string): Promise<{ lag: number; ends: number[] }> {
  const watermarks = await admin.watermarks(topic);
  const lags = await Promise.all(
    watermarks.map(async ({ partition, low, high }) => {
      const committed = await admin.committed(group, topic, partition);
      return Math.max(0, high - (committed?.offset ?? low));
    }),
  );
  return { lag: lags.reduce((sum, lag) => sum + lag, 0), ends: watermarks.map(({ high }) => high) };
}
