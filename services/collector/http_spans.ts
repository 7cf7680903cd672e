/** The spans in the body of an HTTP request, taken: what all protocols over HTTP share between headers and answer. */
import type { IncomingMessage } from 'node:http';
import type { SpanFormat } from '../core/otlp/span_format.ts';
import type { Doorman } from './doorman.ts';
import { readBody, type ContentEncoding } from './http_body.ts';
import { contentLength } from './http_door.ts';
import { contentEncoding, type HeaderRefusal } from './http_headers.ts';
import type { InFlight } from './in_flight.ts';
import type { Intake, Outcome } from './intake.ts';
import type { TenantRates } from './tenant_rates.ts';
import type { CollectorMetrics } from './metrics.ts';

export interface HttpSpansOptions {
  readonly maxRequestBytes: number;
  readonly doorman: Pick<Doorman, 'admit' | 'senderOf'>;
  readonly intake: Pick<Intake, 'take'>;
  readonly inFlight: InFlight;
  readonly rates: Pick<TenantRates, 'charge'>;
  readonly metrics: Pick<CollectorMetrics, 'requests'>;
  readonly isStopping: () => boolean;
}

/** Null where the client left before its request was whole. Counts the request. */
export async function takeSpans(
  request: IncomingMessage,
  format: SpanFormat,
  options: HttpSpansOptions,
): Promise<Outcome | HeaderRefusal | null> {
  const encoding = contentEncoding(request.headers);
  const outcome =
    typeof encoding === 'string' ? await takeRequest(request, encoding, format, options) : encoding;
  options.metrics.requests.add(1, { protocol: format.protocol, outcome: outcome.kind });
  return outcome.kind === 'gone' ? null : outcome;
}

/** The request's lease lasts from its first byte until Kafka has answered. */
async function takeRequest(
  request: IncomingMessage,
  encoding: ContentEncoding,
  format: SpanFormat,
  { doorman, inFlight, intake, isStopping, maxRequestBytes, rates }: HttpSpansOptions,
): Promise<Outcome | { readonly kind: 'gone' }> {
  if (isStopping()) return { kind: 'unavailable', problem: 'the collector is stopping' };
  if (contentLength(request) > maxRequestBytes) return tooLarge(maxRequestBytes);
  const sender = doorman.senderOf(request);
  const lease = inFlight.lease(sender);
  try {
    const body = await readBody(request, encoding, maxRequestBytes, lease);
    switch (body.kind) {
      case 'body':
        return await intake.take(body.bytes, format, sender);
      case 'too_large':
        rates.charge(sender.tenant, Math.max(lease.bytes, contentLength(request)));
        return tooLarge(maxRequestBytes);
      case 'corrupt':
        rates.charge(sender.tenant, Math.max(lease.bytes, contentLength(request)));
        return { kind: 'malformed', problem: `the body is no ${encoding}: ${body.problem}` };
      case 'overloaded':
      case 'gone':
        return body;
    }
  } finally {
    lease.release();
  }
}

function tooLarge(maxBytes: number): Outcome {
  return { kind: 'too_large', problem: `a request has at most ${maxBytes} bytes after decompression` };
}
