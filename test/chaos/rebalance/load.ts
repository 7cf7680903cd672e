/** A steady load: so many records a second to every partition, each a trace of one span. */
import { randomBytes } from 'node:crypto';
import type { Producer } from '../../../services/platform/kafka/port.ts';
import { tracesData } from '../../support/otlp_bytes.ts';

export interface LoadOptions {
  readonly producer: Producer;
  readonly topic: string;
  readonly partitions: number;
  readonly recordsPerSecond: number;
}

/** A send for each partition as often; the processor's records are still single. */
const SEND_MS = 100;

export class Load {
  failures = 0;
  private readonly options: LoadOptions;
  private readonly timer: NodeJS.Timeout;
  private readonly sending = new Set<number>();

  constructor(options: LoadOptions) {
    this.options = options;
    this.timer = setInterval(() => this.sendAll(), SEND_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private sendAll(): void {
    for (let partition = 0; partition < this.options.partitions; partition++) void this.send(partition);
  }

  private async send(partition: number): Promise<void> {
    const { producer, topic, recordsPerSecond } = this.options;
    if (this.sending.has(partition)) return;
    this.sending.add(partition);
    const count = Math.round((recordsPerSecond * SEND_MS) / 1_000);
    const records = Array.from({ length: count }, () => ({ value: oneSpan() }));
    try {
      await producer.append({ topic, partition, records });
    } catch {
      this.failures++;
    } finally {
      this.sending.delete(partition);
    }
  }
}

function oneSpan(): Buffer {
  const ids = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };
  return tracesData([{ service: 'drill', spans: [{ ...ids, startMs: Date.now() }] }]);
}
