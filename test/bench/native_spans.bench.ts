/**
 * From a compressed TraceBatch to Native blocks of otel_traces and trace_summaries: `node test/bench/native_spans.bench.ts`.
 * Records of 4,000 spans, blocks of 24,000 rows.
 */
import { zstdCompressSync } from 'node:zlib';
import { ENCODING_HEADER, ENCODING_ZSTD } from '../../services/core/contracts.ts';
import type { SinkRecord } from '../../services/sink/record_rows.ts';
import { TraceRecords } from '../../services/sink/trace_records.ts';
import { seeded } from '../support/known_load.ts';
import { cartBatch } from './corpus/cart_fragments.ts';
import { cartTraces, SPANS_A_TRACE, START_MS } from './corpus/carts.ts';
import { runMicroBench } from './micro_bench.ts';

const TRACES_A_RECORD = 500;
const RECORDS = 6;
const TRACES = RECORDS * TRACES_A_RECORD;
const SPANS = TRACES * SPANS_A_TRACE;

const random = seeded(42);
const batches = Array.from({ length: RECORDS }, () => cartBatch(cartTraces(random, TRACES_A_RECORD)));
const records = batches.map((batch, offset): SinkRecord => ({
  ...{ offset, timestampMs: START_MS, value: zstdCompressSync(batch) },
  headers: { [ENCODING_HEADER]: Buffer.from(ENCODING_ZSTD) },
}));
const rows = new TraceRecords();
let blockBytes = 0;

function encodeBlocks(): void {
  for (const record of records) rows.append(record);
  const blocks = rows.tables.map((table) => table.encode());
  const [spans, summaries] = blocks.map((block) => block.rows);
  if (spans !== SPANS || summaries !== TRACES) throw new Error(`${spans} spans, ${summaries} summaries`);
  blockBytes = blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
  rows.reset();
}

encodeBlocks();
const batchBytes = batches.reduce((sum, { length }) => sum + length, 0);
await runMicroBench({
  paths: [{ name: 'trace batches to Native blocks', count: SPANS, run: encodeBlocks }],
  about: `${Math.round(batchBytes / SPANS)} bytes a span in, ${Math.round(blockBytes / SPANS)} out`,
});
