/**
 * OTLP/HTTP: POST /v1/traces in protobuf or JSON, answered in the same.
 *
 * Not for what a request means (intake.ts). Every error has a google.rpc.Status as its body (OTLP specification,
 * "OTLP/HTTP Response"); an outage is never a 500.
 */
import type { IncomingMessage } from 'node:http';
import { OTLP_JSON, OTLP_PROTOBUF } from '../core/otlp/span_format.ts';
import {
  refusalOf,
  retryHeaders,
  statusBytes,
  statusJson,
  successBytes,
  successJson,
  type StatusMessage,
} from './answers.ts';
import { httpDoor, type HttpAnswer, type HttpDoor, type HttpDoorOptions } from './http_door.ts';
import { mediaType, unsupportedType, type HeaderRefusal } from './http_headers.ts';
import { takeSpans, type HttpSpansOptions } from './http_spans.ts';
import type { Outcome } from './intake.ts';

export type OtlpHttpOptions = HttpSpansOptions & Omit<HttpDoorOptions, 'protocol' | 'routes' | 'refusal'>;

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
type ContentType = typeof PROTOBUF | typeof JSON_TYPE;

export function otlpHttpDoor(options: OtlpHttpOptions): HttpDoor {
  const handle = (request: IncomingMessage): Promise<HttpAnswer | null> => takeTraces(request, options);
  return httpDoor({
    ...options,
    protocol: 'http',
    routes: [{ method: 'POST', path: '/v1/traces', handle }],
    refusal: (request, refusal) => refused(contentTypeOf(request) ?? JSON_TYPE, refusal),
  });
}

async function takeTraces(request: IncomingMessage, options: OtlpHttpOptions): Promise<HttpAnswer | null> {
  const contentType = contentTypeOf(request);
  if (contentType === null) {
    const refusal = unsupportedType([PROTOBUF, JSON_TYPE]);
    options.metrics.requests.add(1, { protocol: 'http', outcome: refusal.kind });
    return refused(JSON_TYPE, refusal);
  }
  const outcome = await takeSpans(request, contentType === PROTOBUF ? OTLP_PROTOBUF : OTLP_JSON, options);
  if (outcome === null) return null;
  return 'httpStatus' in outcome ? refused(contentType, outcome) : answerOf(contentType, outcome);
}

/** Null for types that OTLP does not have. */
function contentTypeOf({ headers }: IncomingMessage): ContentType | null {
  const type = mediaType(headers);
  return type === PROTOBUF || type === JSON_TYPE ? type : null;
}

function refused(contentType: ContentType, refusal: HeaderRefusal): HttpAnswer {
  const { httpStatus, headers } = refusal;
  return answer(httpStatus, contentType, statusBody(contentType, refusal), headers);
}

function answerOf(contentType: ContentType, outcome: Outcome): HttpAnswer {
  if (outcome.kind === 'stored') {
    const success = contentType === JSON_TYPE ? successJson : successBytes;
    return answer(200, contentType, success(outcome.rejected));
  }
  const refusal = refusalOf(outcome);
  return answer(refusal.httpStatus, contentType, statusBody(contentType, refusal), retryHeaders(refusal));
}

function statusBody(contentType: ContentType, status: StatusMessage): Uint8Array | string {
  return contentType === JSON_TYPE ? statusJson(status) : statusBytes(status);
}

function answer(
  status: number,
  contentType: ContentType,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return { status, headers: { ...headers, 'content-type': contentType }, body };
}
