/** opentelemetry-js' SDK with the exporter that INTEROP_EXPORTER names. What it sends is catalogue.ts as JavaScript has it. */
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type HrTime,
  type SpanOptions,
} from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  TracerProvider,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import { BARE_EVENT, ERROR_MESSAGE, EVENT, KINDS, LINK, UNICODE } from '../catalogue.ts';
import type { ToldSpan } from '../features.ts';

const { INTEROP_EXPORTER: name = '', INTEROP_PORT: port = '', INTEROP_SERVICE: service = '' } = process.env;
const told: ToldSpan[] = [];

const ATTRIBUTES: Attributes = {
  ...{ text: 'plain', 'text.unicode': UNICODE, 'text.empty': '', 'flag.true': true, 'flag.false': false },
  ...{ int: 42, 'int.max_safe': Number.MAX_SAFE_INTEGER, 'int.min_safe': Number.MIN_SAFE_INTEGER },
  ...{ double: 0.1, 'double.small': 5e-324 },
  ...{ texts: ['a', 'ß'], flags: [true, false], ints: [1, 2 ** 52 + 1], doubles: [0.5, -1.25] },
};
/** What Zipkin has no word for, and the API no type yet. */
const OTLP_ONLY = {
  ...{ bytes: new Uint8Array([0, 1, 255]), map: { a: 1, b: ['x', true] }, mixed: ['x', 1] },
} as unknown as Attributes;

function exporter(): SpanExporter {
  if (name === 'zipkin') return new ZipkinExporter({ url: `http://127.0.0.1:${port}/api/v2/spans` });
  if (name === 'otlp-grpc') return new GrpcExporter({ url: `http://127.0.0.1:${port}` });
  const url = `http://127.0.0.1:${port}/v1/traces`;
  return name === 'otlp-json' ? new JsonExporter({ url }) : new ProtobufExporter({ url });
}

const provider = new TracerProvider({
  resource: resourceFromAttributes({
    ...{ 'service.name': service, 'service.version': '1.2.3' },
    ...{ 'deployment.cores': 2, 'deployment.spot': true },
  }),
  spanProcessors: [new BatchSpanProcessor({ exporter: exporter() })],
});
const tracer = provider.getTracer('interop.scope', '0.9.1');
let context = ROOT_CONTEXT;

function start(spanName: string, options: SpanOptions = {}) {
  const span = tracer.startSpan(spanName, options, context);
  return Object.assign(span, { finish: () => finish(span as unknown as ReadableSpan & typeof span) });
}

function finish(span: ReadableSpan & { end(): void }): void {
  span.end();
  told.push({
    name: span.name,
    ...{ traceId: span.spanContext().traceId, spanId: span.spanContext().spanId },
    parentSpanId: span.parentSpanContext?.spanId ?? '',
    ...{ startNs: nanoseconds(span.startTime), endNs: nanoseconds(span.endTime) },
  });
}

function nanoseconds([seconds, rest]: HrTime): string {
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(Math.round(rest)));
}

function after(span: unknown, ns: number): HrTime {
  const [seconds, rest] = (span as ReadableSpan).startTime;
  return rest + ns < 1e9 ? [seconds, rest + ns] : [seconds + 1, rest + ns - 1e9];
}

const root = start('root', { kind: SpanKind.SERVER });
context = trace.setSpan(ROOT_CONTEXT, root);
start('attributes', { attributes: { ...ATTRIBUTES, ...(name === 'zipkin' ? {} : OTLP_ONLY) } }).finish();
for (const kind of KINDS) {
  start(`kind ${kind}`, { kind: SpanKind[kind.toUpperCase() as keyof typeof SpanKind] }).finish();
}
const ok = start('status ok');
ok.setStatus({ code: SpanStatusCode.OK });
ok.finish();
const failed = start('status error');
failed.setStatus({ code: SpanStatusCode.ERROR, message: ERROR_MESSAGE });
failed.finish();
const events = start('events');
events.addEvent(EVENT, { key: 'cart:7', attempt: 2, hit: false, ratio: 0.25 }, after(events, 1_000));
events.addEvent(BARE_EVENT, after(events, 2_000));
events.finish();
const exception = start('exception');
exception.recordException(new Error('no such cart'));
exception.finish();
const traceState = new TraceState('vendor=1');
const linked = { ...LINK, traceFlags: TraceFlags.SAMPLED, isRemote: true, traceState };
start('links', { links: [{ context: linked, attributes: { reason: 'batch' } }] }).finish();
start(UNICODE).finish();
start('remote endpoint', { kind: SpanKind.CLIENT, attributes: { 'peer.service': 'orders-db' } }).finish();
root.finish();

await provider.shutdown();
process.stdout.write(`${JSON.stringify({ spans: told })}\n`);
