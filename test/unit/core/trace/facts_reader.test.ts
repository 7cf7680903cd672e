import { expect, test } from '@jest/globals';
import { readSpanView, SpanView } from '../../../../services/core/otlp/span_view.ts';
import { FactsReader } from '../../../../services/core/trace/facts_reader.ts';
import { noFacts, type NodeFacts } from '../../../../services/core/trace/span_facts.ts';
import { encodeSpan, headerOf, TRACE_ID } from '../../../support/fragments.ts';

function factsOf(bytes: Uint8Array): NodeFacts {
  const view = new SpanView();
  readSpanView(view, bytes, 0, bytes.length);
  const facts = noFacts();
  new FactsReader().read(view, headerOf('web'), TRACE_ID, facts);
  return facts;
}

test('facts are what metrics and edges need of a span', () => {
  const attributes = { 'messaging.destination.name': 'orders' };
  const spec = { id: 'a', name: 'take 17', kind: 5, status: 2, duration: 70, traceState: 'ot=th:8' };
  expect(factsOf(encodeSpan({ ...spec, attributes, links: ['b', 'c/other'] }))).toMatchObject({
    ...{ service: 'web', operation: 'take {}', kind: 5, status: 2, isError: true, durationNs: 70, weight: 2 },
    ...{ peer: { name: 'orders', type: 'messaging' }, links: [{ low: 0x62, high: 0 }] },
  });
});

test('links of spans that are no consumers are not kept', () => {
  expect(factsOf(encodeSpan({ id: 'a', kind: 2, links: ['b'] })).links).toEqual([]);
});

test.each([
  ['attribute', 9, 3],
  ['link', 13, 5],
])('a span with a malformed %s has its other facts', (_, field, kind) => {
  const malformed = Buffer.concat([
    encodeSpan({ id: 'a', kind, duration: 5 }),
    Buffer.of((field << 3) | 2, 2, 0x0a, 0x7f),
  ]);
  expect(factsOf(malformed)).toMatchObject({ kind, durationNs: 5, peer: null, links: [] });
});
