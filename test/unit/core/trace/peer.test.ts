import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { opentelemetry } from '../../../../proto/generated/index.js';
import { peerOf, PeerReader } from '../../../../services/core/trace/peer.ts';
import { readSpanView, SpanView } from '../../../../services/core/otlp/span_view.ts';
import { encodeSpan } from '../../../support/fragments.ts';

const { Span } = opentelemetry.proto.trace.v1;
const [CLIENT, PRODUCER, CONSUMER] = [3, 4, 5];
const of = (kind: number, attributes: Record<string, string>): string | null => {
  const peer = peerOf(kind, new Map(Object.entries(attributes)));
  return peer === null ? null : `${peer.type} ${peer.name}`;
};

describe('the peer of a client span', () => {
  test.each<[string, Record<string, string>]>([
    [
      'database postgresql/shop',
      { 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'server.address': 'pg' },
    ],
    ['database mysql/shop', { 'db.system': 'mysql', 'db.name': 'shop' }],
    ['database redis/cache.local', { 'db.system': 'redis', 'net.peer.name': 'cache.local' }],
    ['database sqlite', { 'db.system': 'sqlite' }],
    ['database orders-db', { 'db.system': 'mysql', 'peer.service': 'orders-db', 'db.name': 'x' }],
    ['rpc payment', { 'peer.service': 'payment', 'server.address': '10.0.0.1' }],
    ['rpc shop.Cart', { 'rpc.service': 'shop.Cart', 'server.address': 'cart' }],
    ['rpc api.example.com', { 'server.address': 'api.example.com' }],
    ['rpc api.example.com', { 'http.host': 'api.example.com:8443' }],
    ['rpc api.example.com', { 'url.full': 'https://user:pw@api.example.com:8443/a?b=http://c' }],
    ['rpc [::1]', { 'http.url': 'http://[::1]:80/' }],
    ['messaging orders', { 'messaging.system': 'rabbitmq', 'messaging.destination.name': 'orders' }],
  ])('is %s', (expected, attributes) => {
    expect(of(CLIENT, attributes)).toBe(expected);
  });

  test('is nobody where no attribute names one', () => {
    expect(of(CLIENT, {})).toBeNull();
    expect(of(CLIENT, { 'url.full': 'not a url' })).toBeNull();
    expect(of(CLIENT, { 'url.full': 'http:///path', 'db.name': 'x', 'peer.service': '' })).toBeNull();
  });
});

describe('the queue of a message', () => {
  test('has the same name for those who write and those who read it', () => {
    const attributes = {
      'messaging.system': 'kafka',
      'messaging.destination.name': 'orders',
      'peer.service': 'broker-7',
      'server.address': 'broker-7.local',
    };
    expect(of(PRODUCER, attributes)).toBe('messaging orders');
    expect(of(CONSUMER, attributes)).toBe('messaging orders');
  });

  test('goes by its system for a producer without a destination, and by no name for a consumer', () => {
    expect(of(PRODUCER, { 'messaging.system': 'kafka' })).toBe('messaging kafka');
    expect(of(CONSUMER, { 'messaging.system': 'kafka' })).toBeNull();
  });
});

describe('reading the peer of a span', () => {
  const reader = new PeerReader();
  const read = (kind: number, attributes: Record<string, string>) => {
    const bytes = encodeSpan({ id: 'a', kind, attributes });
    const view = new SpanView();
    readSpanView(view, bytes, 0, bytes.length);
    return reader.read(view);
  };

  test('finds it among its attributes', () => {
    expect(read(CLIENT, { other: 'x', 'server.address': 'pay' })).toEqual({ name: 'pay', type: 'rpc' });
  });

  test('gives one object for one peer, of one type', () => {
    const attributes = { 'messaging.destination.name': 'orders' };
    expect(read(PRODUCER, attributes)).toBe(read(CONSUMER, attributes));
    expect(read(CLIENT, { 'server.address': 'orders' })).toEqual({ name: 'orders', type: 'rpc' });
  });

  test('asks clients, producers and consumers only', () => {
    for (const kind of [0, 1, 2, 6]) expect(read(kind, { 'peer.service': 'pay' })).toBeNull();
  });

  test('gives what the attributes say, whatever spans it saw before', () => {
    const keys = [
      'server.address',
      'net.peer.name',
      'url.full',
      'http.url',
      'db.system',
      'db.name',
      'peer.service',
    ];
    const texts = ['', 'a', 'a:80', 'http://b/1', 'http://c/2', 'x'.repeat(600)].map((stringValue) => ({
      stringValue,
    }));
    const attribute = fc.record({
      key: fc.constantFrom(...keys, 'other'),
      value: fc.constantFrom(...texts, { intValue: 7 }, {}),
    });
    const spans = fc.tuple(
      fc.constantFrom(CLIENT, PRODUCER, CONSUMER),
      fc.array(attribute, { maxLength: 5 }),
    );
    fc.assert(
      fc.property(spans, ([kind, attributes]) => {
        const bytes = Span.encode(Span.fromObject({ kind, attributes })).finish();
        const view = new SpanView();
        readSpanView(view, bytes, 0, bytes.length);
        const texts = new Map<string, string>();
        for (const { key, value } of attributes)
          if ('stringValue' in value) texts.set(key, value.stringValue);
        const peer = peerOf(kind, texts);
        expect(reader.read(view)).toEqual(peer === null ? null : { ...peer, name: peer.name.slice(0, 200) });
      }),
      { numRuns: 3_000 },
    );
  });

  test('cuts names that have no end', () => {
    expect(read(CLIENT, { 'peer.service': 'x'.repeat(5_000) })?.name).toHaveLength(200);
  });
});
