/**
 * Sends requests to a collector over OTLP/HTTP, some at a time. A collector that asks for patience gets it, for as long as the
 * patience lasts; what it refuses for good is counted and said.
 */
import { opentelemetry } from '../../../proto/generated/index.js';
import type { Clock, Timers } from '../../platform/clock.ts';
import { CliError } from '../context.ts';
import type { Fetch } from '../query_client.ts';
import { printable } from '../text.ts';

const { ExportTraceServiceResponse } = opentelemetry.proto.collector.trace.v1;

export interface SenderOptions {
  /** E.g. http://127.0.0.1:4318; /v1/traces is added where no path is given. */
  readonly to: string;
  /** E.g. authorization. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long a request is tried again before all is given up. */
  readonly patienceMs: number;
  readonly fetcher: Fetch;
  readonly clock: Clock;
  readonly timers: Pick<Timers, 'sleep'>;
  /** The collector refused spans for good: how many, and why. */
  readonly onRefused: (spans: number, why: string) => void;
  readonly onStored: (spans: number) => void;
  /** Why it waits now; null once it goes on. */
  readonly onWaiting: (why: string | null) => void;
}

export interface ExportRequest {
  readonly bytes: Buffer;
  readonly spans: number;
}

/** Enough for the collector to gather while answers are under way; more would only fill its memory. */
const AT_A_TIME = 4;
const REQUEST_TIMEOUT_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 10_000;
/** Answers that pass: those that OTLP names. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export class Sender {
  private readonly options: SenderOptions;
  private readonly url: URL;
  private readonly underWay = new Set<Promise<void>>();
  private failure: Error | null = null;

  constructor(options: SenderOptions) {
    this.options = options;
    this.url = targetUrl(options.to);
  }

  /** Resolves when there is room for the next. Throws CliError once all is given up. */
  async send(request: ExportRequest): Promise<void> {
    while (this.underWay.size >= AT_A_TIME) await Promise.race(this.underWay);
    this.throwFailure();
    const sending: Promise<void> = this.untilAnswered(request)
      .catch((error: unknown) => {
        this.failure ??= error as Error;
      })
      .finally(() => this.underWay.delete(sending));
    this.underWay.add(sending);
  }

  /** Resolves when all are answered. Throws CliError. */
  async finish(): Promise<void> {
    await Promise.all(this.underWay);
    this.throwFailure();
  }

  private throwFailure(): void {
    if (this.failure !== null) throw this.failure;
  }

  private async untilAnswered(request: ExportRequest): Promise<void> {
    const { clock, timers, patienceMs, onWaiting } = this.options;
    const giveUpAtMs = clock.now() + patienceMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
      const wait = await this.ask(request);
      if (wait === null) {
        onWaiting(null);
        return;
      }
      const forMs = wait.afterMs ?? pauseMs;
      if (this.failure !== null || clock.now() + forMs > giveUpAtMs) {
        throw new CliError([
          `${this.url.origin} ${wait.why}; given up after ${Math.round(patienceMs / 1000)} s`,
        ]);
      }
      onWaiting(`${this.url.origin} ${wait.why}`);
      await timers.sleep(forMs);
    }
  }

  /** Null once it is answered for good, else why and when to come back. */
  private async ask(request: ExportRequest): Promise<{ why: string; afterMs: number | null } | null> {
    const { fetcher, headers, clock } = this.options;
    let answer: Response;
    let body: Buffer;
    try {
      answer = await fetcher(this.url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/x-protobuf' },
        body: new Uint8Array(request.bytes),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      body = Buffer.from(await answer.arrayBuffer());
    } catch {
      return { why: 'does not answer', afterMs: null };
    }
    if (answer.ok) this.stored(request, body);
    else if (PASSING.has(answer.status)) {
      return { why: `asks to wait (status ${answer.status})`, afterMs: retryAfterMs(answer, clock.now()) };
    } else this.refused(request, answer.status, body);
    return null;
  }

  private stored({ spans }: ExportRequest, body: Buffer): void {
    const { onStored, onRefused } = this.options;
    const partial = partialSuccessOf(body);
    if (partial !== null) onRefused(partial.rejected, partial.message);
    onStored(spans - (partial?.rejected ?? 0));
  }

  /** Of one request where its bytes are at fault; anything else would befall all others as well. */
  private refused({ spans }: ExportRequest, status: number, body: Buffer): void {
    const why = `status ${status}: ${messageOf(body)}`;
    if (status !== 400 && status !== 413)
      throw new CliError([`${this.url.href} does not take spans, ${why}`]);
    this.options.onRefused(spans, why);
  }
}

function targetUrl(to: string): URL {
  if (!/^https?:\/\//.test(to) || !URL.canParse(to)) {
    throw new CliError([`--to ${to} is no address; it must be like http://127.0.0.1:4318`]);
  }
  const url = new URL(to);
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return url;
}

/** Seconds or a date. */
function retryAfterMs(answer: Response, nowMs: number): number | null {
  const header = answer.headers.get('retry-after') ?? '';
  const ms = /^\d{1,6}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? null : Math.max(ms, 0);
}

function partialSuccessOf(body: Buffer): { rejected: number; message: string } | null {
  try {
    const partial = ExportTraceServiceResponse.decode(body).partialSuccess;
    const rejected = Number(partial?.rejectedSpans ?? 0);
    return rejected === 0 ? null : { rejected, message: partial?.errorMessage ?? '' };
  } catch {
    return null;
  }
}

const MAX_MESSAGE_CHARACTERS = 300;

/** Of a google.rpc.Status, or what can be read of another answer. */
function messageOf(body: Buffer): string {
  const text = printable(body.toString('utf8').replaceAll(/[^\x20-\x7e]+/g, ' ')).trim();
  return text === '' ? 'no reason given' : text.slice(0, MAX_MESSAGE_CHARACTERS);
}
