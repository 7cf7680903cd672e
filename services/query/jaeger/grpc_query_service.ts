/** `jaeger.api_v3.QueryService` over gRPC: spans as they are stored, some of them a message. */
import { jaeger, opentelemetry, type google } from '../../../proto/generated/index.js';
import type { GrpcCall, GrpcMethod } from '../../platform/grpc/grpc_method.ts';
import { GRPC_STATUS, type GrpcRefusal } from '../../platform/grpc/grpc_status.ts';
import type { Admission } from '../admission.ts';
import { asProblem } from '../api.ts';
import type { ForeignStore, ForeignTrace, TraceSpan } from '../foreign/foreign_store.ts';
import { PROTOBUF, resourceSpans } from '../foreign/otlp_trace.ts';
import { LAST_NS } from '../foreign/query_values.ts';
import { badRequest, notFound, Problem } from '../problem.ts';
import type { TimeRange } from '../store.ts';
import { inScope } from '../tenant_scope.ts';
import { jaegerTraceIdParameter } from './jaeger_parameters.ts';
import { operationsOfKind } from './jaeger_routes.ts';
import { v3Search, type V3Query } from './v3_query.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const api = jaeger.api_v3;
type Timestamp = google.protobuf.Timestamp.$Properties;
type Answer = Uint8Array | readonly Uint8Array[];

export interface GrpcQueryOptions {
  readonly store: ForeignStore;
  readonly admission: Admission;
  readonly timeoutMs: number;
  /** Told of errors that are not the client's. */
  readonly onFailure: (error: unknown, path: string) => void;
}

/** Clients take 4 MiB unless told otherwise. */
const MOST_MESSAGE_BYTES = 3 * 1024 * 1024;
const SPANS_A_MESSAGE = 2_000;

export function grpcQueryMethods(options: GrpcQueryOptions): GrpcMethod[] {
  const { store } = options;
  return [
    method(options, 'GetTrace', async (bytes, tenant, signal) => {
      const { traceId } = api.GetTraceRequest.decode(bytes);
      const traces = await store.traces(tenant, [jaegerTraceIdParameter(traceId)], signal);
      if (traces.length === 0) throw notFound('trace not found');
      return traces.flatMap(messagesOf);
    }),
    method(options, 'FindTraces', async (bytes, tenant, signal) => {
      const { query } = api.FindTracesRequest.decode(bytes);
      const search = v3Search(v3Query(query ?? {}), tenant);
      const traces = await store.traces(tenant, await store.find(search, signal), signal);
      return traces.flatMap(messagesOf);
    }),
    method(options, 'GetServices', async (_bytes, tenant, signal) =>
      api.GetServicesResponse.encode({ services: await store.services(tenant, signal) }).finish(),
    ),
    method(options, 'GetOperations', async (bytes, tenant, signal) => {
      const { service, spanKind } = api.GetOperationsRequest.decode(bytes);
      const kind = spanKind === '' ? null : spanKind;
      const operations = await operationsOfKind(store, tenant, service, kind, signal);
      return api.GetOperationsResponse.encode({ operations }).finish();
    }),
    method(options, 'GetDependencies', async (bytes, tenant, signal) => {
      const { startTime, endTime } = api.GetDependenciesRequest.decode(bytes);
      const edges = await store.edges(tenant, rangeOf(startTime, endTime), signal);
      const dependencies = edges.map(({ client, server, calls }) => ({
        ...{ parent: client, child: server, callCount: Math.round(calls) },
      }));
      return api.DependenciesResponse.encode({ dependencies }).finish();
    }),
  ];
}

function method(
  { admission, timeoutMs, onFailure }: GrpcQueryOptions,
  name: string,
  answer: (bytes: Buffer, tenant: string, signal: AbortSignal) => Promise<Answer>,
): GrpcMethod {
  const path = `/jaeger.api_v3.QueryService/${name}`;
  const handle = async (bytes: Buffer, call: GrpcCall): Promise<Answer | GrpcRefusal> => {
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const scope = await admission.admit({ caller: call, named: [], route: path });
      return await inScope(scope, () => answer(bytes, scope.tenant, signal));
    } catch (error) {
      const problem = problemOf(error, signal, timeoutMs);
      if (problem.status >= 500) onFailure(error, path);
      return refusal(problem);
    }
  };
  return { path, handle };
}

function problemOf(error: unknown, signal: AbortSignal, timeoutMs: number): Problem {
  if (signal.aborted) return new Problem(504, `no answer within ${timeoutMs} ms`, { cause: error });
  // Of protobufjs: the bytes are no such message.
  if (
    error instanceof RangeError ||
    (error instanceof Error && /^(?:invalid|illegal|index)/.test(error.message))
  ) {
    return badRequest('the request cannot be decoded');
  }
  return asProblem(error, timeoutMs);
}

const CODES: ReadonlyMap<number, GrpcRefusal['code']> = new Map([
  [401, GRPC_STATUS.unauthenticated],
  [403, GRPC_STATUS.permissionDenied],
  [404, GRPC_STATUS.notFound],
  [422, GRPC_STATUS.resourceExhausted],
  [429, GRPC_STATUS.resourceExhausted],
  [500, GRPC_STATUS.internal],
  [503, GRPC_STATUS.unavailable],
  [504, GRPC_STATUS.deadlineExceeded],
]);

function refusal({ status, message }: Problem): GrpcRefusal {
  return { code: CODES.get(status) ?? GRPC_STATUS.invalidArgument, message };
}

function messagesOf({ spans }: ForeignTrace): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < spans.length; at += SPANS_A_MESSAGE) {
    messages.push(...fittingMessages(spans.slice(at, at + SPANS_A_MESSAGE)));
  }
  return messages;
}

/** Halved until each fits; a single span goes as it is. */
function fittingMessages(spans: readonly TraceSpan[]): Uint8Array[] {
  const bytes = TracesData.encode({ resourceSpans: resourceSpans(spans, PROTOBUF) }).finish();
  if (bytes.length <= MOST_MESSAGE_BYTES || spans.length === 1) return [bytes];
  const half = Math.ceil(spans.length / 2);
  return [...fittingMessages(spans.slice(0, half)), ...fittingMessages(spans.slice(half))];
}

function v3Query(query: jaeger.api_v3.TraceQueryParameters.$Properties): V3Query {
  return {
    serviceName: query.serviceName ?? '',
    operationName: query.operationName ?? '',
    attributes: Object.entries(query.attributes ?? {}),
    startMinNs: nanoseconds(query.startTimeMin),
    startMaxNs: nanoseconds(query.startTimeMax),
    durationMinNs: nanoseconds(query.durationMin),
    durationMaxNs: nanoseconds(query.durationMax),
    searchDepth: query.searchDepth ?? 0,
  };
}

function rangeOf(start: Timestamp | null | undefined, end: Timestamp | null | undefined): TimeRange {
  const [sinceNs, untilNs] = [nanoseconds(start), nanoseconds(end)];
  if (sinceNs === null || untilNs === null) throw badRequest('start_time and end_time are required');
  return { sinceMs: Number(sinceNs / 1_000_000n), untilMs: Number(untilNs / 1_000_000n) };
}

/** Of a Timestamp or a Duration, clipped to what there can be; null where there is none. */
function nanoseconds(time: Timestamp | null | undefined): bigint | null {
  if (time === null || time === undefined) return null;
  const ns = BigInt(String(time.seconds ?? 0)) * 1_000_000_000n + BigInt(time.nanos ?? 0);
  return ns < 0n ? 0n : ns > LAST_NS ? LAST_NS : ns;
}
