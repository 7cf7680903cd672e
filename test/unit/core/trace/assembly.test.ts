/** What the model does not speak of: bytes, tenants, what is no span. The rules themselves: assembly.property.test.ts. */
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_TENANT } from '../../../../services/core/contracts.ts';
import type { AssemblyListener } from '../../../../services/core/trace/analysis.ts';
import { Assembly, DEFAULT_RULES } from '../../../../services/core/trace/assembly.ts';
import { memoryRecordStore } from '../../../../services/core/trace/record_store.ts';
import { spanKey } from '../../../../services/core/trace/run.ts';
import { keyHex } from '../../../../services/core/wire/keys.ts';
import { tracesData, type TestSpan } from '../../../support/otlp_bytes.ts';

const id = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');
const span = (number: number, more: Partial<TestSpan> = {}): TestSpan => ({
  traceId: id(1, 32),
  spanId: id(number, 16),
  parentId: id(999, 16),
  ...more,
});

/** An assembly with small limits, and what it said. */
function assemble() {
  const fragments: { tenant: string; reason: string; spans: number[]; bytes: number }[] = [];
  const rejected: string[] = [];
  const listener: AssemblyListener = {
    onFragment: ({ tenant, reason, spans }) => {
      const bytes = spans.reduce((sum, { start, end }) => sum + end - start, 0);
      const ids = spans.map(({ node }) => parseInt(keyHex(spanKey(node)), 16));
      fragments.push({ tenant, reason, spans: ids, bytes });
    },
    onRunEnd: () => undefined,
    onMark: () => undefined,
    onRejected: (reason) => rejected.push(reason),
  };
  const rules = { ...DEFAULT_RULES, maxFragmentBytes: 2_000 };
  const assembly = new Assembly(rules, { streamMs: 0, appendMs: 0 }, memoryRecordStore, listener);
  let offset = 0;
  const read = (value: Uint8Array, tenant = DEFAULT_TENANT): void =>
    assembly.read({ offset: offset++, appendMs: offset * 10, tenant, value, cut: null });
  return {
    fragments,
    rejected,
    assembly,
    read,
    readSpans: (spans: readonly TestSpan[], service = 'shop') => read(tracesData([{ service, spans }])),
    /** Time enough for everything to settle: each record passes at most 1.5 s. */
    settle: () => {
      for (let step = 1; step <= 6; step++) {
        const appendMs = 1_000_000 + step * 1_500;
        assembly.read({
          offset: offset++,
          appendMs,
          tenant: DEFAULT_TENANT,
          value: new Uint8Array(0),
          cut: null,
        });
      }
    },
  };
}

describe('assembly', () => {
  test('sends a fragment before a span that would make it too large, and the span with the next', () => {
    const { fragments, readSpans, settle } = assemble();
    const large = { name: 'x'.repeat(800) };
    readSpans([span(1, large), span(2, large), span(3, large)]);
    settle();
    expect(fragments.map(({ reason, spans }) => [reason, spans])).toEqual([
      ['full', [1, 2]],
      ['settled', [3]],
    ]);
    expect(Math.max(...fragments.map(({ bytes }) => bytes))).toBeLessThanOrEqual(2_000);
  });

  test('sends a span that is too large by itself alone', () => {
    const { fragments, readSpans, settle } = assemble();
    readSpans([span(1), span(2, { name: 'x'.repeat(5_000) }), span(3)]);
    settle();
    expect(fragments.map(({ spans }) => spans)).toEqual([[1], [2], [3]]);
  });

  test('counts the headers of a fragment among its bytes', () => {
    const { fragments, readSpans, settle } = assemble();
    for (const number of [1, 2, 3]) readSpans([span(number)], `${number}${'x'.repeat(1_200)}`);
    settle();
    expect(fragments.map(({ spans }) => spans)).toEqual([[1], [2], [3]]);
  });

  // A replay begins at the first span of a run: what was read before must not show in how the run is sent.
  test('sends a trace alike whatever other headers were read before it', () => {
    const other = (number: number, serviceBytes: number) => ({
      spans: [span(number, { traceId: id(number, 32) })],
      service: 'x'.repeat(serviceBytes),
    });
    const MIB = 1024 * 1024;
    const fragmentsAfter = (before: readonly ReturnType<typeof other>[]) => {
      const { fragments, readSpans, settle } = assemble();
      for (const { spans, service } of before) readSpans(spans, service);
      readSpans([span(1)], 's'.repeat(1_200));
      for (const { spans, service } of [other(8, MIB), other(9, 10)]) readSpans(spans, service);
      readSpans([span(2)], 's'.repeat(1_200));
      settle();
      return fragments.map(({ spans }) => spans).filter(([first = 0]) => first < 5);
    };
    expect(fragmentsAfter([other(7, 15.5 * MIB)])).toEqual(fragmentsAfter([]));
  });

  test('keeps the same trace id of two tenants apart', () => {
    const { fragments, read, settle } = assemble();
    read(tracesData([{ service: 'shop', spans: [span(1)] }]), 'one');
    read(tracesData([{ service: 'shop', spans: [span(2)] }]), 'two');
    read(tracesData([{ service: 'shop', spans: [span(3)] }]));
    read(tracesData([{ service: 'shop', spans: [span(4)] }]), '');
    settle();
    expect(fragments.map(({ tenant, spans }) => [tenant, spans])).toEqual([
      ['one', [1]],
      ['two', [2]],
      [DEFAULT_TENANT, [3]],
      ['', [4]],
    ]);
  });

  test('turns away what is no span, each for its reason, and takes the rest of the record', () => {
    const { fragments, rejected, read, readSpans, settle } = assemble();
    read(Buffer.from('no message'));
    readSpans([
      span(1, { traceId: '00'.repeat(16) }),
      span(2, { spanId: '00'.repeat(8) }),
      span(3, { spanId: 'ab' }),
    ]);
    readSpans([span(4)]);
    settle();
    expect(rejected).toEqual(['malformed_record', 'invalid_trace_id', 'invalid_span_id', 'invalid_span_id']);
    expect(fragments.map(({ spans }) => spans)).toEqual([[4]]);
  });

  test('keeps spans of one id and different bytes, and drops the very same', () => {
    const { fragments, readSpans, settle } = assemble();
    readSpans([span(1, { name: 'a' }), span(1, { name: 'b' }), span(1, { name: 'a' })]);
    settle();
    expect(fragments.map(({ spans }) => spans)).toEqual([[1, 1]]);
  });
});
