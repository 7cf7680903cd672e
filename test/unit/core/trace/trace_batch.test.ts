import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { spanmill } from '../../../../proto/generated/index.js';
import type { TraceSummary } from '../../../../services/core/trace/summary.ts';
import { rangeText, TraceBatchReader } from '../../../../services/core/trace/trace_batch_reader.ts';
import { TraceBatchWriter } from '../../../../services/core/trace/trace_batch_writer.ts';
import type { Fragment } from '../../../../services/core/trace/run.ts';
import { WireError } from '../../../../services/core/wire/cursor.ts';
import { encodeSpan, fragmentOf, headerOf } from '../../../support/fragments.ts';
import { varint } from '../../../support/otlp_arbitraries.ts';

const { TraceBatch } = spanmill.v1;

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const ns = fc.nat({ max: 2 ** 53 - 1 });
const half = fc.nat({ max: 0xffff_ffff });
const summary: fc.Arbitrary<TraceSummary> = fc.record({
  start: fc.record({ low: half, high: half }),
  end: fc.record({ low: half, high: half }),
  spans: fc.nat(),
  errors: fc.nat(),
  rootService: text,
  rootName: text,
  rootDurationNs: ns,
  services: fc.array(text, { maxLength: 3 }),
  criticalPath: fc.array(fc.record({ service: text, operation: text, selfTimeNs: ns }), { maxLength: 3 }),
  missingParents: fc.nat(),
});
const fragment: fc.Arbitrary<Fragment> = fc
  .record({
    spans: fc.array(
      fc.record({
        id: fc.constantFrom('a', 'b', 'ccc'),
        name: text,
        service: fc.constantFrom('x', 'y', 'z'),
      }),
      {
        maxLength: 5,
      },
    ),
    tenant: fc.oneof(fc.constant('default'), fc.string({ minLength: 1, maxLength: 5 })),
    traceId: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((id) => Buffer.from(id).toString('latin1')),
    number: fc.nat(),
    reason: fc.constantFrom('settled', 'idle', 'full', 'cut'),
    receivedMs: fc.nat({ max: 2 ** 52 }),
  })
  .map(({ spans, ...more }) => fragmentOf(spans, more));
const sampling = fc.record({ kept: fc.boolean(), policy: text, threshold: fc.nat({ max: 2 ** 53 - 1 }) });
const batch = fc.array(fc.tuple(fragment, summary, sampling), { maxLength: 5 });

type Batch = readonly (readonly [
  Fragment,
  TraceSummary,
  { kept: boolean; policy: string; threshold: number },
])[];

function write(traces: Batch): Uint8Array {
  const writer = new TraceBatchWriter();
  for (const [each, itsSummary, decision] of traces) writer.add(each, itsSummary, decision);
  return writer.take();
}

const u64 = (low: number, high: number): string => String((BigInt(high) << 32n) + BigInt(low));

/** What the reader found, in the words of protobufjs. */
function readAsObject(bytes: Uint8Array): unknown {
  const reader = new TraceBatchReader();
  reader.read(bytes);
  const at = (start: number, end: number): string =>
    Buffer.from(bytes.subarray(start, end)).toString('base64');
  return reader.traces.map((trace) => ({
    traceId: at(trace.traceIdStart, trace.traceIdStart + 16),
    tenant: trace.tenant,
    fragment: trace.fragment,
    reason: trace.reason,
    receivedMs: trace.receivedMs,
    summary: [
      u64(trace.summary.startTimeLow, trace.summary.startTimeHigh),
      u64(trace.summary.endTimeLow, trace.summary.endTimeHigh),
      [trace.summary.spans, trace.summary.errors, trace.summary.missingParents],
      [rangeText(bytes, trace.summary.rootService), rangeText(bytes, trace.summary.rootName)],
      u64(trace.summary.rootDurationLow, trace.summary.rootDurationHigh),
      trace.summary.services.map((range) => rangeText(bytes, range)),
      trace.summary.criticalPath.map((step) => [
        rangeText(bytes, step.service),
        rangeText(bytes, step.operation),
        u64(step.selfTimeLow, step.selfTimeHigh),
      ]),
    ],
    sampling: [trace.kept, rangeText(bytes, trace.policy), u64(trace.thresholdLow, trace.thresholdHigh)],
    spans: reader.spanStart.slice(trace.firstSpan, trace.endSpan).map((start, i) => {
      const position = trace.firstSpan + i;
      const header = reader.headers[reader.spanHeader[position] ?? -1];
      return [header?.service, at(start, reader.spanEnd[position] ?? 0)];
    }),
  }));
}

