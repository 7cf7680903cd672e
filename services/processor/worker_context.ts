/** What the work on a partition needs of its process. */
import type { TopicNames } from '../core/contracts.ts';
import type { AssemblyRules } from '../core/trace/assembly.ts';
import type { RecordStore } from '../core/trace/record_store.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import type { Admin, Input, Kafka, Producer } from '../platform/kafka/port.ts';
import type { Log } from '../platform/log.ts';
import type { Slices } from '../platform/slices.ts';
import type { ProcessorMetrics } from './metrics.ts';
import type { StartPolicy } from './start_position.ts';

export interface WorkerSettings {
  readonly topics: TopicNames;
  readonly group: string;
  readonly start: StartPolicy;
  readonly rules: AssemblyRules;
  readonly maxRunAgeMs: number;
  readonly commitIntervalMs: number;
  readonly commitBytes: number;
  /** Spans a second that one partition of the traces takes before the next is used. */
  readonly tracesRate: number;
}

export interface WorkerContext {
  readonly settings: WorkerSettings;
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly producer: Producer;
  /** Resolves once the group is joined, which may be after its first partitions are given. */
  readonly input: Promise<Input>;
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly slices: Slices;
  readonly log: Log;
  readonly metrics: ProcessorMetrics;
  /** The process cannot go on: wrong configuration or a bug. */
  readonly fail: (error: unknown) => void;
}
