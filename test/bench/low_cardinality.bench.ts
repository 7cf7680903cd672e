/**
 * Rows of a Native LowCardinality column: `node test/bench/low_cardinality.bench.ts`. Keys of attributes come in the order of the span
 * before, which the dictionary guesses; services come one after another, a few of them; values of attributes are many and come anyhow.
 * All of them lie in one buffer, as those of a trace batch do.
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
  const values = Array.from({ length: ROWS }, (_, row) => Buffer.from(texts[pick(row)] ?? ''));
  const batch = Buffer.concat(values);
  const column = new LowCardinalityColumn();
  const out = new WireWriter();
  return {
    ...{ name, count: ROWS },
    run: () => {
      column.reset();
      out.reset();
      let at = 0;
      for (const { length } of values) column.append(batch, at, (at += length));
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
