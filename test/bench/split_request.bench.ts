/**
 * The collector's split: `node test/bench/split_request.bench.ts`.
 * 512 spans a request, 8 a trace, 12 partitions; requests in shuffled and in trace order.
 */
import { RequestSplitter } from '../../services/core/otlp/split_request.ts';
import { seeded } from '../support/known_load.ts';
import { cartRequest, cartTraces, SPANS_A_TRACE } from './corpus/carts.ts';
import { runMicroBench, type Path } from './micro_bench.ts';

const SPANS = 512;
const PARTITIONS = 12;
const REQUESTS = 16;

const random = seeded(42);
const requests = (order?: () => number): Uint8Array[] =>
  Array.from({ length: REQUESTS }, () => cartRequest(cartTraces(random, SPANS / SPANS_A_TRACE), order));

function path(name: string, given: readonly Uint8Array[]): Path {
  const splitter = new RequestSplitter(PARTITIONS);
  return {
    ...{ name, count: REQUESTS * SPANS },
    run: () => {
      for (const request of given) {
        const { accepted } = splitter.split(request);
        if (accepted !== SPANS) throw new Error(`${accepted} spans of ${SPANS}`);
      }
    },
  };
}

const inOrder = requests();
const bytes = inOrder.reduce((sum, request) => sum + request.length, 0);
await runMicroBench({
  paths: [path('split, shuffled spans', requests(random)), path('split, trace by trace', inOrder)],
  about: `${(bytes / (REQUESTS * SPANS)).toFixed(0)} bytes a span`,
});
