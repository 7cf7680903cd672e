/** Those who send spans: each request to some collector, again and again until one says that it is safe. */
import { TENANT_HEADER, DEFAULT_TENANT } from '../../services/core/contracts.ts';
import { RequestSplitter } from '../../services/core/otlp/split_request.ts';
import type { PartitionRecords } from '../../services/platform/kafka/port.ts';
import type { Ledger } from './ledger.ts';
import { topics, type Member } from './members.ts';
import type { SimTime } from './sim_time.ts';
import { makeRequest, type Request } from './traffic.ts';

/** A client waits for as long, and then sends again; all in less time than a trace is remembered. */
const TIMEOUT_MS = 700;
const PAUSE_MS = 100;
const ATTEMPTS = 3;

export interface ClientsOptions {
  readonly time: SimTime;
  readonly random: () => number;
  readonly latency: () => number;
  readonly ledger: Ledger;
  readonly partitions: number;
  /** Whether what failed is sent again, and what did not now and then as well. */
  readonly sendAgain: boolean;
  readonly collectors: () => readonly Member[];
  /** Straight into Kafka, as pipelines do that have other ways in. */
  readonly append: (batch: PartitionRecords) => void;
  readonly tell: (what: string, fields: object) => void;
}

export class Clients {
  /** Requests without an answer. */
  waiting = 0;
  private readonly options: ClientsOptions;
  private readonly splitter: RequestSplitter;
  private last: Request | null = null;

  constructor(options: ClientsOptions) {
    this.options = options;
    this.splitter = new RequestSplitter(options.partitions);
  }

  /** `number` makes the ids of its spans. */
  send(seed: number, number: number): void {
    const { time, ledger, sendAgain } = this.options;
    const request = makeRequest(seed, number, time.now());
    ledger.onSent(request.spans);
    this.last = request;
    // Only a fresh one is sent again for no reason: a trace is not remembered for ever.
    time.after(1_500, () => {
      if (this.last === request) this.last = null;
    });
    this.attempt(request, sendAgain ? ATTEMPTS : 1);
  }

  /** A client sends its last request again, though it need not. */
  repeat(): void {
    if (this.last !== null && this.options.sendAgain) this.attempt(this.last, 1);
    this.last = null;
  }

  private attempt(request: Request, attempts: number): void {
    if (attempts === 0) return;
    if (request.tenant !== DEFAULT_TENANT) {
      this.appendFor(request);
      return;
    }
    const { time, random, latency, ledger, collectors, tell } = this.options;
    this.waiting++;
    let isOver = false;
    const end = (isStored: boolean): void => {
      if (isOver) return;
      isOver = true;
      this.waiting--;
      tell('answer', { isStored, spans: request.spans.map(({ span }) => Number(`0x${span.spanId}`)) });
      if (isStored) ledger.onSuccess(request.spans);
      else time.after(PAUSE_MS, () => this.attempt(request, attempts - 1));
    };
    time.after(TIMEOUT_MS, () => end(false));
    const living = collectors();
    const collector = living[Math.floor(random() * living.length)];
    collector?.process.after(latency(), () => {
      const answer = (isStored: boolean): void =>
        collector.process.after(0, () => time.after(latency(), () => end(isStored)));
      collector.send(request.bytes).then(
        () => answer(true),
        () => answer(false),
      );
    });
  }

  private appendFor({ tenant, spans, bytes }: Request): void {
    const { append, ledger } = this.options;
    for (const { partition, bytes: value } of this.splitter.split(bytes).parts) {
      const records = [{ value: Buffer.from(value), headers: { [TENANT_HEADER]: tenant } }];
      append({ topic: topics.spans, partition, records });
    }
    ledger.onSuccess(spans);
  }
}
