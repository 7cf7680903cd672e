import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_METRIC_LIMITS } from '../../../../services/core/metrics/limits.ts';
import type { ServiceEdgeDelta } from '../../../../services/core/metrics/deltas.ts';
import { countCalls } from '../../../../services/core/trace/edges.ts';
import type { EdgeCall } from '../../../../services/core/trace/edges.ts';
import { FragmentAnalysis } from '../../../../services/core/trace/fragment_analysis.ts';
import { SpanTable } from '../../../../services/core/trace/run.ts';
import type { EdgeEnd } from '../../../../services/core/trace/run.ts';
import { fragmentOf } from '../../../support/fragments.ts';
import type { SpanSpec } from '../../../support/fragments.ts';

const label = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j');
const spec: fc.Arbitrary<SpanSpec> = fc.record(
  {
    id: label,
    parent: label,
    service: fc.constantFrom('web', 'cart', 'stock'),
    kind: fc.integer({ min: 0, max: 6 }),
    start: fc.constantFrom(0, 5_000_000_000, 25_000_000_000),
    duration: fc.constantFrom(0, 10, 1_000),
    status: fc.constantFrom(0, 1, 2),
    traceState: fc.constantFrom('', 'ot=th:8'),
    attributes: fc.constantFrom<Record<string, string>[]>(
      {},
      { 'server.address': 'host' },
      { 'db.system': 'redis' },
      { 'messaging.destination.name': 'orders' },
    ),
    links: fc.array(label, { maxLength: 2 }),
  },
  { requiredKeys: ['id', 'service', 'kind', 'start', 'duration'] },
);
/** Any spans, ids shared by any two of them included, but no two that are the same in every respect. */
const specs = fc.uniqueArray(spec, { maxLength: 16, selector: (span) => JSON.stringify(span) });

/** Edges of spans that came in this order, cut into fragments of these sizes. */
function edgesOf(spans: readonly SpanSpec[], cuts: readonly number[]): ServiceEdgeDelta[] {
  const analysis = new FragmentAnalysis(DEFAULT_METRIC_LIMITS);
  const known = new SpanTable();
  let from = 0;
  for (const cut of [...cuts, spans.length]) {
    if (from >= spans.length) break;
    analysis.analyse(fragmentOf(spans.slice(from, from + cut), { known }));
    from += cut;
  }
  analysis.endRun('default', known);
  return analysis.flush().edges;
}

test('edges do not depend on how a run was cut into fragments, nor on the order in which its spans came', () => {
  const order = fc.array(fc.nat(), { minLength: 16, maxLength: 16 });
  const cuts = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 16 });
  fc.assert(
    fc.property(specs, order, cuts, (spans, keys, sizes) => {
      const shuffled = spans
        .map((span, i) => ({ span, key: keys[i] ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ span }) => span);
      expect(edgesOf(shuffled, sizes)).toEqual(edgesOf(spans, []));
    }),
    { numRuns: 3_000 },
  );
});

test('a call to a peer is counted only for a span that has no counterpart, and once', () => {
  fc.assert(
    fc.property(specs, (spans) => {
      const fragment = fragmentOf(spans);
      new FragmentAnalysis(DEFAULT_METRIC_LIMITS).analyse(fragment);
      const calls: EdgeCall[] = [];
      countCalls(fragment.known, (call) => calls.push(call));
      const paired = new Set<EdgeEnd>();
      for (const { type, clientEnd, serverEnd } of calls) {
        if (clientEnd !== null && serverEnd !== null) paired.add(clientEnd).add(serverEnd);
        else if (type === 'unknown') expect(serverEnd).not.toBeNull();
      }
      const alone = calls
        .filter(({ type, clientEnd, serverEnd }) => type !== 'unknown' && (clientEnd ?? serverEnd) !== null)
        .filter(({ clientEnd, serverEnd }) => clientEnd === null || serverEnd === null)
        .map(({ clientEnd, serverEnd }) => clientEnd ?? serverEnd);
      expect(new Set(alone).size).toBe(alone.length);
      for (const end of alone) expect(end !== null && paired.has(end)).toBe(false);
    }),
    { numRuns: 1_000 },
  );
});
