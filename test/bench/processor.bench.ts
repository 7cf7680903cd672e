/**
 * The processor without Kafka: `node test/bench/processor.bench.ts`. Records of 512 spans, 8 a trace, at 20,000 spans a second of stream
 * time: assembly, analysis, trace batches compressed, deltas encoded. 30 s of traces are open, as in production.
 */
import { DEFAULT_TENANT, topicNames } from '../../services/core/contracts.ts';
import { SpanIndex } from '../../services/core/otlp/span_index.ts';
import { readSpanView, SpanView } from '../../services/core/otlp/span_view.ts';
import { Assembly, DEFAULT_RULES } from '../../services/core/trace/assembly.ts';
import { memoryRecordStore } from '../../services/core/trace/record_store.ts';
import { createRegistry } from '../../services/platform/metrics.ts';
import { METRICS } from '../../services/processor/metrics.ts';
import { PartitionOutputs } from '../../services/processor/partition_outputs.ts';
import { seeded } from '../support/known_load.ts';
import { cartRequest, cartTraces, SPANS_A_TRACE, START_MS } from './corpus/carts.ts';
import { runMicroBench } from './micro_bench.ts';

const SPANS = 512;
const SPANS_A_SECOND = 20_000;
/** Until as many traces leave as come. */
const WARM_UP_COMMITS = 65;
const RECORDS_A_COMMIT = 20;
const TEMPLATES = 20;

const random = seeded(42);

/** A record's bytes, and where its trace ids lie. */
function template(): { readonly value: Uint8Array; readonly traceIds: readonly number[] } {
  const value = cartRequest(cartTraces(random, SPANS / SPANS_A_TRACE));
  const index = new SpanIndex();
  index.read(value);
  const view = new SpanView();
  const traceIds = Array.from({ length: index.count }, (_, i) => {
    readSpanView(view, value, index.start[i] ?? 0, index.end[i] ?? 0);
    return view.traceIdStart;
  });
  return { value, traceIds };
}

const templates = Array.from({ length: TEMPLATES }, template);
let made = 0;

/** The next record, with trace ids that were never there. */
function nextRecord(): Uint8Array {
  const { value, traceIds } = templates[made % TEMPLATES] ?? template();
  const copy = Uint8Array.from(value);
  const view = new DataView(copy.buffer);
  made++;
  for (const at of traceIds) view.setUint32(at, made);
  return copy;
}

const outputs = new PartitionOutputs(
  topicNames('bench'),
  0,
  { traces: 0, metrics: 0 },
  0,
  createRegistry('bench').create(METRICS),
);
const assembly = new Assembly(DEFAULT_RULES, { streamMs: 0, appendMs: START_MS }, memoryRecordStore, outputs);
let records: Uint8Array[] = [];
let offset = 0;
let published = 0;

const prepare = (): void => {
  records = Array.from({ length: RECORDS_A_COMMIT }, nextRecord);
};

/** What is between two commits. */
function commit(): void {
  for (const value of records) {
    const appendMs = START_MS + (offset * SPANS * 1000) / SPANS_A_SECOND;
    assembly.read({ offset: offset++, appendMs, tenant: DEFAULT_TENANT, value, cut: null });
  }
  published = outputs.take().reduce((sum, { records: [one] }) => sum + (one?.value.length ?? 0), 0);
}

for (let i = 0; i < WARM_UP_COMMITS; i++) {
  prepare();
  commit();
}
const open = assembly.openRuns;
await runMicroBench({
  paths: [
    {
      ...{ name: 'records to what is published', count: RECORDS_A_COMMIT * SPANS, prepare },
      run: () => {
        commit();
        if (published === 0) throw new Error('nothing was published');
      },
    },
  ],
  about: `${((templates[0]?.value.length ?? 0) / SPANS).toFixed(0)} bytes a span, ${open} open traces`,
});
process.stdout.write(
  `${Math.round(process.memoryUsage().rss / 1024 / 1024)} MB, ` +
    `${(published / (RECORDS_A_COMMIT * SPANS)).toFixed(0)} bytes a span published\n`,
);
