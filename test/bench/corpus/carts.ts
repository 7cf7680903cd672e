/**
 * Traces of one shape, as objects of protobufjs, for the benches of single paths: a shop shows a cart. 8 spans over three services
 * (servers, clients, a database call, internal work), about 400 bytes a span with 8 attributes of its own and 9 of its resource.
 */
import { opentelemetry } from '../../../proto/generated/index.js';

const { Span, TracesData } = opentelemetry.proto.trace.v1;
const { SPAN_KIND_INTERNAL, SPAN_KIND_SERVER, SPAN_KIND_CLIENT } = Span.SpanKind;

export interface CartTrace {
  readonly traceId: Uint8Array;
  readonly spans: readonly CartSpan[];
}

export interface CartSpan {
  readonly service: string;
  readonly span: opentelemetry.proto.trace.v1.Span.$Properties & {
    readonly spanId: Uint8Array;
    readonly parentSpanId: Uint8Array;
    readonly kind: number;
  };
}

export const START_MS = 1_760_000_000_000;

/** Parent, service, kind and name of each span. */
const SHAPE = [
  [-1, 'web', SPAN_KIND_SERVER, 'GET /api/carts/{id}/items'],
  [0, 'web', SPAN_KIND_CLIENT, 'GET'],
  [1, 'cart', SPAN_KIND_SERVER, 'GET /carts/{id}'],
  [2, 'cart', SPAN_KIND_INTERNAL, 'load cart 17'],
  [3, 'cart', SPAN_KIND_CLIENT, 'SELECT shop.carts'],
  [2, 'cart', SPAN_KIND_CLIENT, 'stock.Stock/Reserve'],
  [5, 'stock', SPAN_KIND_SERVER, 'stock.Stock/Reserve'],
  [6, 'stock', SPAN_KIND_INTERNAL, 'reserve'],
] as const;

export const SPANS_A_TRACE = SHAPE.length;
export const SCOPE = { name: '@opentelemetry/instrumentation-http', version: '0.57.1' };

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

export function resourceOf(service: string) {
  return {
    attributes: [
      text('service.name', service),
      text('service.namespace', 'shop'),
      text('service.version', '1.27.3'),
      text('service.instance.id', `${service}-7c9f6d5b8-x2x9k`),
      text('k8s.pod.name', `${service}-7c9f6d5b8-x2x9k`),
      text('k8s.namespace.name', 'shop'),
      text('host.name', 'node-17.eu-central-1.compute.internal'),
      text('deployment.environment.name', 'production'),
      text('telemetry.sdk.language', 'nodejs'),
    ],
  };
}

/** `random` from 0 up to 1: the same numbers give the same traces. */
export function cartTraces(random: () => number, count: number): CartTrace[] {
  return Array.from({ length: count }, () => cartTrace(random));
}

/** TracesData bytes with a ResourceSpans for each service; spans trace by trace, or shuffled where there is `random`. */
export function cartRequest(traces: readonly CartTrace[], random?: () => number): Uint8Array {
  const spans = traces.flatMap((trace) => trace.spans);
  const ordered = random === undefined ? spans : shuffled(spans, random);
  const resourceSpans = [...new Set(spans.map(({ service }) => service))].map((service) => ({
    resource: resourceOf(service),
    scopeSpans: [
      { scope: SCOPE, spans: ordered.filter((one) => one.service === service).map(({ span }) => span) },
    ],
  }));
  return TracesData.encode({ resourceSpans }).finish();
}

function cartTrace(random: () => number): CartTrace {
  const below = (limit: number): number => Math.floor(random() * limit);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => below(256));
  const traceId = bytes(16);
  const ids = SHAPE.map(() => bytes(8));
  const startNs = (START_MS + below(5_000)) * 1e6;
  const spans = SHAPE.map(([parent, service, kind, name], i) => ({
    service,
    span: {
      ...{ traceId, name, kind },
      spanId: ids[i] ?? new Uint8Array(0),
      parentSpanId: ids[parent] ?? new Uint8Array(0),
      startTimeUnixNano: startNs + i * 1e6,
      endTimeUnixNano: startNs + 50e6 - i * 4e6 + below(1e6),
      attributes: [
        text('http.request.method', 'GET'),
        text('url.path', `/api/carts/${below(1e6)}/items`),
        text('http.route', '/api/carts/{id}/items'),
        name.startsWith('SELECT')
          ? text('db.system.name', 'postgresql')
          : text('network.protocol.version', '1.1'),
        text('server.address', 'cart.shop.svc.cluster.local'),
        text('client.address', `10.1.${below(256)}.${below(256)}`),
        text('user_agent.original', 'axios/1.7.2'),
        text('user.id', `u${below(200_000)}`),
      ],
      status: {},
      flags: 0x101,
    },
  }));
  return { traceId, spans };
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [copy[last], copy[other]];
    if (a !== undefined && b !== undefined) [copy[last], copy[other]] = [b, a];
  }
  return copy;
}
