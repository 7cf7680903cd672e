import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { opentelemetry } from '../../../../proto/generated/index.js';
import { SpanIndex, type SpanGroup } from '../../../../services/core/otlp/span_index.ts';
import { readSpanView, SpanView } from '../../../../services/core/otlp/span_view.ts';
import { WireError } from '../../../../services/core/wire/cursor.ts';
import { concat, span, tracesData } from '../../../support/otlp_arbitraries.ts';

const { Span, TracesData } = opentelemetry.proto.trace.v1;
const { Resource } = opentelemetry.proto.resource.v1;
const { InstrumentationScope } = opentelemetry.proto.common.v1;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const NO_BYTES = new Uint8Array(0);

/** What the view says, in protobufjs' terms. */
function viewed(buf: Uint8Array, start = 0, end = buf.length): object {
  const view = new SpanView();
  readSpanView(view, buf, start, end);
  const time = (low: number, high: number): bigint => (BigInt(high) << 32n) | BigInt(low);
  return {
    traceId: hex(buf.subarray(view.traceIdStart, view.traceIdEnd)),
    spanId: hex(buf.subarray(view.spanIdStart, view.spanIdEnd)),
    parentSpanId: hex(buf.subarray(view.parentIdStart, view.parentIdEnd)),
    traceState: text(buf.subarray(view.traceStateStart, view.traceStateEnd)),
    name: text(buf.subarray(view.nameStart, view.nameEnd)),
    kind: view.kind,
    start: time(view.startTimeLow, view.startTimeHigh),
    end: time(view.endTimeLow, view.endTimeHigh),
    statusCode: view.statusCode,
    statusMessage: text(buf.subarray(view.statusMessageStart, view.statusMessageEnd)),
    flags: view.flags,
  };
}

function decoded(message: opentelemetry.proto.trace.v1.Span.$Properties): object {
  return {
    traceId: hex(message.traceId ?? NO_BYTES),
    spanId: hex(message.spanId ?? NO_BYTES),
    parentSpanId: hex(message.parentSpanId ?? NO_BYTES),
    traceState: message.traceState ?? '',
    name: message.name ?? '',
    kind: message.kind ?? 0,
    start: BigInt((message.startTimeUnixNano ?? 0).toString()),
    end: BigInt((message.endTimeUnixNano ?? 0).toString()),
    statusCode: message.status?.code ?? 0,
    statusMessage: message.status?.message ?? '',
    flags: message.flags ?? 0,
  };
}

/** All spans of a message with their headers, as the index finds them. */
function indexed(message: Uint8Array): object[] {
  const index = new SpanIndex();
  index.read(message);
  const merged = (stretches: readonly number[], start: number, end: number): Uint8Array => {
    const parts: Uint8Array[] = [];
    for (let i = 0; i < stretches.length; i += 2)
      parts.push(message.subarray(stretches[i], stretches[i + 1]));
    return concat([...parts, message.subarray(start, end)]);
  };
  return Array.from({ length: index.count }, (_, i) => {
    const position = index.group[i] ?? 0;
    const group = index.groups[position] as SpanGroup;
    const earlier = index.earlierHeaders.get(position) ?? { resource: [], scope: [] };
    return {
      ...viewed(message, index.start[i] ?? 0, index.end[i] ?? 0),
      resource: Resource.decode(merged(earlier.resource, group.resourceStart, group.resourceEnd)).toJSON(),
      scope: InstrumentationScope.decode(merged(earlier.scope, group.scopeStart, group.scopeEnd)).toJSON(),
      resourceUrl: text(message.subarray(group.resourceSchemaUrlStart, group.resourceSchemaUrlEnd)),
      scopeUrl: text(message.subarray(group.scopeSchemaUrlStart, group.scopeSchemaUrlEnd)),
    };
  });
}

function decodedAll(message: Uint8Array): object[] {
  return TracesData.decode(message).resourceSpans.flatMap((ofResource) =>
    (ofResource.scopeSpans ?? []).flatMap((ofScope) =>
      (ofScope.spans ?? []).map((one) => ({
        ...decoded(one),
        resource: Resource.create(ofResource.resource ?? {}).toJSON(),
        scope: InstrumentationScope.create(ofScope.scope ?? {}).toJSON(),
        resourceUrl: ofResource.schemaUrl ?? '',
        scopeUrl: ofScope.schemaUrl ?? '',
      })),
    ),
  );
}

/** The result, or null where it was refused as bytes that are no message. Any other error is thrown on. */
function orRefused<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

test('a span reads as protobufjs reads it, whatever the order of its fields', () => {
  fc.assert(
    fc.property(span, (bytes) => {
      expect(viewed(bytes)).toEqual(decoded(Span.decode(bytes)));
    }),
    { numRuns: 500 },
  );
});

test('a request reads as protobufjs reads it: every span, its resource and its scope', () => {
  fc.assert(
    fc.property(tracesData, (bytes) => {
      expect(indexed(bytes)).toEqual(decodedAll(bytes));
    }),
    { numRuns: 200 },
  );
});

test('a span that was cut off anywhere is refused or reads as protobufjs reads it', () => {
  fc.assert(
    fc.property(span, (bytes) => {
      for (let length = 0; length < bytes.length; length++) {
        const cut = bytes.slice(0, length);
        const view = orRefused(() => viewed(cut));
        if (view !== null) expect(view).toEqual(decoded(Span.decode(cut)));
      }
    }),
  );
});

test('a request that was cut off anywhere is refused or reads as protobufjs reads it', () => {
  fc.assert(
    fc.property(tracesData, (bytes) => {
      for (let length = 0; length < bytes.length; length++) {
        const cut = bytes.slice(0, length);
        const spans = orRefused(() => indexed(cut));
        if (spans !== null) expect(spans).toEqual(decodedAll(cut));
      }
    }),
    { numRuns: 30 },
  );
});

test('a request with a byte changed, and any bytes at all, end in spans or in WireError', () => {
  const changed = fc.tuple(tracesData, fc.nat(), fc.nat({ max: 255 })).map(([bytes, at, to]) => {
    if (bytes.length > 0) bytes[at % bytes.length] = to;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 64 })), (bytes) => {
      const index = new SpanIndex();
      const view = new SpanView();
      orRefused(() => {
        index.read(bytes);
        for (let i = 0; i < index.count; i++)
          readSpanView(view, bytes, index.start[i] ?? 0, index.end[i] ?? 0);
      });
      expect(index.count).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 500 },
  );
});

test('an index that was used before reads the next message as a new one does', () => {
  const index = new SpanIndex();
  fc.assert(
    fc.property(tracesData, (bytes) => {
      const fresh = new SpanIndex();
      fresh.read(bytes);
      index.read(bytes);
      expect(index.count).toBe(fresh.count);
      expect(index.start.slice(0, index.count)).toEqual(fresh.start);
      expect(index.group.slice(0, index.count)).toEqual(fresh.group);
      expect(index.groups).toEqual(fresh.groups);
      expect(index.resourceOfGroup).toEqual(fresh.resourceOfGroup);
    }),
    { numRuns: 50 },
  );
});
