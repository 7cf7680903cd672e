import { describe, expect, it } from '@jest/globals';
import { FormatError } from '../../../../services/core/otlp/format_error.ts';
import { zipkinV1JsonToOtlp } from '../../../../services/core/zipkin/v1_json.ts';
import { zipkinV1ThriftToOtlp } from '../../../../services/core/zipkin/v1_thrift.ts';
import { otlpSpans, storedSpanOf, type OtlpSpan } from '../../../support/otlp_spans.ts';
import { v1Thrift, type V1Json } from '../../../support/zipkin_v1.ts';
import { zipkinSpan, type ZipkinSpan } from '../../../../services/query/zipkin/zipkin_span.ts';

const IDS = {
  traceId: '463ac35c9f6413ad48485a3953bb6124',
  parentId: '0000000000000001',
  id: 'a2fb4a1d1a96d312',
};
const WEB = { serviceName: 'web', ipv4: '10.0.0.1', port: 80 };
const APP = { serviceName: 'app', ipv4: '10.0.0.2', port: 40_000 };
const T = 1_531_282_088_000_000;
const at = (ms: number, value: string, endpoint: typeof WEB | null = WEB) => ({
  ...{ timestamp: T + ms * 1000, value },
  ...(endpoint !== null && { endpoint }),
});

/** In JSON and thrift, which must agree. */
function convert(fields: Partial<V1Json>): OtlpSpan[] {
  const spans = [{ ...IDS, name: 'get', ...fields }];
  const converted = zipkinV1JsonToOtlp(Buffer.from(JSON.stringify(spans)));
  expect(Buffer.from(zipkinV1ThriftToOtlp(v1Thrift(spans)))).toEqual(Buffer.from(converted));
  return otlpSpans(converted);
}
/** As Zipkin shows them. */
const shown = (fields: Partial<V1Json>): ZipkinSpan[] =>
  convert(fields).map((span) => zipkinSpan(storedSpanOf(span)));
const base = { ...IDS, name: 'get' };
const timestamp = T;

describe('a call', () => {
  it.each([
    ['CLIENT', 'cs', 'cr'],
    ['SERVER', 'sr', 'ss'],
  ])('of a %s lasts from %s to %s', (kind, begin, end) => {
    const annotations = [at(0, begin), at(5, end)];
    expect(shown({ timestamp, duration: 5000, annotations })).toEqual([
      { ...base, kind, timestamp, duration: 5000, localEndpoint: WEB },
    ]);
  });

  it("has the span's own times where it has both", () => {
    expect(shown({ timestamp: T + 1, duration: 7, annotations: [at(0, 'cs'), at(5, 'cr')] })).toEqual([
      { ...base, kind: 'CLIENT', timestamp: T + 1, duration: 7, localEndpoint: WEB },
    ]);
  });

  it('has the times of its annotations where the span has none', () => {
    expect(shown({ annotations: [at(0, 'cs'), at(5, 'cr')] })).toEqual([
      { ...base, kind: 'CLIENT', timestamp, duration: 5000, localEndpoint: WEB },
    ]);
  });

  it("of both ends becomes two spans, and the span's times are the client's", () => {
    const annotations = [at(0, 'cs'), at(1, 'sr', APP), at(3, 'work', APP), at(4, 'ss', APP), at(5, 'cr')];
    const binaryAnnotations = [
      { key: 'side', value: 'client', endpoint: WEB },
      { key: 'side', value: 'server', endpoint: APP },
      { key: 'sa', value: true, endpoint: APP },
      { key: 'ca', value: true, endpoint: WEB },
    ];
    expect(shown({ timestamp, duration: 5000, annotations, binaryAnnotations })).toEqual([
      {
        ...{ ...base, kind: 'CLIENT', timestamp, duration: 5000, localEndpoint: WEB, remoteEndpoint: APP },
        tags: { side: 'client' },
      },
      {
        ...{ ...base, kind: 'SERVER', timestamp: T + 1000, duration: 3000, shared: true },
        ...{ localEndpoint: APP, remoteEndpoint: WEB, tags: { side: 'server' } },
        annotations: [{ timestamp: T + 3000, value: 'work' }],
      },
    ]);
  });

  it('of a service with itself becomes two spans', () => {
    const annotations = [at(0, 'cs'), at(1, 'sr'), at(4, 'ss'), at(5, 'cr')];
    expect(shown({ annotations })).toEqual([
      { ...base, kind: 'CLIENT', timestamp, duration: 5000, localEndpoint: WEB },
      { ...base, kind: 'SERVER', timestamp: T + 1000, duration: 3000, localEndpoint: WEB, shared: true },
    ]);
  });

  it('that goes one way has no duration', () => {
    expect(shown({ timestamp, annotations: [at(0, 'cs'), at(1, 'sr', APP)] })).toEqual([
      { ...base, kind: 'CLIENT', timestamp, localEndpoint: WEB },
      { ...base, kind: 'SERVER', timestamp: T + 1000, localEndpoint: APP, shared: true },
    ]);
  });

  it("of the server's end alone is shared where the span leaves the times to the client", () => {
    const annotations = [at(0, 'sr'), at(5, 'ss')];
    expect(shown({ annotations })[0]).toMatchObject({ timestamp, duration: 5000, shared: true });
    expect(shown({ timestamp, annotations })[0]).toMatchObject({ timestamp, duration: 5000, shared: true });
    expect(shown({ timestamp, duration: 5000, annotations })[0]?.shared).toBeUndefined();
  });

  it.each([
    ['CLIENT', 'cs'],
    ['SERVER', 'sr'],
  ])('of a %s that is not finished has begun', (kind, begin) => {
    expect(shown({ timestamp, annotations: [at(0, begin)] })).toEqual([
      { ...base, kind, timestamp, localEndpoint: WEB },
    ]);
    expect(shown({ annotations: [at(0, begin)] })[0]).toMatchObject({ kind, timestamp });
  });

  it.each([
    ['CLIENT', 'cr'],
    ['SERVER', 'ss'],
  ])('of a %s whose beginning is missing keeps its end as an annotation', (kind, end) => {
    expect(shown({ annotations: [at(5, end)] })).toEqual([
      {
        ...{ ...base, kind, timestamp: T + 5000, localEndpoint: WEB },
        annotations: [{ timestamp: T + 5000, value: end }],
      },
    ]);
  });

  it("has begun with the span where its end agrees with the span's", () => {
    expect(shown({ timestamp, duration: 5000, annotations: [at(5, 'cr')] })).toEqual([
      { ...base, kind: 'CLIENT', timestamp, duration: 5000, localEndpoint: WEB },
    ]);
  });

  it('without an endpoint is no call: nobody knows whose it is', () => {
    expect(shown({ timestamp, annotations: [at(0, 'cs', null)] })).toEqual([
      { ...base, timestamp, annotations: [{ timestamp, value: 'cs' }] },
    ]);
  });
});

