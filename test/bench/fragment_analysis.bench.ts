/**
 * CPU time of what is derived from a fragment, per span: `node test/bench/fragment_analysis.bench.ts`.
 * Traces of 8 spans over 4 services (servers, clients, a database call, internal work), about 410 bytes a span, 8 attributes;
 * summaries, metric windows, edges and critical paths, then the trace batch; deltas leave every 20,000 traces.
 */
import { opentelemetry } from '../../proto/generated/index.js';
import { DEFAULT_METRIC_LIMITS } from '../../services/core/metrics/limits.ts';
import { FragmentAnalysis } from '../../services/core/trace/fragment_analysis.ts';
import { SpanTable } from '../../services/core/trace/run.ts';
import type { Fragment, FragmentSpan } from '../../services/core/trace/run.ts';
import { TraceBatchWriter } from '../../services/core/trace/trace_batch_writer.ts';
import { headerOf } from '../support/fragments.ts';
import { seeded } from '../support/known_load.ts';

const TRACES = 2_000;
const TRACES_A_MARK = 20_000;
const PASSES = 20;
const ROUNDS = 5;
const BATCH_BYTES = 4 * 1024 * 1024;
const START_MS = 1_760_000_000_000;

const { Span } = opentelemetry.proto.trace.v1;
const { SPAN_KIND_INTERNAL, SPAN_KIND_SERVER, SPAN_KIND_CLIENT } = Span.SpanKind;
const random = seeded(42);
const below = (limit: number): number => Math.floor(random() * limit);
const id = (length: number): string =>
  Buffer.from(Array.from({ length }, () => below(256))).toString('latin1');
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** Parent, service, kind and name of each span: web calls cart, cart asks its database and calls stock, stock its own. */
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

interface RawTrace {
  readonly traceId: string;
  readonly ids: readonly string[];
  readonly bytes: readonly Uint8Array[];
}

function rawTrace(): RawTrace {
  const traceId = id(16);
  const ids = SHAPE.map(() => id(8));
  const bytes = SHAPE.map(([parent, , kind, name], i) => {
    const start = BigInt(START_MS + below(5_000)) * 1_000_000n + BigInt(i * 1_000_000);
    const isDatabase = name.startsWith('SELECT');
    return Span.encode({
      traceId: Buffer.from(traceId, 'latin1'),
      spanId: Buffer.from(ids[i] ?? '', 'latin1'),
      parentSpanId: Buffer.from(ids[parent] ?? '', 'latin1'),
      name,
      kind,
      startTimeUnixNano: Number(start),
      endTimeUnixNano: Number(start) + 50_000_000 - i * 4_000_000 + below(1_000_000),
      attributes: [
        text('http.request.method', 'GET'),
        text('url.path', `/api/carts/${below(1e6)}/items`),
        text('http.route', '/api/carts/{id}/items'),
        text(isDatabase ? 'db.system.name' : 'network.protocol.version', isDatabase ? 'postgresql' : '1.1'),
        text('server.address', 'cart.shop.svc.cluster.local'),
        text('client.address', `10.1.${below(256)}.${below(256)}`),
        text('user_agent.original', 'axios/1.7.2'),
        text('user.id', `u${below(200_000)}`),
      ],
      status: {},
      flags: 0x101,
    }).finish();
  });
  return { traceId, ids, bytes };
}

/** As assembly hands it over: nodes of its own, span bytes in the record. */
function fragmentOf(raw: RawTrace): Fragment {
  const known = new SpanTable();
  const spans = SHAPE.map(([parent, service, kind], i): FragmentSpan => {
    const buf = raw.bytes[i] ?? new Uint8Array(0);
    const parentId = raw.ids[parent] ?? '';
    const node = {
      spanId: raw.ids[i] ?? '',
      parentId,
      kind,
      fingerprint: i,
      sameId: null,
      edge: null,
      position: 0,
    };
    known.add(node);
    return { node, header: headerOf(service), buf, start: 0, end: buf.length };
  });
  const { traceId } = raw;
  return {
    tenant: 'default',
    traceId,
    number: 0,
    reason: 'settled',
    receivedMs: START_MS + 6_000,
    spans,
    known,
  };
}

const raws = Array.from({ length: TRACES }, rawTrace);
const analysis = new FragmentAnalysis(DEFAULT_METRIC_LIMITS);
const writer = new TraceBatchWriter();
let traces = 0;

/** Microseconds a span for what follows assembly, and for writing the batch. */
function round(): { analysisUs: number; batchUs: number } {
  let analysisUs = 0;
  let batchUs = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    const fragments = raws.map(fragmentOf);
    const begun = process.cpuUsage();
    const summaries = fragments.map((fragment) => {
      const summary = analysis.analyse(fragment);
      analysis.endRun(fragment.tenant, fragment.known);
      if (++traces % TRACES_A_MARK === 0) analysis.flush();
      return summary;
    });
    const analysed = process.cpuUsage(begun);
    const writing = process.cpuUsage();
    for (const [i, fragment] of fragments.entries()) {
      const summary = summaries[i];
      if (summary !== undefined) writer.add(fragment, summary);
      if (writer.byteLength >= BATCH_BYTES) writer.take();
    }
    const written = process.cpuUsage(writing);
    analysisUs += analysed.user + analysed.system;
    batchUs += written.user + written.system;
  }
  const spans = PASSES * TRACES * SHAPE.length;
  return { analysisUs: analysisUs / spans, batchUs: batchUs / spans };
}

round();
const rounds = Array.from({ length: ROUNDS }, round);
const median = (values: number[]): string =>
  (values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0).toFixed(2);
const bytesASpan =
  raws.reduce((sum, raw) => sum + raw.bytes.reduce((all, one) => all + one.length, 0), 0) / (TRACES * 8);
process.stdout.write(
  `analysis ${median(rounds.map((one) => one.analysisUs))} us/span, trace batch ${median(rounds.map((one) => one.batchUs))} us/span ` +
    `(${bytesASpan.toFixed(0)} bytes a span, Node ${process.versions.node})\n`,
);
