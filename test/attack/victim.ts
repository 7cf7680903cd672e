/**
 * The well-behaved tenant: a thousand spans a second, half over HTTP, half over gRPC, at times that do not wait for answers: what a
 * slow answer makes late counts as late. It comes back when it is told to, as an exporter does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { SPANS_A_TRACE, traces } from './spans.ts';

const REQUESTS_A_SECOND = 20;
const TRACES_A_REQUEST = 5;
export const SPANS_A_REQUEST = TRACES_A_REQUEST * SPANS_A_TRACE;
export const SPANS_A_SECOND = REQUESTS_A_SECOND * SPANS_A_REQUEST;
const MAX_ATTEMPTS = 5;
const RETRY_MS = 500;
const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const same = (bytes: Buffer): Buffer => bytes;

export interface VictimAnswers {
  /** From when a request should have been sent until it was answered with success, in milliseconds. */
  readonly latenciesMs: readonly number[];
  /** Traces whose request was answered with success. */
  readonly acknowledged: ReadonlySet<number>;
  /** Requests that were not, after all attempts. */
  readonly failed: number;
  /** Attempts that were refused or broken. */
  readonly retries: number;
}

export interface VictimOptions {
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly token: string;
}

export class Victim {
  private readonly options: VictimOptions;
  private readonly client: Client;
  private readonly metadata = new Metadata();

  constructor(options: VictimOptions) {
    this.options = options;
    this.client = new Client(`127.0.0.1:${options.grpcPort}`, credentials.createInsecure());
    this.metadata.set('authorization', `Bearer ${options.token}`);
  }

  /** Trace ids begin with `phase`; see traces(). */
  async sendFor(ms: number, phase: number): Promise<VictimAnswers> {
    const answers = { latenciesMs: [] as number[], acknowledged: new Set<number>(), failed: 0, retries: 0 };
    const startedMs = performance.now();
    const underWay: Promise<void>[] = [];
    for (let request = 0; request < (ms / 1000) * REQUESTS_A_SECOND; request++) {
      const dueMs = startedMs + (request * 1000) / REQUESTS_A_SECOND;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      underWay.push(this.request(phase, request, dueMs, answers));
    }
    await Promise.all(underWay);
    return answers;
  }

  close(): void {
    this.client.close();
  }

  private async request(
    phase: number,
    request: number,
    dueMs: number,
    answers: { latenciesMs: number[]; acknowledged: Set<number>; failed: number; retries: number },
  ): Promise<void> {
    const first = request * TRACES_A_REQUEST;
    const body = traces(phase, first, TRACES_A_REQUEST, () => 'GET /products');
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const isTaken = request % 2 === 0 ? await this.post(body) : await this.call(body);
      if (isTaken) {
        answers.latenciesMs.push(performance.now() - dueMs);
        for (let trace = first; trace < first + TRACES_A_REQUEST; trace++) answers.acknowledged.add(trace);
        return;
      }
      answers.retries++;
      await sleep(RETRY_MS);
    }
    answers.failed++;
  }

  private async post(body: Buffer): Promise<boolean> {
    const { httpPort, token } = this.options;
    try {
      const answer = await fetch(`http://127.0.0.1:${httpPort}/v1/traces`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-protobuf' },
        body,
      });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }

  private call(body: Buffer): Promise<boolean> {
    return new Promise((resolve) => {
      this.client.makeUnaryRequest(EXPORT, same, same, body, this.metadata, (error: ServiceError | null) =>
        resolve(error === null || error.code === status.OK),
      );
    });
  }
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
