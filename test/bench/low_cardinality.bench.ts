/**
 * Rows of a Native LowCardinality column: `node test/bench/low_cardinality.bench.ts`. Keys of attributes come in the order of the span
 * before, which the dictionary guesses; services come one after another, a few of them; values of attributes are many and come anyhow.
 */
import { LowCardinalityColumn } from '../../services/core/native/low_cardinality_column.ts';
import { WireWriter } from '../../services/core/wire/writer.ts';
import { seeded } from '../support/known_load.ts';
import { runMicroBench, type Path } from './micro_bench.ts';

const ROWS = 48_000;
const KEYS = 9;
const SERVICES = 40;
const VALUES = 10_000;

const random = seeded(42);
const below = (limit: number): number => Math.floor(random() * limit);

/** `pick` says which of the texts is in a row. */
function path(name: string, texts: readonly string[], pick: (row: number) => number): Path {
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  const values = Array.from({ length: ROWS }, (_, row) => encoded[pick(row)] ?? new Uint8Array(0));
  const column = new LowCardinalityColumn();
  const out = new WireWriter();
  return {
    ...{ name, count: ROWS },
    run: () => {
      column.reset();
      out.reset();
      for (const value of values) column.append(value, 0, value.length);
      column.writeData(out);
      if (column.rows !== ROWS || out.pos < ROWS) throw new Error(`${column.rows} rows, ${out.pos} bytes`);
    },
  };
}

const texts = (count: number, start: string): string[] =>
  Array.from({ length: count }, (_, i) => `${start}${i}`);
await runMicroBench({
  paths: [
    path('keys in their order', texts(KEYS, 'http.attribute.'), (row) => row % KEYS),
    path('few values in any order', texts(SERVICES, 'service-'), () => below(SERVICES)),
    path('many values in any order', texts(VALUES, 'value of an attribute '), () => below(VALUES)),
  ],
  unit: 'row',
  about: `blocks of ${ROWS} rows, written out`,
});
