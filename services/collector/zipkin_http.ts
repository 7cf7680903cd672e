/**
 * Zipkin over HTTP: POST /api/v2/spans (JSON, protobuf) and /api/v1/spans (JSON, thrift), answered with 202 and nothing.
 *
 * Not for what a request means (intake.ts). As with Zipkin, a body whose content type nobody chose is JSON, errors are text, and
 * 202 is also the answer where single spans were refused for their ids: the protocol has no word for that, a metric counts them.
 * Other than Zipkin, the answer waits until the spans are stored.
 */
import type { IncomingMessage } from 'node:http';
import type { SpanFormat } from '../core/otlp/span_format.ts';
import { ZIPKIN_V1_JSON, ZIPKIN_V1_THRIFT, ZIPKIN_V2_JSON, ZIPKIN_V2_PROTO } from '../core/zipkin/formats.ts';
import {
  httpDoor,
  type HttpAnswer,
  type HttpDoor,
  type HttpDoorOptions,
  type HttpRoute,
} from './http_door.ts';
import { mediaType, unsupportedType } from './http_headers.ts';
import { takeSpans, type HttpSpansOptions } from './http_spans.ts';
import { refusedAnswer, spansAnswer } from './text_answers.ts';

export interface ZipkinHttpOptions
  extends
    HttpSpansOptions,
    Omit<HttpDoorOptions, 'protocol' | 'routes' | 'refusal' | keyof HttpSpansOptions> {
  /** Why no spans are taken; null while they are. */
  readonly notReady: () => string | null;
}

const PROTOCOL = 'zipkin';
const JSON_TYPE = 'application/json';

type Formats = ReadonlyMap<string, SpanFormat>;

const V2: Formats = new Map([
  [JSON_TYPE, ZIPKIN_V2_JSON],
  ['application/x-protobuf', ZIPKIN_V2_PROTO],
]);
const V1: Formats = new Map([
  [JSON_TYPE, ZIPKIN_V1_JSON],
  ['application/x-thrift', ZIPKIN_V1_THRIFT],
]);

export function zipkinHttpDoor(options: ZipkinHttpOptions): HttpDoor {
  const spans = (path: string, formats: Formats): HttpRoute => ({
    ...{ method: 'POST', path },
    handle: (request) => take(request, formats, options),
  });
  return httpDoor({
    ...options,
    protocol: PROTOCOL,
    routes: [
      spans('/api/v2/spans', V2),
      spans('/api/v1/spans', V1),
      {
        method: 'GET',
        path: '/health',
        isOpen: true,
        handle: () => Promise.resolve(health(options.notReady())),
      },
    ],
    refusal: (_request, refusal) => refusedAnswer(refusal),
  });
}

async function take(
  request: IncomingMessage,
  formats: Formats,
  options: ZipkinHttpOptions,
): Promise<HttpAnswer | null> {
  const format = formats.get(contentType(request));
  if (format === undefined) {
    const refusal = unsupportedType([...formats.keys()]);
    options.metrics.requests.add(1, { protocol: PROTOCOL, outcome: refusal.kind });
    return refusedAnswer(refusal);
  }
  const outcome = await takeSpans(request, format, options);
  return outcome === null ? null : spansAnswer(outcome);
}

/** What `curl -d` and `fetch` say of a text of which they were told nothing. */
const UNCHOSEN_TYPES: readonly string[] = ['application/x-www-form-urlencoded', 'text/plain'];

function contentType({ headers }: IncomingMessage): string {
  const type = mediaType(headers) ?? JSON_TYPE;
  return UNCHOSEN_TYPES.includes(type) ? JSON_TYPE : type;
}

/** In the form of Zipkin's own. */
function health(problem: string | null): HttpAnswer {
  const body = problem === null ? { status: 'UP' } : { status: 'DOWN', error: problem };
  return {
    status: problem === null ? 200 : 503,
    headers: { 'content-type': JSON_TYPE },
    body: JSON.stringify(body),
  };
}
