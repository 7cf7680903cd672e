/**
 * What a span costs in metrics: `node test/bench/span_metrics.bench.ts`. Windows and histograms as they are between two marks; names that
 * were seen before and names that carry an id of their own.
 */
import { ExponentialHistogram } from '../../services/core/metrics/exponential_histogram.ts';
import { DEFAULT_METRIC_LIMITS } from '../../services/core/metrics/limits.ts';
import { operationName, OperationNames } from '../../services/core/metrics/operation_name.ts';
import { SpanWindows } from '../../services/core/metrics/span_windows.ts';
import { settleStart } from '../../services/core/trace/span_facts.ts';
import { seeded } from '../support/known_load.ts';
import { fragmentOf, rawCart, RECEIVED_MS } from './corpus/cart_fragments.ts';
import { cartTraces } from './corpus/carts.ts';
import { runMicroBench } from './micro_bench.ts';

const TRACES = 500;
const NAMES = 4_000;
const IDS_BELOW = 1_000_000;
const CRITICAL_PATH_NS = 1_000_000;

const random = seeded(42);
const operations = new OperationNames();
const fragments = cartTraces(random, TRACES).map((trace) => fragmentOf(rawCart(trace)));
const spans = fragments.flatMap(({ traceId, spans: own }) =>
  own.map((span) => ({
    ...{ traceId, node: span.node, facts: span.node.facts },
  })),
);
for (const { facts } of spans) settleStart(facts, RECEIVED_MS);
const windows = new SpanWindows(DEFAULT_METRIC_LIMITS);
const histogram = new ExponentialHistogram();
let [addedSpans, addedDurations] = [0, 0];

const encoder = new TextEncoder();
const knownNames = ['GET', 'GET /carts/{id}', 'SELECT shop.carts', 'stock.Stock/Reserve'].map((name) =>
  encoder.encode(name),
);
const names = Array.from({ length: NAMES }, () => `GET /api/carts/${Math.floor(random() * IDS_BELOW)}/items`);

await runMicroBench({
  paths: [
    {
      ...{ name: 'SpanWindows.add', count: spans.length },
      run: () => {
        for (const { facts, traceId, node } of spans)
          windows.add('default', facts, CRITICAL_PATH_NS, traceId, node);
        addedSpans += spans.length;
      },
    },
    {
      ...{ name: 'ExponentialHistogram.add', count: spans.length },
      run: () => {
        for (const { facts } of spans) histogram.add(facts.durationNs, facts.weight);
        addedDurations += spans.length;
      },
    },
    {
      ...{ name: 'operation of a name seen before', count: NAMES },
      run: () => {
        let characters = 0;
        for (let i = 0; i < NAMES; i++) {
          const name = knownNames[i & 3] ?? encoder.encode('');
          characters += operations.of(name, 0, name.length).length;
        }
        if (characters === 0) throw new Error('no templates');
      },
    },
    {
      ...{ name: 'operation of a name with an id', count: NAMES },
      run: () => {
        for (const name of names) {
          const operation = operationName(name);
          if (operation !== 'GET /api/carts/{}/items') throw new Error(`${name} became ${operation}`);
        }
      },
    },
  ],
});

const counted = windows.flush().reduce((sum, delta) => sum + delta.spans, 0);
const inBuckets = histogram.buckets().reduce((sum, { count }) => sum + count, 0);
if (counted !== addedSpans || inBuckets !== addedDurations)
  throw new Error(`${counted} spans of ${addedSpans}, ${inBuckets} durations of ${addedDurations}`);
