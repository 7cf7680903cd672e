/** Export requests for tests of the collector, and what is read back of them. */
import { opentelemetry } from '../../proto/generated/index.js';

const { TracesData } = opentelemetry.proto.trace.v1;

export type TestSpan = opentelemetry.proto.trace.v1.Span.$Properties;

/** A span of trace `trace` (1 to 255). */
export function testSpan(trace: number, span: number, name = `span ${span}`): TestSpan {
  const traceId = Buffer.alloc(16, trace);
  const spanId = Buffer.alloc(8, 0xee);
  spanId.writeUInt32BE(span, 4);
  return { traceId, spanId, name, startTimeUnixNano: 1_700_000_000_000, endTimeUnixNano: 1_700_000_001_000 };
}

export function requestOf(...spans: TestSpan[]): Buffer {
  const scopeSpans = [{ scope: { name: 'test' }, spans }];
  return Buffer.from(TracesData.encode({ resourceSpans: [{ scopeSpans }] }).finish());
}

/** One valid span, and one of each kind that is refused. */
export const PARTLY_VALID = requestOf(
  testSpan(1, 1),
  { ...testSpan(1, 2), traceId: Buffer.alloc(16) },
  { ...testSpan(1, 3), traceId: Buffer.alloc(8, 1) },
  { ...testSpan(1, 4), spanId: Buffer.alloc(0) },
);

export function spanNames(tracesData: Uint8Array): string[] {
  return TracesData.decode(tracesData).resourceSpans.flatMap((ofResource) =>
    (ofResource.scopeSpans ?? []).flatMap((ofScope) => (ofScope.spans ?? []).map(({ name }) => name ?? '')),
  );
}
