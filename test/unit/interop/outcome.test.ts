import { describe, expect, test } from '@jest/globals';
import type { ArrivedSpan } from '../../interop/arrived_spans.ts';
import type { Client } from '../../interop/client.ts';
import { asText, NOT_IN_CLIENT, NOT_IN_PROTOCOL, whole, type Expectations } from '../../interop/features.ts';
import {
  faultsOf,
  resultOf,
  rowsByKey,
  skippedResult,
  spansOfClient,
  toldBy,
} from '../../interop/outcome.ts';
import { json, table } from '../../interop/report.ts';
import type { Row } from '../../interop/stored_spans.ts';
import { int, string } from '../../interop/value.ts';

const SPAN: ArrivedSpan = {
  ...{ service: 'shop', resource: { 'service.name': string('shop') }, scopeName: '', scopeVersion: '' },
  ...{ traceId: 'aa', spanId: 'bb', parentSpanId: '', traceState: '', name: 'root', kind: 'server' },
  ...{ startNs: 5n, endNs: 9n, attributes: { n: int(1n) }, events: [], links: [], status: 'Unset' },
  statusMessage: '',
};
const ROW: Row = {
  ...{ TraceId: 'aa', SpanId: 'bb', ParentSpanId: '', TraceState: '', SpanName: 'root', SpanKind: 'Server' },
  ...{ ServiceName: 'shop', ResourceAttributes: { 'service.name': 'shop' }, ScopeName: '', ScopeVersion: '' },
  ...{ SpanAttributes: { n: '1' }, Start: '5', Duration: '4', StatusCode: 'Unset', StatusMessage: '' },
  ...{ 'Events.Name': [], 'Events.Attributes': [], EventTimes: [], 'Links.TraceId': [], 'Links.SpanId': [] },
  ...{ 'Links.TraceState': [], 'Links.Attributes': [] },
};

const none = Object.fromEntries(
  [
    'double',
    'array',
    'map',
    'bytes',
    'events',
    'exception',
    'links',
    'status',
    'kinds',
    'resource',
    'scope',
  ].map((feature) => [feature, NOT_IN_CLIENT]),
);
const CLIENT: Client = {
  ...{ id: 'a', library: 'lib 1', protocol: 'P', toolchain: { name: 't', prepare: () => Promise.resolve() } },
  command: () => ({ command: 'true', args: [] }),
  expected: {
    ...none,
    ...{ spans: whole(() => null), text: asText(() => null), bool: whole(() => 'it is gone') },
    ...{ int64: NOT_IN_CLIENT, remote: NOT_IN_CLIENT, shared: NOT_IN_PROTOCOL, shortId: NOT_IN_CLIENT },
    sampling: NOT_IN_CLIENT,
  } as unknown as Expectations,
};
const EVIDENCE = { service: 'shop', told: { spans: [] }, arrived: [SPAN] };

describe('the result of a client', () => {
  test('says of each feature what became of it', () => {
    const result = resultOf(CLIENT, EVIDENCE, rowsByKey([ROW]));
    expect(result.outcomes).toMatchObject({
      ...{ spans: { is: 'arrived' }, text: { is: 'arrived as text' } },
      ...{ bool: { is: 'fault', fault: 'it is gone' }, shared: { is: 'not in the protocol' } },
      stored: { is: 'arrived' },
    });
    expect(faultsOf(result)).toEqual(['a, bool: it is gone']);
  });

  test.each([
    ['no row', []],
    ['two rows', [ROW, ROW]],
    ['SpanAttributes', [{ ...ROW, SpanAttributes: { n: '2' } }]],
    ['Duration', [{ ...ROW, Duration: '5' }]],
  ])('is a fault with %s in ClickHouse', (_what, rows) => {
    const { stored } = resultOf(CLIENT, EVIDENCE, rowsByKey(rows)).outcomes;
    expect(stored).toMatchObject({ is: 'fault' });
  });

  test('is a fault where nothing has arrived, and never for a client that was skipped', () => {
    const empty = resultOf(CLIENT, { ...EVIDENCE, arrived: [] }, rowsByKey([]));
    expect(empty.outcomes.stored).toEqual({ is: 'fault', fault: 'there is nothing to store' });
    expect(faultsOf(skippedResult(CLIENT, 'there is no go'))).toEqual([]);
  });

  test('becomes a line of the table, a skipped client a line below it', () => {
    const results = [resultOf(CLIENT, EVIDENCE, rowsByKey([ROW])), skippedResult(CLIENT, 'there is no go')];
    const lines = table(results).split('\n');
    expect(lines[2]).toMatch(/^\| lib 1 \| P \| ✓ \| text \| \*\*✗\*\* \| · \|.* ✓ \|$/);
    expect(lines.at(-1)).toBe('- lib 1, P: there is no go');
    expect(JSON.parse(json({ clients: results, recorded: [] }))).toMatchObject({
      clients: [{ outcomes: { bool: 'fault: it is gone' } }, { skipped: 'there is no go' }],
    });
  });
});

test('what a client tells stands on the last line of its output', () => {
  expect(toldBy('noise\n{"spans":[]}\n')).toEqual({ spans: [] });
  expect(toldBy('noise\n')).toEqual({ spans: [] });
});

test('spans of a client are those of its services and of its traces', () => {
  const of = (service: string, traceId: string): ArrivedSpan => ({ ...SPAN, service, traceId });
  const spans = [of('x', 'aa'), of('x-callee', 'ab'), of('x-remote', 'ac'), of('', 'ad')];
  const told = { spans: [{ ...SPAN, startNs: '', endNs: '', traceId: 'ad' }] };
  expect(spansOfClient(spans, 'x', told).map(({ traceId }) => traceId)).toEqual(['aa', 'ab', 'ad']);
});
