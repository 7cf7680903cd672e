/**
 * Joins the parts of requests into records, one partition at a time, and tells each request when all of it is in Kafka.
 *
 * A record holds spans of one tenant, and says whose. A part waits until its partition has a record's worth of bytes, or for `lingerMs`
 * at most: all partitions are due at the same moment, so that Kafka's client can join what goes to one broker. A partition has at most
 * one send under way: what comes meanwhile waits and goes together, so batches grow with the load. Not for limiting memory: callers
 * hold their share of InFlight until the promise settles. Invariant: a promise settles after every part of its request
 * was sent or failed. Chunks are read, never written, and belong to their request.
 *
 * Where more waits than goes into one send, tenants take turns: one that sends much waits for itself, not the others for it.
 */
import { DEFAULT_TENANT, TENANT_HEADER } from '../core/contracts.ts';
import type { PartitionSpans } from '../core/otlp/split_request.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import { KafkaUnavailableError, type OutgoingRecord, type PartitionRecords } from '../platform/kafka/port.ts';
import { valueBytes } from '../platform/kafka/record_value.ts';
import type { CollectorMetrics } from './metrics.ts';

/**
 * A send is one batch to Kafka and must fit its message limit (20 MiB), also where nothing compresses. One part may be
 * larger than this (a request of 16 MiB for one partition); then it goes alone.
 */
const MAX_SEND_BYTES = 4 * 1024 * 1024;

export interface BatcherOptions {
  readonly topic: string;
  readonly recordBytes: number;
  readonly lingerMs: number;
  readonly append: (batch: PartitionRecords) => Promise<unknown>;
  readonly timers: Pick<Timers, 'sleep'>;
  readonly clock: Clock;
  readonly metrics: Pick<CollectorMetrics, 'appendSeconds' | 'appendFailures' | 'recordBytes'>;
}

/** A request with parts that are not settled yet. */
interface Pending {
  parts: number;
  failure: Error | null;
  readonly settle: (failure: Error | null) => void;
}

interface Chunk {
  readonly bytes: Uint8Array;
  readonly request: Pending;
}

interface Queue {
  readonly partition: number;
  /** By tenant; a tenant with nothing is not in it. */
  waiting: Map<string, Chunk[]>;
  bytes: number;
  /** What waits in it is not waited for any longer. */
  isDue: boolean;
  /** The send under way. Never rejects. */
  sending: Promise<void> | null;
}

type ChunksByTenant = ReadonlyMap<string, readonly Chunk[]>;

export class Batcher {
  private readonly options: BatcherOptions;
  private readonly queues = new Map<number, Queue>();
  private isDraining = false;
  private isLingering = false;

  constructor(options: BatcherOptions) {
    this.options = options;
  }

  /** Resolves when Kafka has acknowledged all parts; rejects with the first failure, once all have settled. */
  add(parts: readonly PartitionSpans[], tenant: string): Promise<void> {
    if (parts.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const request: Pending = {
        parts: parts.length,
        failure: null,
        settle: (failure) => {
          request.failure ??= failure;
          if (--request.parts > 0) return;
          if (request.failure === null) resolve();
          else reject(request.failure);
        },
      };
      for (const { partition, bytes } of parts) {
        this.enqueue(this.queueOf(partition), tenant, { bytes, request });
      }
    });
  }

  /** Sends what waits, and what is added from now on, without delay. Resolves when nothing is under way. */
  async drain(): Promise<void> {
    this.isDraining = true;
    for (;;) {
      const sends: Promise<void>[] = [];
      for (const queue of this.queues.values()) {
        this.sendIfReady(queue);
        if (queue.sending !== null) sends.push(queue.sending);
      }
      if (sends.length === 0) return;
      await Promise.all(sends);
    }
  }

  private queueOf(partition: number): Queue {
    let queue = this.queues.get(partition);
    if (queue === undefined) {
      queue = { partition, waiting: new Map(), bytes: 0, isDue: false, sending: null };
      this.queues.set(partition, queue);
    }
    return queue;
  }

  private enqueue(queue: Queue, tenant: string, chunk: Chunk): void {
    const ofTenant = queue.waiting.get(tenant);
    if (ofTenant === undefined) queue.waiting.set(tenant, [chunk]);
    else ofTenant.push(chunk);
    queue.bytes += chunk.bytes.length;
    this.sendIfReady(queue);
    if (queue.waiting.size > 0) void this.linger();
  }

  /** From the first part that waits on: whatever has come by then goes with it. */
  private async linger(): Promise<void> {
    if (this.isLingering) return;
    this.isLingering = true;
    await this.options.timers.sleep(this.options.lingerMs);
    this.isLingering = false;
    for (const queue of this.queues.values()) {
      if (queue.waiting.size === 0) continue;
      queue.isDue = true;
      this.sendIfReady(queue);
    }
  }

  private sendIfReady(queue: Queue): void {
    if (queue.sending !== null || queue.waiting.size === 0) return;
    if (queue.bytes < this.options.recordBytes && !queue.isDue && !this.isDraining) return;
    const chunks = takeChunks(queue);
    queue.sending = this.send(queue, chunks).then(() => {
      queue.sending = null;
      this.sendIfReady(queue);
    });
  }

  private async send(queue: Queue, chunks: ChunksByTenant): Promise<void> {
    const { append, clock, metrics, recordBytes, topic } = this.options;
    const records = [...chunks].flatMap(([tenant, own]) => packRecords(tenant, own, recordBytes));
    for (const { value } of records) metrics.recordBytes.observe(valueBytes(value));
    const startedMs = clock.now();
    let failure: Error | null = null;
    try {
      await append({ topic, partition: queue.partition, records, compression: 'zstd' });
      metrics.appendSeconds.observe((clock.now() - startedMs) / 1000);
    } catch (error) {
      metrics.appendFailures.add(1);
      failure = error instanceof Error ? error : new Error('append failed', { cause: error });
    }
    for (const { request } of [...chunks.values()].flat()) request.settle(failure);
    if (failure instanceof KafkaUnavailableError) failAll(queue, failure);
  }
}

