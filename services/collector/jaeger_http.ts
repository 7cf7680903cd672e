/**
 * Jaeger over HTTP: POST /api/traces with a Batch of jaeger.thrift in the binary protocol, answered with 202.
 *
 * Not for what a request means (intake.ts). Errors are text, as Jaeger's own collector answers them.
 */
import type { IncomingMessage } from 'node:http';
import { JAEGER_THRIFT } from '../core/jaeger/formats.ts';
import { httpDoor, type HttpAnswer, type HttpDoor, type HttpDoorOptions } from './http_door.ts';
import { mediaType, unsupportedType, type HeaderRefusal } from './http_headers.ts';
import { takeSpans, type HttpSpansOptions } from './http_spans.ts';
import { refusedAnswer, spansAnswer } from './text_answers.ts';

export type JaegerHttpOptions = HttpSpansOptions & Omit<HttpDoorOptions, 'protocol' | 'routes' | 'refusal'>;

const PROTOCOL = 'jaeger';
const THRIFT_TYPES = ['application/x-thrift', 'application/vnd.apache.thrift.binary'];
/** Old clients say the format in the query. */
const FORMAT = 'jaeger.thrift';

export function jaegerHttpDoor(options: JaegerHttpOptions): HttpDoor {
  const handle = (request: IncomingMessage): Promise<HttpAnswer | null> => takeBatch(request, options);
  return httpDoor({
    ...options,
    protocol: PROTOCOL,
    routes: [{ method: 'POST', path: '/api/traces', handle }],
    refusal: (_request, refusal) => refusedAnswer(refusal),
  });
}

async function takeBatch(request: IncomingMessage, options: JaegerHttpOptions): Promise<HttpAnswer | null> {
  const refusal = headerRefusal(request);
  if (refusal !== null) {
    options.metrics.requests.add(1, { protocol: PROTOCOL, outcome: refusal.kind });
    return refusedAnswer(refusal);
  }
  const outcome = await takeSpans(request, JAEGER_THRIFT, options);
  return outcome === null ? null : spansAnswer(outcome);
}

function headerRefusal({ headers, url = '' }: IncomingMessage): HeaderRefusal | null {
  if (!THRIFT_TYPES.includes(mediaType(headers) ?? '')) return unsupportedType(THRIFT_TYPES);
  const format = new URLSearchParams(url.split('?')[1] ?? '').get('format');
  if (format === null || format === FORMAT) return null;
  return { ...unsupportedType(THRIFT_TYPES), message: `the format must be ${FORMAT}, where it is said` };
}
