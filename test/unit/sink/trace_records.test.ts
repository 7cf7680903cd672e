import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { opentelemetry, spanmill } from '../../../proto/generated/index.js';
import { SpanIndex } from '../../../services/core/otlp/span_index.ts';
import { TraceBatchReader } from '../../../services/core/trace/trace_batch_reader.ts';
import { TraceRecords, SPANS_TABLE, SUMMARIES_TABLE } from '../../../services/sink/trace_records.ts';
import type { SinkRecord } from '../../../services/sink/record_rows.ts';
import { traceBatchRecord } from '../../support/trace_batches.ts';

const NOW_MS = 1_760_000_000_000;

const record = (value: Uint8Array, encoding?: string): SinkRecord => ({
  offset: 7,
  timestampMs: NOW_MS,
  value: Buffer.from(value),
  headers: encoding === undefined ? {} : { encoding: Buffer.from(encoding) },
});
const traces = (count: number, spans = 3): SinkRecord => {
  const specs = Array.from({ length: count }, (_, number) => ({
    number,
    spans,
    receivedMs: NOW_MS + number,
  }));
  return record(traceBatchRecord(specs).value, 'zstd');
};

/** A batch of one trace; a span of which `isBad` has an attribute that is cut off. */
function batchWithBadSpans(isBad: readonly boolean[]): SinkRecord {
  const traceId = Buffer.alloc(16, 1);
  const spans = isBad.map((bad, i) => {
    const span = opentelemetry.proto.trace.v1.Span.encode({
      traceId,
      spanId: Buffer.from([1, 2, 3, 4, 5, 6, 7, i]),
      name: `span ${i}`,
      startTimeUnixNano: NOW_MS * 1e6,
      endTimeUnixNano: NOW_MS * 1e6,
    }).finish();
    // Attributes { key: length beyond the message }, inside a field whose own length is right.
    return bad ? Buffer.concat([span, Buffer.from([0x4a, 2, 0x0a, 9])]) : Buffer.from(span);
  });
  return batchOfSpans(spans);
}

/** A batch of one trace with these spans. */
function batchOfSpans(spans: readonly Buffer[]): SinkRecord {
  const traceId = Buffer.alloc(16, 1);
  const trace = Buffer.concat([
    spanmill.v1.AssembledTrace.encode({
      traceId,
      receivedUnixMs: NOW_MS,
      spanHeaders: spans.map(() => 0),
    }).finish(),
    ...spans.map((span) => Buffer.concat([Buffer.from([0x4a, span.length]), span])),
  ]);
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  const header = spanmill.v1.TraceBatch.encode({ headers: [{ resource }] }).finish();
  return record(Buffer.concat([header, Buffer.from([0x12, ...varint(trace.length)]), trace]));
}

