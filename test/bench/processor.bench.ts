/**
 * CPU time of the processor without Kafka, per span: `node test/bench/processor.bench.ts [--profile]`.
 * Records of 512 spans, 8 a trace, about 410 bytes a span, at 20,000 spans a second of stream time: assembly, analysis,
 * trace batches compressed, deltas encoded. 30 s of traces are open, as in production.
 */
import { opentelemetry } from '../../proto/generated/index.js';
import { DEFAULT_TENANT, topicNames } from '../../services/core/contracts.ts';
import { SpanIndex } from '../../services/core/otlp/span_index.ts';
import { readSpanView, SpanView } from '../../services/core/otlp/span_view.ts';
import { Assembly, DEFAULT_RULES } from '../../services/core/trace/assembly.ts';
import { memoryRecordStore } from '../../services/core/trace/record_store.ts';
import { createRegistry } from '../../services/platform/metrics.ts';
import { METRICS } from '../../services/processor/metrics.ts';
import { PartitionOutputs } from '../../services/processor/partition_outputs.ts';
import { seeded } from '../support/known_load.ts';

const SPANS = 512;
const SPANS_A_TRACE = 8;
const SPANS_A_SECOND = 20_000;
const WARM_UP_RECORDS = 1_600;
const RECORDS = 1_600;
const RECORDS_A_COMMIT = 20;
const ROUNDS = 5;
const START_MS = 1_760_000_000_000;

const { TracesData } = opentelemetry.proto.trace.v1;
const random = seeded(42);
const below = (limit: number): number => Math.floor(random() * limit);
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => below(256));
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** One trace: a chain of server, client, server ... over four services, so that edges and paths are real. */
function traceOf(services: number) {
  const traceId = bytes(16);
  let parentSpanId: Uint8Array = new Uint8Array(0);
  return Array.from({ length: SPANS_A_TRACE }, (_, i) => {
    const spanId = bytes(8);
    const start = BigInt(START_MS) * 1_000_000n + BigInt(i * 1_000_000);
    const span = {
      traceId,
      spanId,
      parentSpanId,
      name: 'GET /api/carts/{id}/items',
      kind: i % 2 === 0 ? 2 : 3,
      startTimeUnixNano: Number(start),
      endTimeUnixNano: Number(start) + 50_000_000 - i * 2_000_000 + below(1_000_000),
      attributes: [
        text('http.request.method', 'GET'),
        text('url.path', `/api/carts/${below(1e6)}/items`),
        text('http.route', '/api/carts/{id}/items'),
        text('network.protocol.version', '1.1'),
        text('server.address', 'cart.shop.svc.cluster.local'),
        text('client.address', `10.1.${below(256)}.${below(256)}`),
        text('user_agent.original', 'axios/1.7.2'),
        text('user.id', `u${below(200_000)}`),
      ],
      status: {},
      flags: 0x101,
    };
    parentSpanId = spanId;
    return { service: Math.floor((i + 1) / 2) % services, span };
  });
}

/** A record's bytes, and where its trace ids lie. */
function template(): { value: Uint8Array; traceIds: number[] } {
  const spans = Array.from({ length: SPANS / SPANS_A_TRACE }, () => traceOf(4)).flat();
  const resourceSpans = [0, 1, 2, 3].map((service) => ({
    resource: {
      attributes: [
        text('service.name', `service-${service}`),
        ...Array.from({ length: 8 }, (_, i) => text(`resource.attribute.${i}`, `value of attribute ${i}`)),
      ],
    },
    scopeSpans: [
      {
        scope: { name: '@opentelemetry/instrumentation-http', version: '0.57.0' },
        spans: spans.filter((one) => one.service === service).map(({ span }) => span),
      },
    ],
  }));
  const value = TracesData.encode({ resourceSpans }).finish();
  const index = new SpanIndex();
  index.read(value);
  const view = new SpanView();
  const traceIds = Array.from({ length: index.count }, (_, i) => {
    readSpanView(view, value, index.start[i] ?? 0, index.end[i] ?? 0);
    return view.traceIdStart;
  });
  return { value, traceIds };
}

const templates = Array.from({ length: 20 }, template);
let made = 0;

/** The next record, with trace ids that were never there. */
function nextRecord(): Uint8Array {
  const { value, traceIds } = templates[made % templates.length] ?? template();
  const copy = Uint8Array.from(value);
  made++;
  for (const at of traceIds) new DataView(copy.buffer).setUint32(at, made);
  return copy;
}

const outputs = new PartitionOutputs(topicNames('bench'), 0, 0, createRegistry('bench').create(METRICS));
const assembly = new Assembly(DEFAULT_RULES, { streamMs: 0, appendMs: START_MS }, memoryRecordStore, outputs);
let offset = 0;
let published = 0;

/** Reads `count` records; CPU microseconds a span. */
function round(count: number): number {
  let micros = 0;
  for (let done = 0; done < count; done += RECORDS_A_COMMIT) {
    const records = Array.from({ length: RECORDS_A_COMMIT }, nextRecord);
    const before = process.cpuUsage();
    for (const value of records) {
      const appendMs = START_MS + (offset * SPANS * 1000) / SPANS_A_SECOND;
      assembly.read({ offset: offset++, appendMs, tenant: DEFAULT_TENANT, value, cut: null });
    }
    published += outputs.take().reduce((sum, { records: [one] }) => sum + (one?.value.length ?? 0), 0);
    const { user, system } = process.cpuUsage(before);
    micros += user + system;
  }
  return micros / (count * SPANS);
}

round(WARM_UP_RECORDS);
const perSpan = Array.from({ length: ROUNDS }, () => round(RECORDS)).sort((a, b) => a - b);
const bytesASpan = (templates[0]?.value.length ?? 0) / SPANS;
const memory = Math.round(process.memoryUsage().rss / 1024 / 1024);
process.stdout.write(
  `processor, ${bytesASpan.toFixed(0)} B a span: ${perSpan[ROUNDS >> 1]?.toFixed(2)} us CPU a span ` +
    `(${perSpan.map((one) => one.toFixed(2)).join(' ')}); ${assembly.openRuns} open traces, ${memory} MB, ` +
    `${(published / (offset * SPANS)).toFixed(0)} B a span published\n`,
);
