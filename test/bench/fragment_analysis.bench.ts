/**
 * What is derived from a fragment: `node test/bench/fragment_analysis.bench.ts`. Summaries, metric windows, edges and critical paths,
 * then the trace batch; deltas leave every 20,000 traces.
 */
import { DEFAULT_METRIC_LIMITS } from '../../services/core/metrics/limits.ts';
import { FragmentAnalysis } from '../../services/core/trace/fragment_analysis.ts';
import type { Fragment } from '../../services/core/trace/run.ts';
import type { TraceSummary } from '../../services/core/trace/summary.ts';
import { TraceBatchWriter } from '../../services/core/trace/trace_batch_writer.ts';
import { seeded } from '../support/known_load.ts';
import { fragmentOf, rawCart } from './corpus/cart_fragments.ts';
import { cartTraces, SPANS_A_TRACE } from './corpus/carts.ts';
import { runMicroBench } from './micro_bench.ts';

const TRACES = 1_000;
const TRACES_A_MARK = 20_000;
const BATCH_BYTES = 4 * 1024 * 1024;
const SPANS = TRACES * SPANS_A_TRACE;

const raws = cartTraces(seeded(42), TRACES).map(rawCart);
const analysis = new FragmentAnalysis(DEFAULT_METRIC_LIMITS);
const writer = new TraceBatchWriter();
let fragments: Fragment[] = [];
let summaries: TraceSummary[] = [];
let traces = 0;

function analyse(): void {
  summaries = fragments.map((fragment) => {
    const summary = analysis.analyse(fragment);
    analysis.endRun(fragment.tenant, fragment.known);
    if (++traces % TRACES_A_MARK === 0) analysis.flush();
    return summary;
  });
  const spans = summaries.reduce((sum, summary) => sum + summary.spans, 0);
  if (spans !== SPANS) throw new Error(`${spans} spans of ${SPANS}`);
}

function write(): void {
  let taken = 0;
  for (const [i, summary] of summaries.entries()) {
    const fragment = fragments[i];
    if (fragment !== undefined) writer.add(fragment, summary);
    if (writer.byteLength >= BATCH_BYTES) taken += writer.take().length;
  }
  if (taken + writer.byteLength === 0) throw new Error('nothing was written');
}

const readFragments = (): void => {
  fragments = raws.map(fragmentOf);
};
const spanBytes = raws.flatMap(({ bytes }) => bytes).reduce((sum, { length }) => sum + length, 0);
await runMicroBench({
  paths: [
    { name: 'fragment analysis', count: SPANS, prepare: readFragments, run: analyse },
    {
      ...{ name: 'trace batch', count: SPANS, run: write },
      prepare: () => {
        readFragments();
        analyse();
      },
    },
  ],
  about: `${(spanBytes / SPANS).toFixed(0)} bytes a span`,
});
