/** What the headers of a request with spans ask for, or why it cannot be had. */
import type { IncomingHttpHeaders } from 'node:http';
import { GRPC_STATUS, type GrpcStatus } from '../platform/grpc/grpc_status.ts';
import { CONTENT_ENCODINGS, type ContentEncoding } from './http_body.ts';

export interface HeaderRefusal {
  readonly kind:
    'not_found' | 'method_not_allowed' | 'unsupported' | 'unauthenticated' | 'forbidden' | 'limited';
  readonly httpStatus: number;
  readonly grpcStatus: GrpcStatus;
  readonly message: string;
  /** Headers of the answer that say what would be right. */
  readonly headers: Readonly<Record<string, string>>;
}

export function notFound(paths: readonly string[]): HeaderRefusal {
  const message = `not found; there is ${[...new Set(paths)].join(', ')}`;
  return { kind: 'not_found', httpStatus: 404, grpcStatus: GRPC_STATUS.notFound, message, headers: {} };
}

export function methodNotAllowed(methods: readonly string[]): HeaderRefusal {
  const allow = methods.join(', ');
  return {
    ...{ kind: 'method_not_allowed', httpStatus: 405, grpcStatus: GRPC_STATUS.unimplemented },
    message: methods.includes('POST') ? 'spans are sent by POST' : `the method must be ${allow}`,
    headers: { allow },
  };
}

export function unsupportedType(types: readonly string[]): HeaderRefusal {
  return unsupported(`the content type must be ${types.join(' or ')}`);
}

/** How the body is compressed. */
export function contentEncoding(headers: IncomingHttpHeaders): ContentEncoding | HeaderRefusal {
  const given = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const encoding = CONTENT_ENCODINGS.find((one) => one === given);
  if (encoding !== undefined) return encoding;
  const known = CONTENT_ENCODINGS.join(', ');
  return unsupported(`the content encoding must be one of ${known}`, { 'accept-encoding': known });
}

/** The content type without its parameters, in lower case; undefined where none is given. */
export function mediaType(headers: IncomingHttpHeaders): string | undefined {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
}

function unsupported(message: string, headers: Readonly<Record<string, string>> = {}): HeaderRefusal {
  return {
    ...{ kind: 'unsupported', httpStatus: 415, grpcStatus: GRPC_STATUS.invalidArgument },
    ...{ message, headers },
  };
}
