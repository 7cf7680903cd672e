/**
 * What becomes of a request's body, whatever protocol brought it: read, split by partition, stored, or refused with a
 * reason. The front doors turn the outcome into their protocol's answer (otlp_http.ts, otlp_grpc.ts).
 */
import { FormatError } from '../core/otlp/format_error.ts';
import { RequestTooLargeError } from '../core/otlp/request_limits.ts';
import type { SpanFormat } from '../core/otlp/span_format.ts';
import { RequestSplitter, type SplitRequest } from '../core/otlp/split_request.ts';
import { GrowthError } from '../core/redaction/edits.ts';
import { WireError } from '../core/wire/cursor.ts';
import type { Clock } from '../platform/clock.ts';
import { KafkaUnavailableError, RecordTooLargeError } from '../platform/kafka/port.ts';
import type { Log } from '../platform/log.ts';
import { ConversionBrokenError, type ConversionThread } from './conversion_thread.ts';
import type { Batcher } from './batcher.ts';
import type { Sender } from './doorman.ts';
import type { CollectorMetrics } from './metrics.ts';
import type { TenantRates } from './tenant_rates.ts';

export type Rejected = SplitRequest['rejected'];

export type Outcome =
  /** In Kafka, but for the rejected spans. */
  | { readonly kind: 'stored'; readonly rejected: Rejected }
  /** No request; sending it again is of no use. */
  | { readonly kind: 'malformed'; readonly problem: string }
  | { readonly kind: 'too_large'; readonly problem: string }
  /** Over the limit of bytes in flight. */
  | { readonly kind: 'overloaded' }
  /** Over the rate of its tenant. */
  | { readonly kind: 'limited'; readonly problem: string; readonly retryAfterMs: number }
  /** Kafka did not take it, or this collector is stopping. */
  | { readonly kind: 'unavailable'; readonly problem: string };

export interface IntakeOptions {
  /** Partitions of the spans topic; known before the first request comes. */
  readonly partitions: () => number;
  /** What all protocols have in common: the policy of the house, before anything is stored. */
  readonly redact?: ((request: Uint8Array) => Uint8Array) | null;
  /** Where large bodies become OTLP; without it, here. */
  readonly conversion?: Pick<ConversionThread, 'takes' | 'convert'>;
  readonly batcher: Pick<Batcher, 'add'>;
  readonly rates: Pick<TenantRates, 'take' | 'giveBack' | 'charge'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: CollectorMetrics;
}

export class Intake {
  private readonly options: IntakeOptions;
  private splitter: RequestSplitter | null = null;

  constructor(options: IntakeOptions) {
    this.options = options;
  }

  /** Answers once Kafka has the spans. The body may be reused by its owner only after that. */
  async take(body: Uint8Array, format: SpanFormat, sender: Sender): Promise<Outcome> {
    const { protocol } = format;
    const { clock, metrics } = this.options;
    const startedMs = clock.now();
    metrics.requestBytes.add(body.length, { protocol });
    const outcome = await this.store(body, format, sender);
    metrics.requestSeconds.observe((clock.now() - startedMs) / 1000, { protocol });
    return outcome;
  }

  private async store(body: Uint8Array, format: SpanFormat, { tenant }: Sender): Promise<Outcome> {
    const { protocol } = format;
    const split = await this.split(body, format);
    if ('kind' in split) {
      this.options.rates.charge(tenant, body.length);
      return split;
    }
    const { parts, accepted, rejected } = split;
    const { batcher, log, metrics, rates } = this.options;
    const refused = rejected.invalid_trace_id + rejected.invalid_span_id;
    metrics.spansReceived.add(accepted + refused, { protocol });
    // A request is work, also one that brings nothing.
    const cost = { spans: Math.max(accepted, 1), bytes: body.length };
    const retryAfterMs = rates.take(tenant, cost);
    if (retryAfterMs > 0) {
      metrics.tenantRefusals.add(1, { tenant, reason: 'rate' });
      return { kind: 'limited', problem: 'over the rate of its tenant', retryAfterMs };
    }
    try {
      await batcher.add(parts, tenant);
    } catch (error) {
      rates.giveBack(tenant, cost);
      if (error instanceof KafkaUnavailableError)
        return { kind: 'unavailable', problem: 'Kafka is not reachable' };
      if (!(error instanceof RecordTooLargeError)) throw error;
      log.error({ error }, 'a record is larger than the spans topic takes: see its max.message.bytes');
      return { kind: 'too_large', problem: 'the request is larger than the spans topic takes' };
    }
    metrics.spansStored.add(accepted, { protocol });
    metrics.tenantSpans.add(accepted, { tenant });
    metrics.tenantBytes.add(body.length, { tenant });
    for (const [reason, spans] of Object.entries(rejected)) {
      if (spans > 0) metrics.spansRefused.add(spans, { reason });
    }
    return { kind: 'stored', rejected };
  }

  private async split(body: Uint8Array, format: SpanFormat): Promise<SplitRequest | Outcome> {
    const { conversion } = this.options;
    this.splitter ??= new RequestSplitter(this.options.partitions());
    try {
      const isLarge = conversion?.takes(body, format) === true;
      const request = isLarge ? await conversion.convert(body, format) : format.toOtlp(body);
      return this.splitter.split(this.options.redact?.(request) ?? request);
    } catch (error) {
      if (error instanceof GrowthError) {
        return { kind: 'too_large', problem: 'the request is too large once it is redacted' };
      }
      if (error instanceof RequestTooLargeError) return { kind: 'too_large', problem: error.message };
      if (error instanceof WireError) {
        return { kind: 'malformed', problem: `the body is no ExportTraceServiceRequest: ${error.message}` };
      }
      if (error instanceof ConversionBrokenError) return { kind: 'unavailable', problem: error.message };
      if (error instanceof FormatError) return { kind: 'malformed', problem: error.message };
      throw error;
    }
  }
}
