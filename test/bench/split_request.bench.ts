/**
 * CPU time of the collector's split, per span: `node test/bench/split_request.bench.ts`.
 * 512 spans a request, 8 a trace, about 410 bytes a span, 12 partitions; requests in shuffled and in trace order.
 */
import { opentelemetry } from '../../proto/generated/index.js';
import { RequestSplitter } from '../../services/core/otlp/split_request.ts';

const SPANS = 512;
const SPANS_PER_TRACE = 8;
const PARTITIONS = 12;
const ROUNDS = 5;
const REQUESTS_PER_ROUND = 2000;

const { TracesData } = opentelemetry.proto.trace.v1;
type Span = opentelemetry.proto.trace.v1.Span.$Properties;
type KeyValue = opentelemetry.proto.common.v1.KeyValue.$Properties;

/** A linear congruential generator: the same requests in each run. */
let seed = 42;
function random(below: number): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random(256));
const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } });
const int = (key: string, intValue: number): KeyValue => ({ key, value: { intValue } });

function span(traceId: Uint8Array): Span {
  return {
    traceId,
    spanId: bytes(8),
    parentSpanId: bytes(8),
    name: 'GET /api/carts/{id}/items',
    kind: opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_SERVER,
    startTimeUnixNano: 1_760_000_000_000_000_000,
    endTimeUnixNano: 1_760_000_000_012_000_000,
    attributes: [
      text('http.request.method', 'GET'),
      text('url.path', `/api/carts/${random(1e6)}/items`),
      text('http.route', '/api/carts/{id}/items'),
      int('http.response.status_code', 200),
      text('network.protocol.version', '1.1'),
      text('server.address', 'cart.shop.svc.cluster.local'),
      text('client.address', `10.1.${random(256)}.${random(256)}`),
      text('user_agent.original', 'axios/1.7.2'),
    ],
    status: {},
    flags: 0x101,
  };
}

function request(shuffled: boolean): Uint8Array {
  const spans: Span[] = [];
  for (let trace = 0; trace < SPANS / SPANS_PER_TRACE; trace++) {
    const traceId = bytes(16);
    for (let i = 0; i < SPANS_PER_TRACE; i++) spans.push(span(traceId));
  }
  if (shuffled) spans.sort(() => random(3) - 1);
  const attributes = Array.from({ length: 9 }, (_, i) =>
    text(`resource.attribute.${i}`, `value of attribute ${i}`),
  );
  const scopeSpans = [{ scope: { name: '@opentelemetry/instrumentation-http', version: '0.57.0' }, spans }];
  return TracesData.encode({ resourceSpans: [{ resource: { attributes }, scopeSpans }] }).finish();
}

function measure(name: string, requests: readonly Uint8Array[]): void {
  const splitter = new RequestSplitter(PARTITIONS);
  const perSpan: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < REQUESTS_PER_ROUND; i++) {
      const { accepted } = splitter.split(requests[i % requests.length] ?? new Uint8Array(0));
      if (accepted !== SPANS) throw new Error(`${accepted} spans of ${SPANS}`);
    }
    const { user, system } = process.cpuUsage(before);
    if (round > 0) perSpan.push((user + system) / (REQUESTS_PER_ROUND * SPANS));
  }
  perSpan.sort((a, b) => a - b);
  const size = requests.reduce((sum, one) => sum + one.length, 0) / requests.length / SPANS;
  const median = perSpan[Math.floor(perSpan.length / 2)] ?? 0;
  process.stdout.write(
    `${name}: ${median.toFixed(3)} us/span (best ${(perSpan[0] ?? 0).toFixed(3)}), ${size.toFixed(0)} B/span\n`,
  );
}

measure(
  'split, shuffled spans',
  Array.from({ length: 16 }, () => request(true)),
);
measure(
  'split, trace by trace',
  Array.from({ length: 16 }, () => request(false)),
);
