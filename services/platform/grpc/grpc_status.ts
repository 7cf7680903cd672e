/**
 * How a call ends, in the words of gRPC: the status codes, and the trailers that carry them.
 * Source: gRPC over HTTP2, "Responses"; the details are google.rpc.Status (AIP-193).
 */
import type { OutgoingHttpHeaders } from 'node:http2';
import { google } from '../../../proto/generated/index.js';

/** The codes of gRPC that Spanmill answers with. */
export const GRPC_STATUS = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

export type GrpcStatus = (typeof GRPC_STATUS)[keyof typeof GRPC_STATUS];

export interface GrpcRefusal {
  readonly code: GrpcStatus;
  readonly message: string;
  /** Sent as google.rpc.RetryInfo; clients take RESOURCE_EXHAUSTED for final without it. */
  readonly retryAfterMs?: number;
}

export const OK_TRAILERS: OutgoingHttpHeaders = { 'grpc-status': '0' };

export function trailersOf(refusal: GrpcRefusal): OutgoingHttpHeaders {
  const trailers: OutgoingHttpHeaders = {
    'grpc-status': String(refusal.code),
    'grpc-message': percentEncoded(refusal.message),
  };
  const { retryAfterMs } = refusal;
  if (retryAfterMs !== undefined) trailers['grpc-status-details-bin'] = retryDetails(refusal, retryAfterMs);
  return trailers;
}

/** The status once more, with its details. Binary metadata is base64 without padding. */
function retryDetails({ code, message }: GrpcRefusal, retryAfterMs: number): string {
  const retryDelay = { seconds: Math.floor(retryAfterMs / 1000), nanos: (retryAfterMs % 1000) * 1e6 };
  const details = [
    {
      type_url: 'type.googleapis.com/google.rpc.RetryInfo',
      value: google.rpc.RetryInfo.encode({ retryDelay }).finish(),
    },
  ];
  const bytes = google.rpc.Status.encode({ code, message, details }).finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64').replace(/=+$/, '');
}

/** Printable ASCII but for `%`; HTTP/2 allows no space at the ends. */
const PLAIN = /^(?! )[\x20-\x24\x26-\x7e]*(?<! )$/;

/** UTF-8, with `%XX` for each byte that is not plain. */
function percentEncoded(message: string): string {
  if (PLAIN.test(message)) return message;
  return Array.from(Buffer.from(message), (byte) =>
    byte > 0x20 && byte < 0x7f && byte !== 0x25
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}
