/**
 * The wire format underneath everything: `node test/bench/wire.bench.ts`. Finding and reading the spans of requests of 512, and copying
 * byte strings of the sizes that spans have (an id, a value, a span).
 */
import { SpanIndex } from '../../services/core/otlp/span_index.ts';
import { readSpanView, SpanView } from '../../services/core/otlp/span_view.ts';
import { WireWriter, writeBytes } from '../../services/core/wire/writer.ts';
import { seeded } from '../support/known_load.ts';
import { cartRequest, cartTraces, SPANS_A_TRACE } from './corpus/carts.ts';
import { runMicroBench, type Path } from './micro_bench.ts';

const SPANS = 512;
const REQUESTS = 16;
const COPIES = 4_000;
const COPIED_BYTES = [8, 16, 32, 64, 400];

const random = seeded(42);
const requests = Array.from({ length: REQUESTS }, () =>
  cartRequest(cartTraces(random, SPANS / SPANS_A_TRACE)),
);
const index = new SpanIndex();
const view = new SpanView();

const find: Path = {
  ...{ name: 'find the spans of a request', count: REQUESTS * SPANS },
  run: () => {
    for (const request of requests) {
      index.read(request);
      if (index.count !== SPANS) throw new Error(`${index.count} spans of ${SPANS}`);
    }
  },
};

const read: Path = {
  ...{ name: 'find and read them', count: REQUESTS * SPANS },
  run: () => {
    for (const request of requests) {
      index.read(request);
      let idBytes = 0;
      for (let i = 0; i < index.count; i++) {
        readSpanView(view, request, index.start[i] ?? 0, index.end[i] ?? 0);
        idBytes += view.traceIdEnd - view.traceIdStart;
      }
      if (idBytes !== 16 * SPANS) throw new Error(`${idBytes} bytes of trace ids`);
    }
  },
};

/** From all over a source, into a writer that has room. */
function copies(length: number): Path {
  const source = requests[0] ?? new Uint8Array(0);
  const starts = Array.from({ length: COPIES }, () => Math.floor(random() * (source.length - length)));
  const writer = new WireWriter(COPIES * length);
  return {
    ...{ name: `writeBytes of ${length} bytes`, count: COPIES },
    run: () => {
      writer.reset();
      for (const start of starts) writeBytes(writer, source, start, start + length);
      if (writer.pos !== COPIES * length) throw new Error(`${writer.pos} bytes`);
    },
  };
}

const bytes = requests.reduce((sum, { length }) => sum + length, 0);
await runMicroBench({
  paths: [find, read],
  about: `${(bytes / (REQUESTS * SPANS)).toFixed(0)} bytes a span`,
});
await runMicroBench({ paths: COPIED_BYTES.map(copies), unit: 'copy' });
