/**
 * zstd as processor and sink use it: `node test/bench/compression.bench.ts`. A trace batch of 2,000 spans: what a partition has at a
 * commit.
 */
import { fromZstdSync, toZstdSync } from '../../services/platform/zstd.ts';
import { seeded } from '../support/known_load.ts';
import { cartBatch } from './corpus/cart_fragments.ts';
import { cartTraces, SPANS_A_TRACE } from './corpus/carts.ts';
import { runMicroBench } from './micro_bench.ts';

const TRACES = 250;
const SPANS = TRACES * SPANS_A_TRACE;
const MAX_RECORD_BYTES = 128 * 1024 * 1024;

const plain = cartBatch(cartTraces(seeded(42), TRACES));
const compressed = toZstdSync(plain);
if (!fromZstdSync(compressed, MAX_RECORD_BYTES).equals(plain)) throw new Error('not what was compressed');

await runMicroBench({
  paths: [
    {
      ...{ name: 'compress a trace batch', count: SPANS },
      run: () => {
        const { length } = toZstdSync(plain);
        if (length !== compressed.length) throw new Error(`${length} bytes`);
      },
    },
    {
      ...{ name: 'decompress a trace batch', count: SPANS },
      run: () => {
        const { length } = fromZstdSync(compressed, MAX_RECORD_BYTES);
        if (length !== plain.length) throw new Error(`${length} bytes`);
      },
    },
  ],
  about: `${(plain.length / SPANS).toFixed(0)} bytes a span, ${(compressed.length / SPANS).toFixed(0)} compressed`,
});