function spansIn(tracesData: Buffer): number {
  const index = new SpanIndex();
  index.read(tracesData);
  return index.count;
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

describe('records of the traces topic', () => {
  it('become a row for each span and a summary for each trace', () => {
    const rows = new TraceRecords();
    expect(rows.append(traces(4))).toEqual({ items: [12, 4], unstorable: [] });
    expect(rows.tables.map((table) => [table.table, table.rows])).toEqual([
      ['otel_traces', 12],
      ['trace_summaries', 4],
    ]);
    expect(rows.receivedMs).toEqual([0, 1, 2, 3].map((number) => NOW_MS + number));
  });

  it('are read compressed or not, and in no other encoding', () => {
    const rows = new TraceRecords();
    expect(rows.append(batchWithBadSpans([false])).items).toEqual([1, 1]);
    const lz4 = record(Buffer.from('x'), 'lz4');
    expect(rows.append(lz4)).toEqual({
      items: [0, 0],
      unstorable: [
        {
          reason: 'unknown_encoding',
          error: 'encoding lz4',
          offset: 7,
          value: lz4.value,
          headers: lz4.headers,
        },
      ],
    });
  });

  it('are handed back as they came when they are no batch', () => {
    const good = traces(2);
    const broken = [
      record(Buffer.from('garbage'), 'zstd'),
      record(good.value.subarray(0, good.value.length - 5), 'zstd'),
      record(zstdCompressSync(Buffer.from('no protobuf at all')), 'zstd'),
      record(Buffer.from([0x12, 200, 1])),
      record(Buffer.alloc(0), 'zstd'),
    ];
    const rows = new TraceRecords();
    for (const one of broken) {
      const { items, unstorable } = rows.append(one);
      expect(items).toEqual([0, 0]);
      expect(unstorable).toMatchObject([{ reason: 'malformed_record', offset: 7, value: one.value }]);
    }
    expect(rows.tables.map((table) => table.rows)).toEqual([0, 0]);
  });

  it('are refused when they grow too large, in bytes or in rows', () => {
    const bomb = record(zstdCompressSync(Buffer.alloc(2_000_000)), 'zstd');
    const small = new TraceRecords({ maxRecordBytes: 1_000_000, maxRowBytes: 1e9 });
    expect(small.append(bomb).unstorable).toMatchObject([{ reason: 'too_large', value: bomb.value }]);
    const tight = new TraceRecords({ maxRecordBytes: 1e9, maxRowBytes: 10_000 });
    const wide = traces(100);
    expect(tight.append(wide)).toMatchObject({ items: [0, 0], unstorable: [{ reason: 'too_large' }] });
    expect(tight.tables.map((table) => table.rows)).toEqual([0, 0]);
    expect(tight.append(traces(1)).items).toEqual([3, 1]);
  });

  it('are not refused for what others in the same block are', () => {
    const rows = new TraceRecords({ maxRecordBytes: 1e9, maxRowBytes: 10_000 });
    for (let i = 0; i < 20; i++) expect(rows.append(traces(2)).unstorable).toEqual([]);
    expect(rows.tables[SPANS_TABLE]?.byteSize).toBeGreaterThan(10_000);
  });

  it('are refused when their malformed spans, with the resource in each, would be too many bytes', () => {
    const tight = new TraceRecords({ maxRecordBytes: 1e9, maxRowBytes: 10_000 });
    const bad = batchWithBadSpans(Array<boolean>(1_000).fill(true));
    expect(tight.append(bad).unstorable).toMatchObject([{ reason: 'too_large', value: bad.value }]);
    expect(tight.tables.map((table) => table.rows)).toEqual([0, 0]);
    expect(tight.append(batchWithBadSpans([true, false])).items).toEqual([2, 1]);
  });

  it('lose a malformed span alone, and keep it whole under its resource', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), (isBad) => {
        const rows = new TraceRecords();
        rows.append(traces(2));
        const { items, unstorable } = rows.append(batchWithBadSpans(isBad));
        const bad = isBad.filter(Boolean).length;
        expect(items).toEqual([isBad.length, 1]);
        expect(unstorable.map(({ reason }) => reason)).toEqual(Array(bad).fill('malformed_span'));
        expect(rows.tables.map((table) => table.rows)).toEqual([6 + isBad.length - bad, 3]);
        // The columns are all of one length again.
        for (const table of rows.tables) table.encode();
        for (const { value, headers } of unstorable) {
          expect(spansIn(value)).toBe(1);
          expect(value.includes('service.name')).toBe(true);
          expect(headers['tenant']?.toString()).toBe('default');
        }
      }),
    );
  });

  it('give the same rows however the attributes of a span are written', () => {
    const [key, value] = [Buffer.from([0x0a, 1, 0x6b]), Buffer.from([0x12, 3, 0x0a, 1, 0x76])];
    const shapes = [
      Buffer.concat([key, value]),
      Buffer.concat([value, key]),
      Buffer.concat([Buffer.from([0x0a, 0x81, 0, 0x6b]), value]),
      Buffer.concat([key, Buffer.from([0x12, 0x83, 0, 0x0a, 1, 0x76])]),
      Buffer.concat([Buffer.from([0x0a, 1, 0x78]), key, value]),
      Buffer.concat([key, value, Buffer.from([0x18, 1])]),
    ];
    const name = Buffer.from([0x2a, 1, 0x6e]);
    const spansOf = (pair: Buffer): Buffer[] => {
      const attribute = Buffer.concat([Buffer.from([0x4a, pair.length]), pair]);
      const long = Buffer.concat([Buffer.from([0xca, 0, pair.length + 0x80, 0]), pair]);
      return [
        [name, attribute],
        [attribute, name],
        [long, name],
      ].map((fields) => Buffer.concat(fields));
    };
    const blockOf = (span: Buffer): string => {
      const rows = new TraceRecords();
      expect(rows.append(batchOfSpans([span])).unstorable).toEqual([]);
      return rows.tables[SPANS_TABLE]?.encode().bytes.toString('latin1') ?? '';
    };
    const expected = blockOf(spansOf(shapes[0] ?? key)[0] ?? key);
    for (const shape of shapes) for (const span of spansOf(shape)) expect(blockOf(span)).toBe(expected);
    // A key as long as what is left of the span, and one that ends behind it.
    for (const cut of [
      [0x4a, 3, 0x0a, 1, 0x6b],
      [0x4a, 5, 0x0a, 1, 0x6b, 0x12, 1],
    ]) {
      const { unstorable } = new TraceRecords().append(batchOfSpans([Buffer.from(cut)]));
      expect(unstorable).toHaveLength(cut[1] === 5 ? 1 : 0);
    }
  });

  it('give the same rows item by item as in one go', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(18), fc.nat(18), (count, a, b) => {
        const one = traces(count);
        const whole = new TraceRecords();
        const { items } = whole.append(one);
        const pieces = new TraceRecords();
        for (const [table, total = 0] of items.entries()) {
          const cuts = [0, Math.min(a, total), Math.min(b, total), total].sort((x, y) => x - y);
          for (const [i, to] of cuts.entries()) pieces.appendItems(one, table, cuts[i - 1] ?? 0, to);
        }
        for (const [i, table] of whole.tables.entries()) {
          expect(pieces.tables[i]?.encode().bytes.equals(table.encode().bytes)).toBe(true);
        }
      }),
    );
  });

  it('count a malformed span as an item, so that ranges mean the same on every reading', () => {
    const one = batchWithBadSpans([false, true, false, true]);
    const rows = new TraceRecords();
    rows.appendItems(one, SPANS_TABLE, 1, 2);
    expect(rows.tables[SPANS_TABLE]?.rows).toBe(0);
    rows.appendItems(one, SPANS_TABLE, 1, 3);
    expect(rows.tables[SPANS_TABLE]?.rows).toBe(1);
  });

  it('give back the originals of spans as OTLP and of summaries as a batch without spans', () => {
    const one = traces(4);
    const rows = new TraceRecords();
    const spans = rows.originals(one, SPANS_TABLE, 2, 7);
    expect(spans.map(({ value }) => spansIn(value))).toEqual([5]);
    const [summaries] = rows.originals(one, SUMMARIES_TABLE, 1, 3);
    const reader = new TraceBatchReader();
    reader.read(summaries?.value ?? Buffer.alloc(0));
    expect(reader.traces.map(({ receivedMs, summary }) => [receivedMs, summary.spans])).toEqual([
      [NOW_MS + 1, 3],
      [NOW_MS + 2, 3],
    ]);
    expect(reader.spanStart.length).toBe(0);
  });

  it('give back the originals of spans apart for each tenant, and say whose they are', () => {
    const specs = ['one', 'two', 'one'].map((tenant, number) => ({ number, tenant, receivedMs: NOW_MS }));
    const rows = new TraceRecords();
    const mixed = record(traceBatchRecord(specs).value, 'zstd');
    const letters = rows.originals(mixed, SPANS_TABLE, 1, 8);
    expect(letters.map(({ value, headers }) => [headers['tenant']?.toString(), spansIn(value)])).toEqual([
      ['one', 4],
      ['two', 3],
    ]);
  });

  it('start a new block after a reset', () => {
    const rows = new TraceRecords();
    rows.append(traces(3));
    const first = rows.tables.map((table) => table.encode().bytes);
    rows.reset();
    expect(rows.receivedMs).toEqual([]);
    rows.append(traces(3));
    expect(rows.tables.every((table, i) => table.encode().bytes.equals(first[i] ?? Buffer.alloc(0)))).toBe(
      true,
    );
  });
});
