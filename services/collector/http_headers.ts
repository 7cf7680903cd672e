/** What the headers of an OTLP/HTTP request ask for, or why it cannot be had. */
import type { IncomingMessage } from 'node:http';
import { GRPC_STATUS, type GrpcStatus } from '../platform/grpc_server.ts';
import { CONTENT_ENCODINGS, type ContentEncoding } from './http_body.ts';

const TRACES_PATH = '/v1/traces';
export const PROTOBUF = 'application/x-protobuf';
export const JSON_TYPE = 'application/json';
export type ContentType = typeof PROTOBUF | typeof JSON_TYPE;

export interface Export {
  readonly kind: 'export';
  readonly contentType: ContentType;
  readonly encoding: ContentEncoding;
}

export interface HeaderRefusal {
  readonly kind: 'not_found' | 'method_not_allowed' | 'unsupported';
  readonly httpStatus: number;
  readonly grpcStatus: GrpcStatus;
  readonly message: string;
  /** Headers of the answer that say what would be right. */
  readonly headers: Readonly<Record<string, string>>;
}

export function readHeaders({ method, url = '', headers }: IncomingMessage): Export | HeaderRefusal {
  if (url.split('?', 1)[0] !== TRACES_PATH) {
    return refuse('not_found', 404, GRPC_STATUS.notFound, `not found; there is ${TRACES_PATH}`);
  }
  if (method !== 'POST') {
    const allow = { allow: 'POST' };
    return refuse('method_not_allowed', 405, GRPC_STATUS.unimplemented, 'spans are sent by POST', allow);
  }
  const contentType = contentTypeOf(headers['content-type']);
  if (contentType === null) {
    const message = `the content type must be ${PROTOBUF} or ${JSON_TYPE}`;
    return refuse('unsupported', 415, GRPC_STATUS.invalidArgument, message);
  }
  const given = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const encoding = CONTENT_ENCODINGS.find((one) => one === given);
  if (encoding === undefined) {
    const known = CONTENT_ENCODINGS.join(', ');
    const message = `the content encoding must be one of ${known}`;
    return refuse('unsupported', 415, GRPC_STATUS.invalidArgument, message, { 'accept-encoding': known });
  }
  return { kind: 'export', contentType, encoding };
}

function refuse(
  kind: HeaderRefusal['kind'],
  httpStatus: number,
  grpcStatus: GrpcStatus,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): HeaderRefusal {
  return { kind, httpStatus, grpcStatus, message, headers };
}

/** Null for types that OTLP does not have. */
export function contentTypeOf(header: string | undefined): ContentType | null {
  const mediaType = header?.split(';', 1)[0]?.trim().toLowerCase();
  return mediaType === PROTOBUF || mediaType === JSON_TYPE ? mediaType : null;
}