describe('a message', () => {
  it.each([
    ['PRODUCER', [at(0, 'ms'), at(2, 'ws')], 0],
    ['CONSUMER', [at(0, 'wr'), at(2, 'mr')], 0],
  ])('of a %s lasts until it is on or off the wire', (kind, annotations) => {
    const binaryAnnotations = [{ key: 'ma', value: true, endpoint: APP }];
    expect(shown({ annotations, binaryAnnotations })).toEqual([
      { ...base, kind, timestamp, duration: 2000, localEndpoint: WEB, remoteEndpoint: APP },
    ]);
  });

  it('without the wire has no duration', () => {
    expect(shown({ annotations: [at(0, 'ms')] })).toEqual([
      { ...base, kind: 'PRODUCER', timestamp, localEndpoint: WEB },
    ]);
    expect(shown({ annotations: [at(0, 'mr')] })).toEqual([
      { ...base, kind: 'CONSUMER', timestamp, localEndpoint: WEB },
    ]);
  });

  it.each([
    ['two services', APP],
    ['one', WEB],
  ])('with both ends of %s becomes two spans', (_of, consumer) => {
    const annotations = [at(0, 'ms'), at(1, 'ws'), at(2, 'wr', consumer), at(4, 'mr', consumer)];
    const spans = shown({
      annotations,
      binaryAnnotations: [{ key: 'ma', value: true, endpoint: { serviceName: 'q' } }],
    });
    expect(spans).toEqual([
      {
        ...{ ...base, kind: 'PRODUCER', timestamp, duration: 1000 },
        ...{ localEndpoint: WEB, remoteEndpoint: { serviceName: 'q' } },
      },
      {
        ...{ ...base, kind: 'CONSUMER', timestamp: T + 2000, duration: 2000, shared: true },
        ...{ localEndpoint: consumer, remoteEndpoint: { serviceName: 'q' } },
      },
    ]);
  });

  it('leaves wire annotations of no message where they are', () => {
    expect(shown({ timestamp, annotations: [at(1, 'ws'), at(2, 'wr')] })).toEqual([
      {
        ...{ ...base, timestamp, localEndpoint: WEB },
        annotations: [
          { timestamp: T + 1000, value: 'ws' },
          { timestamp: T + 2000, value: 'wr' },
        ],
      },
    ]);
  });
});

describe('a local span', () => {
  it('has its component as a tag, and its service from there', () => {
    const lc = (value: string) => ({ timestamp, binaryAnnotations: [{ key: 'lc', value, endpoint: WEB }] });
    expect(shown(lc('finatra'))).toEqual([
      { ...base, timestamp, localEndpoint: WEB, tags: { lc: 'finatra' } },
    ]);
    expect(shown(lc(''))).toEqual([{ ...base, timestamp, localEndpoint: WEB }]);
    expect(convert(lc('finatra'))[0]?.kind).toBe(1);
  });

  it('begins with its first annotation where it has no timestamp', () => {
    expect(shown({ annotations: [at(7, 'b'), at(3, 'a')] })[0]).toMatchObject({ timestamp: T + 3000 });
  });
});

