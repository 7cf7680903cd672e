import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { opentelemetry } from '../../../../proto/generated/index.js';
import { partitionOf } from '../../../../services/core/otlp/partition.ts';
import { SpanIndex } from '../../../../services/core/otlp/span_index.ts';
import { RequestSplitter } from '../../../../services/core/otlp/split_request.ts';
import { WireError } from '../../../../services/core/wire/cursor.ts';
import { concat, tracesData } from '../../../support/otlp_arbitraries.ts';

const { Span, TracesData } = opentelemetry.proto.trace.v1;
type TracesShape = opentelemetry.proto.trace.v1.TracesData.$Properties;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const isValidId = (id: Uint8Array | null | undefined, length: number): boolean =>
  id?.length === length && id.some((byte) => byte !== 0);

interface FlatSpan {
  readonly traceId: Uint8Array;
  readonly valid: boolean;
  /** Its bytes, resource, scope and schema urls: what must come through. */
  readonly key: string;
}

/** Spans by the index (their bytes), headers by protobufjs. Both go through a message in the same order. */
function flatten(bytes: Uint8Array): FlatSpan[] {
  const index = new SpanIndex();
  index.read(bytes);
  const headers = TracesData.decode(bytes).resourceSpans.flatMap((ofResource) =>
    (ofResource.scopeSpans ?? []).map((ofScope) =>
      JSON.stringify([
        ofResource.resource ?? {},
        ofResource.schemaUrl ?? '',
        ofScope.scope ?? {},
        ofScope.schemaUrl ?? '',
      ]),
    ),
  );
  return Array.from({ length: index.count }, (_, i) => {
    const raw = bytes.subarray(index.start[i], index.end[i]);
    const span = Span.decode(raw);
    return {
      traceId: span.traceId,
      valid: isValidId(span.traceId, 16) && isValidId(span.spanId, 8),
      key: `${hex(raw)} ${headers[index.group[i] ?? 0] ?? ''}`,
    };
  });
}

const encode = (message: TracesShape): Uint8Array => TracesData.encode(message).finish();
const id = (length: number, last: number): Uint8Array => {
  const bytes = new Uint8Array(length).fill(7);
  bytes[length - 1] = last;
  return bytes;
};

describe('the partition of a trace', () => {
  test('is the published hash of the low 64 bits of its id, so that processes agree whoever wrote them', () => {
    const partition = (traceId: string, of: number): number =>
      partitionOf(Buffer.from(traceId, 'hex'), 0, of);
    expect(partition('00000000000000000000000000000001', 1000)).toBe(727);
    expect(partition('5b8efff798038103d269b633813fc60c', 1000)).toBe(473);
    expect(partition('ffffffffffffffffd269b633813fc60c', 1000)).toBe(473);
    expect(partition('5b8efff798038103d269b633813fc60c', 12)).toBe(9);
  });
});

describe('splitting a request', () => {
  test('keeps every valid span with its resource and scope, in order, in the partition of its trace', () => {
    fc.assert(
      fc.property(tracesData, fc.integer({ min: 1, max: 7 }), (request, partitions) => {
        const { parts, accepted } = new RequestSplitter(partitions).split(request);
        const expected = new Map<number, string[]>();
        for (const span of flatten(request).filter(({ valid }) => valid)) {
          const partition = partitionOf(span.traceId, 0, partitions);
          expected.set(partition, [...(expected.get(partition) ?? []), span.key]);
        }
        const found = new Map(
          parts.map(({ partition, bytes }) => [partition, flatten(bytes).map(({ key }) => key)]),
        );
        expect(found).toEqual(expected);
        expect(parts.map(({ spans }) => spans)).toEqual([...found.values()].map((spans) => spans.length));
        expect(accepted).toBe([...expected.values()].flat().length);
      }),
      { numRuns: 200 },
    );
  });

  test('counts each span that it leaves out under its reason', () => {
    fc.assert(
      fc.property(tracesData, (request) => {
        const { accepted, rejected } = new RequestSplitter(3).split(request);
        const all = flatten(request);
        const badTraceIds = all.filter(({ traceId }) => !isValidId(traceId, 16)).length;
        expect(rejected.invalid_trace_id).toBe(badTraceIds);
        expect(accepted + rejected.invalid_trace_id + rejected.invalid_span_id).toBe(all.length);
      }),
    );
  });

  test('gives parts that joined with those of other requests are still one message', () => {
    fc.assert(
      fc.property(tracesData, tracesData, (first, second) => {
        const splitter = new RequestSplitter(1);
        const parts = [first, second].flatMap((request) =>
          splitter.split(request).parts.map(({ bytes }) => bytes),
        );
        const keys = flatten(concat(parts)).map(({ key }) => key);
        const valid = [...flatten(first), ...flatten(second)].filter((span) => span.valid);
        expect(keys).toEqual(valid.map(({ key }) => key));
      }),
    );
  });

  test('writes a resource once for a partition, and each of its scopes once', () => {
    const span = (last: number) => ({ traceId: id(16, last), spanId: id(8, last) });
    const request = encode({
      resourceSpans: [
        {
          resource: { droppedAttributesCount: 5 },
          scopeSpans: [
            { scope: { name: 'a' }, spans: [span(1), span(2), span(3)] },
            { scope: { name: 'b' }, spans: [span(4), span(5)] },
          ],
        },
      ],
    });
    const [part] = new RequestSplitter(1).split(request).parts;
    expect(part?.bytes).toEqual(new Uint8Array(request));
  });

  test('refuses bytes that are no request, also where only a span is broken', () => {
    const broken = encode({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: id(16, 1) }] }] }] });
    broken[7] = 200; // the length of the trace id
    expect(() => new RequestSplitter(2).split(broken)).toThrow(WireError);
    expect(() => new RequestSplitter(2).split(Uint8Array.of(0x0a, 0x05, 0x00))).toThrow(WireError);
  });

  // The processor keeps the resource for each scope: a megabyte of request would be gigabytes there.
  test('refuses a large resource over very many scopes, and takes a usual one over many', () => {
    const request = (resourceBytes: number, scopes: number) =>
      encode({
        resourceSpans: [
          {
            resource: { attributes: [{ key: 'x'.repeat(resourceBytes) }] },
            scopeSpans: Array.from({ length: scopes }, (_, i) => ({
              scope: { name: `scope ${i}` },
              spans: [{ traceId: id(16, 1), spanId: id(8, 1) }],
            })),
          },
        ],
      });
    const splitter = new RequestSplitter(2);
    expect(() => splitter.split(request(100_000, 1_000))).toThrow('too many scopes');
    expect(splitter.split(request(10_000, 100)).accepted).toBe(100);
    expect(splitter.split(request(1_000_000, 3)).accepted).toBe(3);
  });

  test('finds nothing to send in an empty request, and none in one of headers alone', () => {
    const headersOnly = encode({ resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: 'a' } }] }] });
    for (const request of [new Uint8Array(0), headersOnly]) {
      expect(new RequestSplitter(4).split(request)).toEqual({
        parts: [],
        accepted: 0,
        rejected: { invalid_trace_id: 0, invalid_span_id: 0 },
      });
    }
  });

  test('reads a request in the middle of a larger buffer', () => {
    const request = encode({
      resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: id(16, 1), spanId: id(8, 1) }] }] }],
    });
    const around = Buffer.concat([Buffer.alloc(3, 0xff), request, Buffer.alloc(3, 0xff)]);
    const [part] = new RequestSplitter(1).split(around.subarray(3, 3 + request.length)).parts;
    expect(part?.bytes).toEqual(new Uint8Array(request));
  });
});