/** What waits behind a send that Kafka did not take is refused with it: nobody waits longer than one append. */
function failAll(queue: Queue, failure: Error): void {
  const { waiting } = queue;
  reset(queue);
  for (const { request } of [...waiting.values()].flat()) request.settle(failure);
}

/** All that waits, or each tenant's first in turn up to MAX_SEND_BYTES; the rest then has waited long enough. */
function takeChunks(queue: Queue): ChunksByTenant {
  if (queue.bytes <= MAX_SEND_BYTES) {
    const all = queue.waiting;
    reset(queue);
    return all;
  }
  const counts = turns([...queue.waiting.values()]);
  const taken = new Map<string, Chunk[]>();
  for (const [place, [tenant, chunks]] of [...queue.waiting].entries()) {
    const own = chunks.splice(0, counts[place]);
    for (const chunk of own) queue.bytes -= chunk.bytes.length;
    if (own.length > 0) taken.set(tenant, own);
    // Who had a turn stands behind those who had none.
    if (own.length > 0 || chunks.length === 0) queue.waiting.delete(tenant);
    if (own.length > 0 && chunks.length > 0) queue.waiting.set(tenant, chunks);
  }
  if (queue.waiting.size === 0) reset(queue);
  else queue.isDue = true;
  return taken;
}

/** How many chunks of each queue go: one in turn, until its next one does not fit. One goes in any case. */
function turns(queues: readonly (readonly Chunk[])[]): number[] {
  const counts = queues.map(() => 0);
  let open = [...queues.entries()];
  let bytes = 0;
  for (let round = 0; open.length > 0; round++) {
    open = open.filter(([place, queue]) => {
      const chunk = queue[round];
      if (chunk === undefined || (bytes > 0 && bytes + chunk.bytes.length > MAX_SEND_BYTES)) return false;
      bytes += chunk.bytes.length;
      counts[place] = round + 1;
      return true;
    });
  }
  return counts;
}

function reset(queue: Queue): void {
  queue.waiting = new Map();
  queue.bytes = 0;
  queue.isDue = false;
}

/** TracesData messages one after the other are one, so a record is its chunks one after the other. */
export function packRecords(
  tenant: string,
  chunks: readonly Pick<Chunk, 'bytes'>[],
  recordBytes: number,
): OutgoingRecord<readonly Uint8Array[]>[] {
  const headers = tenant === DEFAULT_TENANT ? {} : { headers: { [TENANT_HEADER]: tenant } };
  const records: OutgoingRecord<readonly Uint8Array[]>[] = [];
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    parts.push(chunk.bytes);
    bytes += chunk.bytes.length;
    if (bytes < recordBytes) continue;
    records.push({ value: parts, ...headers });
    parts = [];
    bytes = 0;
  }
  if (parts.length > 0) records.push({ value: parts, ...headers });
  return records;
}
