import { describe, expect, it, test } from '@jest/globals';
import { FormatError } from '../../../../services/core/otlp/format_error.ts';
import { RequestSplitter } from '../../../../services/core/otlp/split_request.ts';
import { zipkinV2JsonToOtlp } from '../../../../services/core/zipkin/v2_json.ts';
import { otlpSpans, type OtlpSpan } from '../../../support/otlp_spans.ts';

const IDS = { traceId: '463ac35c9f6413ad', id: 'a2fb4a1d1a96d312' };

const convert = (body: unknown): OtlpSpan[] =>
  otlpSpans(zipkinV2JsonToOtlp(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))));

function one(fields: object): OtlpSpan {
  const [span, ...others] = convert([{ ...IDS, timestamp: 1, ...fields }]);
  if (span === undefined || others.length > 0) throw new Error('not one span');
  return span;
}

const refusal = (body: unknown): string => {
  try {
    convert(body);
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
  throw new Error('was taken');
};

describe('ids', () => {
  it.each([
    ['463ac35c9f6413ad', '0000000000000000463ac35c9f6413ad'],
    ['463AC35C9F6413AD', '0000000000000000463ac35c9f6413ad'],
    ['80f198ee56343ba864fe8b2a57d3eff7', '80f198ee56343ba864fe8b2a57d3eff7'],
    ['1', '00000000000000000000000000000001'],
    ['00000000000000000000000000000000', '00000000000000000000000000000000'],
  ])('a trace id %s has 128 bits', (traceId, hex) => {
    expect(one({ traceId }).traceId).toBe(hex);
  });

  it.each([['xyz'], ['0x1'], [''], ['1'.repeat(33)], [null], [undefined]])(
    'a trace id %p is none, for the split to refuse',
    (traceId) => {
      expect(one({ traceId }).traceId).toBe('');
    },
  );

  it('a span id has up to 16 digits', () => {
    expect(one({ id: 'A1' }).spanId).toBe('00000000000000a1');
    expect(one({ id: '1'.repeat(17) }).spanId).toBe('');
  });

  it('a parent of zeros, of no hex, or that is the span itself, is none', () => {
    expect(one({ parentId: 'b1' }).parentSpanId).toBe('00000000000000b1');
    for (const parentId of ['0000000000000000', 'no id', IDS.id]) {
      expect(one({ parentId }).parentSpanId).toBe('');
    }
  });
});

describe('times', () => {
  it('are microseconds, made nanoseconds exactly', () => {
    const { startNs, endNs } = one({ timestamp: 1531282088548313, duration: 20333 });
    expect(startNs).toBe(1531282088548313000n);
    expect(endNs).toBe(1531282088568646000n);
  });

  it('may be digits in a string', () => {
    expect(one({ timestamp: '1531282088548313', duration: '1' }).endNs).toBe(1531282088548314000n);
  });

  it('are exact beyond 2^53', () => {
    const body = `[{"traceId":"1","id":"1","timestamp":9007199254740993,"duration":1}]`;
    expect(convert(body)[0]).toMatchObject({
      startNs: 9007199254740993000n,
      endNs: 9007199254740994000n,
    });
  });

  it('beyond what 64 bits hold of nanoseconds are the latest that they hold', () => {
    expect(one({ timestamp: '9223372036854775807', duration: 5 })).toMatchObject({
      startNs: 2n ** 63n - 1n,
      endNs: 2n ** 63n - 1n,
    });
  });

  it('lose fractions of a microsecond', () => {
    expect(one({ timestamp: 1531282088548.75, duration: 0.5 })).toMatchObject({
      startNs: 1531282088548000n,
      endNs: 1531282088548000n,
    });
  });

  it('without a timestamp begin with the first annotation', () => {
    const annotations = [
      { timestamp: 30, value: 'later' },
      { timestamp: 20, value: 'first' },
      { timestamp: 0, value: 'no time' },
    ];
    const span = one({ timestamp: null, duration: 5, annotations });
    expect(span).toMatchObject({ startNs: 20_000n, endNs: 25_000n, attributes: {} });
  });

  it('without a timestamp and annotations are not known, which an attribute says', () => {
    for (const timestamp of [undefined, 0, -5]) {
      expect(one({ timestamp, duration: 5 })).toMatchObject({
        startNs: 0n,
        endNs: 5_000n,
        attributes: { 'otel.zipkin.absentField.startTime': true },
      });
    }
  });

  it('that run backwards are none', () => {
    expect(one({ timestamp: 10, duration: -20 }).endNs).toBe(10_000n);
  });
});

describe('kinds', () => {
  it.each([
    ['CLIENT', 3],
    ['SERVER', 2],
    ['PRODUCER', 4],
    ['CONSUMER', 5],
    ['client', 3],
    [undefined, 1],
    [null, 1],
    ['', 1],
    ['LOCAL', 1],
    ['constructor', 1],
  ])('%p is %p', (kind, number) => {
    expect(one({ kind }).kind).toBe(number);
  });

  it('are told by the tag span.kind where there is none', () => {
    expect(one({ tags: { 'span.kind': 'internal' } })).toMatchObject({ kind: 1, attributes: {} });
    expect(one({ tags: { 'span.kind': 'server' } })).toMatchObject({ kind: 2, attributes: {} });
    expect(one({ kind: 'CLIENT', tags: { 'span.kind': 'server' } })).toMatchObject({
      kind: 3,
      attributes: { 'span.kind': 'server' },
    });
    expect(one({ tags: { 'span.kind': 'odd' } })).toMatchObject({
      kind: 1,
      attributes: { 'span.kind': 'odd' },
    });
  });
});

describe('endpoints', () => {
  it('are the service of the resource, and attributes', () => {
    const span = one({
      localEndpoint: { serviceName: 'shop', ipv4: '10.0.0.1', port: 8080 },
      remoteEndpoint: { serviceName: 'db', ipv6: '2001:db8::1', port: 5432 },
    });
    expect(span.resource).toEqual({ 'service.name': 'shop' });
    expect(span.attributes).toEqual({
      'net.host.ip': '10.0.0.1',
      'net.host.port': 8080n,
      'peer.service': 'db',
      'net.peer.ip': '2001:db8::1',
      'net.peer.port': 5432n,
    });
  });

  it('with two addresses keep both', () => {
    expect(one({ remoteEndpoint: { ipv4: '1.2.3.4', ipv6: '::1' } }).attributes).toEqual({
      'net.peer.ip': '1.2.3.4',
      'net.peer.ipv6': '::1',
    });
  });

  it('count less than a tag that says the same', () => {
    const span = one({ remoteEndpoint: { serviceName: 'db' }, tags: { 'peer.service': 'cards' } });
    expect(span.attributes).toEqual({ 'peer.service': 'cards' });
  });

  it('without a service have one without a name', () => {
    for (const localEndpoint of [undefined, null, {}, { ipv4: '1.2.3.4' }]) {
      expect(one({ localEndpoint }).resource).toEqual({ 'service.name': '' });
    }
  });

  it('leave a port away that is none', () => {
    for (const port of [0, -1, 65_536, null]) expect(one({ localEndpoint: { port } }).attributes).toEqual({});
    expect(one({ localEndpoint: { port: '80' } }).attributes).toEqual({ 'net.host.port': 80n });
  });
});

test('shared and debug are kept as attributes', () => {
  expect(one({ shared: true, debug: true }).attributes).toEqual({
    'zipkin.shared': 'true',
    'zipkin.debug': 'true',
  });
  expect(one({ shared: false, debug: null }).attributes).toEqual({});
});

test('of a span without an id no more is written than the split needs for refusing it', () => {
  const rest = { name: 'n', timestamp: 5, localEndpoint: { serviceName: 'shop' }, tags: { k: 'v' } };
  const request = zipkinV2JsonToOtlp(
    Buffer.from(
      JSON.stringify([
        { id: '1', ...rest },
        { traceId: '1', ...rest },
      ]),
    ),
  );
  expect(otlpSpans(request)).toMatchObject([
    { traceId: '', spanId: '0000000000000001', name: '', attributes: {}, resource: {} },
    { traceId: '00000000000000000000000000000001', spanId: '', name: '', attributes: {}, resource: {} },
  ]);
  expect(new RequestSplitter(1).split(request)).toEqual({
    ...{ parts: [], accepted: 0 },
    rejected: { invalid_trace_id: 1, invalid_span_id: 1 },
  });
});

test('spans of a service stand together, and those of a scope in it, in their order', () => {
  const spans = ['a', 'b', 'a', 'b', 'a'].map((serviceName, i) => ({
    ...{ ...IDS, name: `n${i}`, localEndpoint: { serviceName } },
    tags: i === 2 ? { 'otel.scope.name': 'lib' } : {},
  }));
  expect(
    convert(spans).map(({ name, resource, scope }) => [name, resource['service.name'], scope.name]),
  ).toEqual([
    ['n0', 'a', ''],
    ['n4', 'a', ''],
    ['n2', 'a', 'lib'],
    ['n1', 'b', ''],
    ['n3', 'b', ''],
  ]);
});

test('names that objects have of their own are names like others', () => {
  const body = `[{"traceId":"1","id":"1","timestamp":1,"__proto__":{"name":"no"},
    "tags":{"__proto__":"p","constructor":"c","toString":"t"},"annotations":[{"timestamp":2,"value":"__proto__"}]}]`;
  const [span] = convert(body);
  expect(Object.entries(span?.attributes ?? {})).toEqual(
    expect.arrayContaining([
      ['constructor', 'c'],
      ['toString', 't'],
    ]),
  );
  expect(span).toMatchObject({ name: '', events: [{ name: '__proto__' }] });
});

test('of a key that comes twice the last one counts', () => {
  expect(
    convert('[{"traceId":"1","id":"1","name":"a","name":"b","tags":{"k":"1","k":"2"}}]')[0],
  ).toMatchObject({
    name: 'b',
    attributes: { k: '2' },
  });
});

test('a half of a surrogate pair becomes U+FFFD', () => {
  expect(
    convert(String.raw`[{"traceId":"1","id":"1","name":"a\ud800","tags":{"\udc00":"\ud83d"}}]`)[0],
  ).toMatchObject({
    name: 'a\ufffd',
    attributes: { '\ufffd': '\ufffd' },
  });
});

describe('a body that cannot be read is refused with the place', () => {
  it.each<[unknown, string]>([
    ['', 'request: is no JSON'],
    ['[{"traceId":"secret"]', 'request: is no JSON: at position 20'],
    [{}, 'request: must be an array of spans'],
    [[[]], '[0]: must be an object'],
    [[null], '[0]: must be an object'],
    [[{}, { name: 5 }], '[1].name: must be a string'],
    [[{ traceId: 5 }], '[0].traceId: must be a string'],
    [[{ timestamp: '1.5' }], '[0].timestamp: must be a whole number of at most 64 bits'],
    [[{ timestamp: {} }], '[0].timestamp: must be a whole number of at most 64 bits'],
    [[{ timestamp: 1e300 }], '[0].timestamp: must be a whole number of at most 64 bits'],
    [`[{"timestamp":${'9'.repeat(400)}}]`, '[0].timestamp: must be a whole number of at most 64 bits'],
    [[{ duration: '9223372036854775808' }], '[0].duration: must be a whole number of at most 64 bits'],
    [[{ annotations: {} }], '[0].annotations: must be an array'],
    [[{ annotations: [{ value: [] }] }], '[0].annotations[0].value: must be a string'],
    [[{ localEndpoint: 'shop' }], '[0].localEndpoint: must be an object'],
    [[{ localEndpoint: { port: 'x' } }], '[0].localEndpoint.port: must be a whole number of at most 64 bits'],
    [[{ shared: 'yes' }], '[0].shared: must be true or false'],
    [[{ tags: { password: ['secret'] } }], '[0].tags: the values must be strings'],
    ['['.repeat(1000), 'request: is nested too deep: at position 512'],
    [`[${'{},'.repeat(100_000)}{}]`, 'request: has too many objects for its length'],
  ])('%.40j: %s', (body, message) => {
    expect(refusal(body)).toBe(message);
  });

  it('as is one that is no UTF-8', () => {
    expect(() => zipkinV2JsonToOtlp(Buffer.from([0x5b, 0xff, 0x5d]))).toThrow(FormatError);
  });
});