/** The same from what was written. */
function asObject(traces: Batch): unknown {
  return traces.map(([each, of, decision]) => ({
    traceId: Buffer.from(each.traceId, 'latin1').toString('base64'),
    tenant: each.tenant,
    fragment: each.number,
    reason: each.reason,
    receivedMs: each.receivedMs,
    summary: [
      u64(of.start.low, of.start.high),
      u64(of.end.low, of.end.high),
      [of.spans, of.errors, of.missingParents],
      [of.rootService, of.rootName],
      String(of.rootDurationNs),
      of.services,
      of.criticalPath.map((step) => [step.service, step.operation, String(step.selfTimeNs)]),
    ],
    sampling: [decision.kept, decision.policy, String(decision.threshold)],
    spans: each.spans.map((span) => [
      span.header.service,
      Buffer.from(span.buf.subarray(span.start, span.end)).toString('base64'),
    ]),
  }));
}

describe('a trace batch', () => {
  test('is read as it was written', () => {
    fc.assert(fc.property(batch, (traces) => expect(readAsObject(write(traces))).toEqual(asObject(traces))));
  });

  test('means to protobufjs what it means to us, whichever of the two writes it', () => {
    fc.assert(
      fc.property(batch, (traces) => {
        const bytes = write(traces);
        const message = TraceBatch.decode(bytes);
        expect(message.traces).toHaveLength(traces.length);
        expect(readAsObject(TraceBatch.encode(message).finish())).toEqual(asObject(traces));
        expect(
          TraceBatch.toObject(TraceBatch.decode(TraceBatch.encode(message).finish()), { longs: String }),
        ).toEqual(TraceBatch.toObject(message, { longs: String }));
      }),
    );
  });

  test('says through protobufjs what was given', () => {
    const spans = [{ id: 'a' }, { id: 'b', service: 'cart' }, { id: 'c' }];
    const given = fragmentOf(spans, {
      tenant: 'acme',
      number: 2,
      reason: 'cut',
      receivedMs: 1_700_000_000_123,
    });
    const message = TraceBatch.toObject(TraceBatch.decode(write([[given, SUMMARY, KEPT]])), {
      longs: String,
    });
    expect(message['headers']).toHaveLength(2);
    expect(message['traces']).toMatchObject([
      {
        tenant: 'acme',
        fragment: 2,
        reason: 4,
        receivedUnixMs: '1700000000123',
        spanHeaders: [0, 1, 0],
        sampling: { kept: true, policy: 'all', threshold: '5' },
        summary: {
          startTimeUnixNano: '4294967298',
          endTimeUnixNano: '12884901892',
          spans: 3,
          errors: 1,
          rootService: 'shop',
          rootName: 'GET /ü',
          rootDurationNano: '77',
          services: ['cart', 'shop'],
          criticalPath: [{ service: 'shop', operation: 'GET /{}', selfTimeNano: '77' }],
          missingParents: 1,
        },
      },
    ]);
    expect(message).toHaveProperty('traces.0.spans.length', 3);
  });

  test('holds each header once, and starts over when it is taken', () => {
    const writer = new TraceBatchWriter();
    const each = fragmentOf([{ id: 'a' }, { id: 'b' }]);
    expect(writer.isEmpty).toBe(true);
    writer.add(each, SUMMARY);
    const afterFirst = writer.byteLength;
    writer.add(each, SUMMARY);
    const headerBytes = 2 * afterFirst - writer.byteLength;
    expect(headerBytes).toBe(2 + 2 + headerOf('shop').resource.length);
    expect(writer.isEmpty).toBe(false);
    expect(writer.take()).toHaveLength(2 * afterFirst - headerBytes);
    expect(writer.isEmpty).toBe(true);
    expect(writer.byteLength).toBe(0);
    writer.add(each, SUMMARY);
    expect(TraceBatch.decode(writer.take()).headers).toHaveLength(1);
  });

  test('keeps the spans when their buffer is used for something else', () => {
    const writer = new TraceBatchWriter();
    const each = fragmentOf([{ id: 'a' }]);
    writer.add(each, SUMMARY);
    for (const span of each.spans) span.buf.fill(0xff);
    const [trace] = TraceBatch.decode(writer.take()).traces;
    expect(Buffer.from(trace?.spans?.[0]?.spanId ?? []).toString()).toBe('a\0\0\0\0\0\0\0');
  });

  test('that is cut off anywhere is refused or read as less, never misread', () => {
    const bytes = write([
      [fragmentOf([{ id: 'a' }, { id: 'b', service: 'cart' }]), SUMMARY, KEPT],
      [fragmentOf([{ id: 'c' }]), SUMMARY, KEPT],
    ]);
    const reader = new TraceBatchReader();
    for (let end = 0; end < bytes.length; end++) {
      try {
        reader.read(bytes, 0, end);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
        continue;
      }
      expect(reader.traces.length).toBeLessThan(2);
    }
  });

  test('with any byte changed is read or refused, never anything else', () => {
    const bytes = write([[fragmentOf([{ id: 'a' }, { id: 'b' }]), SUMMARY, KEPT]]);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), (position, byte) => {
        const changed = bytes.slice();
        changed[position] = byte;
        const reader = new TraceBatchReader();
        try {
          reader.read(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
        for (const end of reader.spanEnd) expect(end).toBeLessThanOrEqual(changed.length);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Fields by hand, for what no writer of today would send. */
const field = (number: number, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of((number << 3) | 2), varint(content.length), content]);
const varintField = (number: number, value: number): Buffer => Buffer.of(number << 3, value);
const id = field(1, Buffer.alloc(16, 7));
const span = field(9, encodeSpan({ id: 's' }));

describe('the reader of trace batches', () => {
  const read = (...parts: Buffer[]): TraceBatchReader => {
    const reader = new TraceBatchReader();
    reader.read(Buffer.concat(parts));
    return reader;
  };

  test('skips what newer writers say, at every level', () => {
    const unknown = Buffer.concat([Buffer.of(0xf8, 0x01, 5), Buffer.of(0xfa, 0x01, 2, 1, 2)]); // fields 31
    const step = field(9, Buffer.concat([unknown, field(1, Buffer.from('web')), unknown]));
    const inSummary = field(6, Buffer.concat([unknown, step, varintField(3, 1), unknown]));
    const inSampling = field(7, Buffer.concat([unknown, varintField(1, 1)]));
    const header = field(1, Buffer.concat([unknown, field(1, headerOf('web').resource), unknown]));
    const trace = Buffer.concat([
      unknown,
      id,
      inSummary,
      inSampling,
      varintField(4, 99),
      field(8, Buffer.of(0)),
      span,
    ]);
    const reader = read(unknown, header, field(2, trace), unknown);
    expect(reader.headers[0]?.service).toBe('web');
    expect(reader.traces[0]).toMatchObject({ kept: true, reason: 'unspecified', summary: { spans: 1 } });
    expect(reader.traces[0]?.summary.criticalPath).toHaveLength(1);
    expect(reader.spanStart).toHaveLength(1);
  });

  test('takes fields in any order, and a packed field unpacked', () => {
    const trace = Buffer.concat([span, varintField(8, 1), span, varintField(8, 0), id]);
    const headers = [
      field(1, field(1, headerOf('web').resource)),
      field(1, field(1, headerOf('cart').resource)),
    ];
    const reader = read(field(2, trace), ...headers);
    expect(reader.spanHeader).toEqual([1, 0]);
    expect(reader.headers.map((header) => header.service)).toEqual(['web', 'cart']);
  });

  test('gives defaults where nothing is said', () => {
    const [trace] = read(field(2, id)).traces;
    expect(trace).toMatchObject({
      tenant: 'default',
      fragment: 0,
      reason: 'unspecified',
      receivedMs: 0,
      kept: false,
    });
    expect(trace?.summary).toMatchObject({ spans: 0, services: [], criticalPath: [] });
  });

  test('refuses a trace without an id, spans without headers, and headers that are not there', () => {
    expect(() => read(field(2, Buffer.alloc(0)))).toThrow(WireError);
    expect(() => read(field(2, field(1, Buffer.alloc(15))))).toThrow(WireError);
    expect(() => read(field(2, Buffer.concat([id, span])))).toThrow('not one header for each span');
    expect(() => read(field(2, Buffer.concat([id, span, varintField(8, 0)])))).toThrow('does not hold');
  });
});

const KEPT = { kept: true, policy: 'all', threshold: 5 };
const SUMMARY: TraceSummary = {
  start: { low: 2, high: 1 },
  end: { low: 4, high: 3 },
  spans: 3,
  errors: 1,
  rootService: 'shop',
  rootName: 'GET /ü',
  rootDurationNs: 77,
  services: ['cart', 'shop'],
  criticalPath: [{ service: 'shop', operation: 'GET /{}', selfTimeNs: 77 }],
  missingParents: 1,
};