describe('addresses alone', () => {
  const sa = { key: 'sa', value: true, endpoint: APP };
  const ca = { key: 'ca', value: true, endpoint: WEB };
  it.each([
    ["the server's", [sa], { remoteEndpoint: APP }],
    ["the client's", [ca], { kind: 'SERVER', remoteEndpoint: WEB }],
    ['both', [sa, ca], { localEndpoint: WEB, remoteEndpoint: APP }],
  ])('%s', (_whose, binaryAnnotations, fields) => {
    expect(shown({ timestamp, binaryAnnotations })).toEqual([{ ...base, timestamp, ...fields }]);
  });

  it("the client's, with the server's own name, is an address without a name", () => {
    const binaryAnnotations = [{ key: 'ca', value: true, endpoint: { ...WEB, port: 5555 } }];
    expect(shown({ annotations: [at(0, 'sr'), at(1, 'ss')], binaryAnnotations })[0]).toMatchObject({
      remoteEndpoint: { ipv4: WEB.ipv4, port: 5555 },
    });
    expect(
      shown({ annotations: [at(0, 'sr'), at(1, 'ss')], binaryAnnotations: [ca] })[0]?.remoteEndpoint,
    ).toBeUndefined();
  });
});

describe('binary annotations', () => {
  it('keep their types', () => {
    const binaryAnnotations = [
      { key: 'text', value: 'a' },
      { key: 'number', value: 42 },
      { key: 'half', value: 0.5 },
      { key: 'flag', value: false },
      { key: 'sa', value: true },
    ];
    expect(convert({ timestamp, binaryAnnotations })[0]?.attributes).toEqual({
      ...{ text: 'a', number: 42n, half: 0.5, flag: false, sa: true },
    });
  });

  it.each<[number, number[], unknown]>([
    [0, [1], true],
    [1, [0, 255], Uint8Array.of(0, 255)],
    [2, [0xff, 0xfe], -2n],
    [3, [0x80, 0, 0, 0], -(2n ** 31n)],
    [4, [0x7f, 255, 255, 255, 255, 255, 255, 255], 2n ** 63n - 1n],
    [5, [0x3f, 0xe0, 0, 0, 0, 0, 0, 0], 0.5],
    [6, [0x67, 0xff], 'g\ufffd'],
    [2, [1], Uint8Array.of(1)],
    [9, [1], Uint8Array.of(1)],
  ])('of thrift type %i and bytes %j are %p', (type, bytes, value) => {
    const raw = [{ key: 'k', bytes: Uint8Array.from(bytes), type }];
    const [span] = otlpSpans(zipkinV1ThriftToOtlp(v1Thrift([{ ...IDS, timestamp }], raw)));
    expect(span?.attributes).toEqual({ k: value });
  });

  it.each([
    ['{"value":9007199254740993}', 9007199254740993n],
    ['{"value":-9223372036854775808}', -(2n ** 63n)],
    ['{"value":92233720368547758070}', 2 ** 63 * 10],
    ['{"value":2,"type":"DOUBLE"}', 2],
    ['{"value":"9170522609083856000","type":"I64"}', 9170522609083856000n],
    ['{"value":"AP8=","type":"BYTES"}', Uint8Array.of(0, 255)],
    ['{"value":"no base64","type":"BYTES"}', 'no base64'],
    ['{"value":null}', ''],
    ['{}', ''],
  ])('of JSON %s are %p', (annotation, value) => {
    const json = `[{"traceId":"1","id":"1","timestamp":1,"binaryAnnotations":[{"key":"k",${annotation.slice(1)}]}]`;
    const [span] = otlpSpans(zipkinV1JsonToOtlp(Buffer.from(json.replace(',}', '}'))));
    expect(span?.attributes).toEqual({ k: value });
  });

  it('of JSON that are objects are refused', () => {
    const json = '[{"binaryAnnotations":[{"key":"k","value":{}}]}]';
    expect(() => zipkinV1JsonToOtlp(Buffer.from(json))).toThrow(
      new FormatError('[0].binaryAnnotations[0].value: must be a string, a number, true or false'),
    );
  });
});

it('keeps debug, and ids of 64 bits', () => {
  expect(shown({ timestamp, traceId: '463ac35c9f6413ad', debug: true })).toEqual([
    { ...base, traceId: '463ac35c9f6413ad', timestamp, debug: true },
  ]);
});

it("has at most four spans of one: what further hosts wrote is the first one's", () => {
  const annotations = Array.from({ length: 20 }, (_, i) => at(i, `a${i}`, { ...WEB, serviceName: `s${i}` }));
  const spans = shown({ annotations });
  expect(spans.map(({ annotations: of }) => of?.length)).toEqual([17, 1, 1, 1]);
});
