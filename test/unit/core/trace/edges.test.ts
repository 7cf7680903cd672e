import { describe, expect, test } from '@jest/globals';
import { DEFAULT_METRIC_LIMITS } from '../../../../services/core/metrics/limits.ts';
import type { ServiceEdgeDelta } from '../../../../services/core/metrics/deltas.ts';
import { FragmentAnalysis } from '../../../../services/core/trace/fragment_analysis.ts';
import { BASE_MS, fragmentOf } from '../../../support/fragments.ts';
import type { SpanSpec } from '../../../support/fragments.ts';

const [INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER] = [1, 2, 3, 4, 5];

function edgesOf(spans: readonly SpanSpec[]): ServiceEdgeDelta[] {
  const analysis = new FragmentAnalysis(DEFAULT_METRIC_LIMITS);
  const fragment = fragmentOf(spans);
  analysis.analyse(fragment);
  analysis.endRun('default', fragment.known);
  return analysis.flush().edges;
}

/** `client -> server type calls`, sorted as they leave. */
function lines(spans: readonly SpanSpec[]): string[] {
  return edgesOf(spans).map(
    (edge) => `${edge.client} -> ${edge.server} ${edge.connectionType} ${edge.calls}`,
  );
}

describe('an edge', () => {
  test('is counted for a client and the server under it, with both durations', () => {
    const [edge] = edgesOf([
      { id: 'c', service: 'web', kind: CLIENT, start: 3, duration: 100 },
      { id: 's', parent: 'c', service: 'cart', kind: SERVER, start: 20_000_000_000, duration: 64, status: 2 },
    ]);
    expect(edge).toEqual({
      tenant: 'default',
      windowStart: BASE_MS / 1000,
      stepSeconds: 10,
      client: 'web',
      server: 'cart',
      connectionType: 'rpc',
      calls: 1,
      errors: 1,
      clientDurationSumNs: 100,
      serverDurationSumNs: 64,
      clientHistogram: [{ index: 53, count: 1 }],
      serverHistogram: [{ index: 47, count: 1 }],
    });
  });

  test('is counted for each of several servers under one client', () => {
    expect(
      lines([
        { id: 'c', service: 'web', kind: CLIENT, attributes: { 'server.address': 'cart.local' } },
        { id: 's1', parent: 'c', service: 'cart', kind: SERVER },
        { id: 's2', parent: 'c', service: 'cart', kind: SERVER },
      ]),
    ).toEqual(['web -> cart rpc 2']);
  });

  test('is none within one service, nor is the client then a call to someone unknown', () => {
    const attributes = { 'server.address': 'me.local' };
    expect(
      lines([
        { id: 'c', service: 'web', kind: CLIENT, attributes },
        { id: 's', parent: 'c', service: 'web', kind: SERVER },
      ]),
    ).toEqual([]);
  });

  test('pairs a client and a server that share an id, as Zipkin has it, along a whole chain', () => {
    expect(
      lines([
        { id: 'p', service: 'gate', kind: CLIENT },
        { id: 'p', service: 'web', kind: SERVER },
        { id: 'x', parent: 'p', service: 'web', kind: CLIENT },
        { id: 'x', parent: 'p', service: 'cart', kind: SERVER },
      ]),
    ).toEqual(['gate -> web rpc 1', 'web -> cart rpc 1']);
  });

  test('leads from the server of a shared id, not from its client, to what names that id as its parent', () => {
    expect(
      lines([
        { id: 'p', service: 'agate', kind: CLIENT },
        { id: 'p', service: 'web', kind: SERVER },
        { id: 's', parent: 'p', service: 'cart', kind: SERVER },
      ]),
    ).toEqual(['agate -> web rpc 1', 'web -> cart unknown 1']);
  });

  test('is of unknown type, with the duration of the child alone, where kinds do not tell of a call', () => {
    const spans = [
      { id: 'a', service: 'web', kind: INTERNAL, duration: 9 },
      { id: 'b', parent: 'a', service: 'cart', kind: INTERNAL, duration: 5 },
    ];
    expect(lines(spans)).toEqual(['web -> cart unknown 1']);
    expect(edgesOf(spans)[0]).toMatchObject({
      clientDurationSumNs: 0,
      serverDurationSumNs: 5,
      clientHistogram: [],
    });
  });

  test('leads from a client that found no server to the peer that it names', () => {
    expect(
      lines([
        {
          id: 'd',
          service: 'cart',
          kind: CLIENT,
          attributes: { 'db.system': 'postgresql', 'db.name': 'shop' },
        },
        { id: 'h', service: 'cart', kind: CLIENT, attributes: { 'url.full': 'https://pay.example:8443/x' } },
        { id: 'n', service: 'cart', kind: CLIENT },
        { id: 'i', service: 'cart', kind: INTERNAL, attributes: { 'peer.service': 'nobody' } },
      ]),
    ).toEqual(['cart -> pay.example rpc 1', 'cart -> postgresql/shop database 1']);
  });

  test('leads over a queue where producer and consumer are in different traces', () => {
    const attributes = { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' };
    expect(lines([{ id: 'p', service: 'web', kind: PRODUCER, attributes }])).toEqual([
      'web -> orders messaging 1',
    ]);
    expect(lines([{ id: 'c', service: 'mail', kind: CONSUMER, attributes, links: ['p/other'] }])).toEqual([
      'orders -> mail messaging 1',
    ]);
  });

  test('leads from producer to consumer where both are in the trace, by parent or by link, once', () => {
    const attributes = { 'messaging.destination.name': 'orders' };
    const producer = { id: 'p', service: 'web', kind: PRODUCER, attributes };
    const consumer = { id: 'c', service: 'mail', kind: CONSUMER, attributes };
    const direct = ['web -> mail messaging 1'];
    expect(lines([producer, { ...consumer, parent: 'p' }])).toEqual(direct);
    expect(lines([producer, { ...consumer, links: ['p', 'p'] }])).toEqual(direct);
    expect(lines([producer, { ...consumer, parent: 'p', links: ['p'] }])).toEqual(direct);
    expect(lines([{ ...consumer, links: ['p'] }, producer])).toEqual(direct);
  });

  test('is one for each producer that a batch of messages came from', () => {
    expect(
      lines([
        { id: 'p1', service: 'web', kind: PRODUCER },
        { id: 'p2', service: 'app', kind: PRODUCER },
        { id: 'c', service: 'mail', kind: CONSUMER, links: ['p1', 'p2'] },
      ]),
    ).toEqual(['app -> mail messaging 1', 'web -> mail messaging 1']);
  });

  test('is counted once where client spans of one service nest', () => {
    const outer = { id: 'o', service: 'web', kind: CLIENT };
    const inner = {
      id: 'i',
      parent: 'o',
      service: 'web',
      kind: CLIENT,
      attributes: { 'server.address': 'host' },
    };
    const rpc = { ...outer, attributes: { 'rpc.service': 'Cart' } };
    const search = { ...outer, attributes: { 'db.system': 'elasticsearch' } };
    const server = { id: 's', parent: 'i', service: 'cart', kind: SERVER };
    const second = { ...inner, id: 'j', attributes: { 'server.address': 'other' } };
    expect(lines([search, inner])).toEqual(['web -> elasticsearch database 1']);
    expect(lines([outer, inner])).toEqual(['web -> host rpc 1']);
    expect(lines([rpc, inner, server])).toEqual(['web -> cart rpc 1']);
    expect(lines([rpc, inner, { ...server, parent: 'o' }])).toEqual(['web -> cart rpc 1']);
    expect(lines([outer, inner, { ...server, parent: 'o' }])).toEqual(['web -> cart rpc 1']);
    expect(lines([rpc, inner, server, second])).toEqual(['web -> cart rpc 1', 'web -> other rpc 1']);
  });

  test('is counted once where a consumer works on a message inside the span that fetched it', () => {
    const attributes = { 'messaging.destination.name': 'orders' };
    expect(
      lines([
        { id: 'r', service: 'mail', kind: CONSUMER, attributes },
        { id: 'w', parent: 'r', service: 'mail', kind: CONSUMER, attributes },
      ]),
    ).toEqual(['orders -> mail messaging 1']);
  });

  test('counts as many calls as the sampling of its client says, or of its server where there is no client', () => {
    expect(
      lines([
        { id: 'c', service: 'web', kind: CLIENT, traceState: 'ot=th:8' },
        { id: 's', parent: 'c', service: 'cart', kind: SERVER, traceState: 'ot=th:c' },
        { id: 'i', parent: 's', service: 'stock', kind: INTERNAL, traceState: 'ot=th:c' },
      ]),
    ).toEqual(['cart -> stock unknown 4', 'web -> cart rpc 2']);
  });

  test('is found where a span names itself as its parent, or ids run in a circle', () => {
    const attributes = { 'server.address': 'host' };
    expect(lines([{ id: 'a', parent: 'a', service: 'web', kind: CLIENT, attributes }])).toEqual([
      'web -> host rpc 1',
    ]);
    expect(
      lines([
        { id: 'a', parent: 'b', service: 'web', kind: CLIENT, attributes },
        { id: 'b', parent: 'a', service: 'cart', kind: SERVER },
      ]),
    ).toEqual(['cart -> web unknown 1', 'web -> cart rpc 1']);
  });

  test('asks no more than 64 of the spans that share an id, so that broken ids cost no more than others', () => {
    const sharing = (count: number) => [
      { id: 'a', service: 'x', kind: INTERNAL },
      { id: 'a', service: 'web', kind: INTERNAL },
      ...Array.from({ length: count }, (_, i) => ({ id: 'a', service: 'x', kind: INTERNAL, start: i })),
      { id: 'c', parent: 'a', service: 'web', kind: INTERNAL },
    ];
    expect(lines(sharing(62))).toEqual([]);
    expect(lines(sharing(63))).toEqual(['x -> web unknown 1']);
  });

  test('takes as many links of a consumer as an SDK sends', () => {
    const producers = Array.from({ length: 200 }, (_, i) => ({
      id: `p${i}`,
      service: 'web',
      kind: PRODUCER,
    }));
    const links = producers.map(({ id }) => id);
    expect(lines([...producers, { id: 'c', service: 'mail', kind: CONSUMER, links }])).toEqual([
      'web -> mail messaging 128',
    ]);
  });
});
