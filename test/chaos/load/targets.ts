/**
 * One attempt to export, over either protocol, and what the client may conclude from how it ended. Only what certainly never
 * reached Kafka is a refusal; every other failure may have stored the spans.
 */
import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { google } from '../../../proto/generated/index.js';

export type Attempt =
  | { readonly kind: 'answered' }
  /** Not stored, for certain. */
  | { readonly kind: 'refused'; readonly retryAfterMs: number | null }
  /** Called no good, in whole or in part: nothing is wrong with what the load sends, so a client would have lost it. */
  | { readonly kind: 'rejected' }
  /** Perhaps stored. */
  | { readonly kind: 'ambiguous'; readonly retryAfterMs: number | null };

export interface AttemptOptions {
  readonly timeoutMs: number;
  /** The client goes away as long after sending; null where it waits for its answer. */
  readonly leaveAfterMs: number | null;
}

export interface Target {
  send(request: Buffer, options: AttemptOptions): Promise<Attempt>;
  close(): void;
}

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const ANSWERED: Attempt = { kind: 'answered' };
const REJECTED: Attempt = { kind: 'rejected' };
const same = (bytes: Buffer): Buffer => bytes;

/** `address` is host:port. */
export function grpcTarget(address: string): Target {
  const client = new Client(address, credentials.createInsecure(), {
    // A collector that is back is to get load again soon.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1_000,
  });
  return {
    send: (request, { timeoutMs, leaveAfterMs }) =>
      new Promise((resolve) => {
        const deadline = Date.now() + timeoutMs;
        const call = client.makeUnaryRequest(EXPORT, same, same, request, { deadline }, (error, answer) => {
          clearTimeout(leaving);
          resolve(error === null ? answeredBy(answer) : fromGrpcError(error));
        });
        const leaving = leaveAfterMs === null ? undefined : setTimeout(() => call.cancel(), leaveAfterMs);
      }),
    close: () => client.close(),
  };
}

/** `url` is http://host:port. */
export function httpTarget(url: string): Target {
  return {
    send: async (request, { timeoutMs, leaveAfterMs }) => {
      const signal = AbortSignal.timeout(leaveAfterMs ?? timeoutMs);
      try {
        const headers = { 'content-type': 'application/x-protobuf' };
        const answer = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body: request, signal });
        const body = Buffer.from(await answer.arrayBuffer());
        return answer.ok ? answeredBy(body) : fromHttpAnswer(answer);
      } catch (error) {
        return isConnectionRefused(error)
          ? { kind: 'refused', retryAfterMs: null }
          : { kind: 'ambiguous', retryAfterMs: null };
      }
    },
    close: () => undefined,
  };
}

/** A success without a partial one is empty. */
function answeredBy(answer: Buffer | undefined): Attempt {
  return answer === undefined || answer.length === 0 ? ANSWERED : REJECTED;
}

function fromGrpcError(error: ServiceError): Attempt {
  const retryAfterMs = retryInfoOf(error);
  switch (error.code) {
    case status.RESOURCE_EXHAUSTED:
      return retryAfterMs === null ? REJECTED : { kind: 'refused', retryAfterMs };
    case status.INVALID_ARGUMENT:
      return REJECTED;
    case status.UNAVAILABLE:
      // Said by the client itself: it never had a connection.
      return error.details.includes('ECONNREFUSED')
        ? { kind: 'refused', retryAfterMs }
        : { kind: 'ambiguous', retryAfterMs };
    default:
      return { kind: 'ambiguous', retryAfterMs };
  }
}

function fromHttpAnswer({ status: code, headers }: Response): Attempt {
  const seconds = Number(headers.get('retry-after') ?? NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : null;
  if (code === 429) return { kind: 'refused', retryAfterMs };
  if (code === 400 || code === 413) return REJECTED;
  return { kind: 'ambiguous', retryAfterMs };
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

function retryInfoOf({ metadata }: ServiceError): number | null {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(bytes)) return null;
  const detail = google.rpc.Status.decode(bytes).details.find(({ type_url: type }) => type === RETRY_INFO);
  if (detail?.value === undefined || detail.value === null) return null;
  const { retryDelay } = google.rpc.RetryInfo.decode(detail.value);
  return Number(retryDelay?.seconds ?? 0) * 1000 + (retryDelay?.nanos ?? 0) / 1e6;
}

function isConnectionRefused(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string; errors?: { code?: string }[] } };
  return (
    cause?.code === 'ECONNREFUSED' || (cause?.errors?.every(({ code }) => code === 'ECONNREFUSED') ?? false)
  );
}
