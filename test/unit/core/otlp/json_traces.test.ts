import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { opentelemetry } from '../../../../proto/generated/index.js';
import { FormatError } from '../../../../services/core/otlp/format_error.ts';
import { tracesFromJson } from '../../../../services/core/otlp/json_traces.ts';
import { tracesData } from '../../../support/otlp_arbitraries.ts';

const { Span, Status, TracesData } = opentelemetry.proto.trace.v1;

const read = (json: unknown): opentelemetry.proto.trace.v1.TracesData =>
  TracesData.decode(tracesFromJson(Buffer.from(typeof json === 'string' ? json : JSON.stringify(json))));
const inSpan = (span: object): object => ({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
const readSpan = (span: object): opentelemetry.proto.trace.v1.Span.$Properties | undefined =>
  read(inSpan(span)).resourceSpans[0]?.scopeSpans?.[0]?.spans?.[0];
const readValue = (value: object) => readSpan({ attributes: [{ key: 'k', value }] })?.attributes?.[0]?.value;

/** As OTLP/JSON has it: ids in hexadecimal, enums as numbers, 64-bit integers as strings, other bytes in base64. */
function otlpJson(message: opentelemetry.proto.trace.v1.TracesData): string {
  const object = TracesData.toObject(message, { longs: String, bytes: String, json: true });
  return JSON.stringify(object, (key, value: unknown) => {
    if (key === 'traceId' || key === 'spanId' || key === 'parentSpanId') {
      return Buffer.from(String(value), 'base64').toString('hex');
    }
    // As a number, JSON.stringify would drop its sign.
    return Object.is(value, -0) ? '-0' : value;
  });
}

test('any request comes out as it went into JSON', () => {
  fc.assert(
    fc.property(tracesData, (bytes) => {
      const message = TracesData.decode(bytes);
      expect(read(otlpJson(message)).toJSON()).toEqual(message.toJSON());
    }),
    { numRuns: 200 },
  );
});

test('a request with every field becomes the bytes that protobufjs writes', () => {
  const id = Buffer.alloc(16, 0xab);
  const attributes = [
    { key: 'text', value: { stringValue: 'grün \u0000 🚀' } },
    { key: 'long text', value: { stringValue: 'x'.repeat(20_000) } },
    { key: 'no', value: { boolValue: false } },
    { key: 'zero', value: { intValue: 0 } },
    { key: 'negative', value: { intValue: -5 } },
    { key: 'half', value: { doubleValue: -0.5 } },
    { key: 'bytes', value: { bytesValue: Buffer.from([0, 255, 62]) } },
    { key: 'list', value: { arrayValue: { values: [{ stringValue: '' }, { intValue: 7 }, {}] } } },
    { key: 'map', value: { kvlistValue: { values: [{ key: 'a', value: { boolValue: true } }] } } },
  ];
  const message = TracesData.create({
    resourceSpans: [
      {
        resource: {
          attributes,
          droppedAttributesCount: 3,
          entityRefs: [{ schemaUrl: 'u', type: 'host', idKeys: ['a', 'b'], descriptionKeys: ['c'] }],
        },
        scopeSpans: [
          {
            scope: { name: 'scope', version: '1', attributes, droppedAttributesCount: 4 },
            spans: [
              {
                ...{
                  traceId: id,
                  spanId: id.subarray(8),
                  parentSpanId: id.subarray(8),
                  traceState: 'ot=th:8',
                },
                ...{
                  name: 'GET /',
                  kind: Span.SpanKind.SPAN_KIND_SERVER,
                  startTimeUnixNano: 2 ** 53 - 1,
                  endTimeUnixNano: 2 ** 52 + 1,
                },
                ...{
                  attributes,
                  droppedAttributesCount: 1,
                  droppedEventsCount: 2,
                  droppedLinksCount: 2 ** 32 - 1,
                },
                events: [{ timeUnixNano: 9, name: 'event', attributes, droppedAttributesCount: 1 }],
                links: [{ traceId: id, spanId: id.subarray(8), traceState: 's', attributes, flags: 0x300 }],
                ...{ status: { message: 'broken', code: Status.StatusCode.STATUS_CODE_ERROR }, flags: 0x101 },
              },
            ],
            schemaUrl: 'scope url',
          },
        ],
        schemaUrl: 'resource url',
      },
    ],
  });
  expect(tracesFromJson(Buffer.from(otlpJson(message)))).toEqual(
    new Uint8Array(TracesData.encode(message).finish()),
  );
});

describe('what OTLP/JSON allows', () => {
  test('ids may be of upper and lower case', () => {
    const span = readSpan({ traceId: '5B8EFFF798038103D269B633813FC60C', spanId: 'eee19b7ec3c1b174' });
    expect(Buffer.from(span?.traceId ?? []).toString('hex')).toBe('5b8efff798038103d269b633813fc60c');
    expect(Buffer.from(span?.spanId ?? []).toString('hex')).toBe('eee19b7ec3c1b174');
  });

  test('times may be strings or numbers, and neither is rounded', () => {
    expect(String(readSpan({ startTimeUnixNano: '1544712660000000123' })?.startTimeUnixNano)).toBe(
      '1544712660000000123',
    );
    const json =
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano": 1544712660000000123}]}]}]}';
    const span = read(json).resourceSpans[0]?.scopeSpans?.[0]?.spans?.[0];
    expect(String(span?.startTimeUnixNano)).toBe('1544712660000000123');
    expect(String(readSpan({ endTimeUnixNano: '18446744073709551615' })?.endTimeUnixNano)).toBe(
      '18446744073709551615',
    );
  });

  test('integers keep their 64 bits', () => {
    for (const value of ['9223372036854775807', '-9223372036854775808', '-1']) {
      expect(String(readValue({ intValue: value })?.intValue)).toBe(value);
    }
  });

  test('a number of many digits in a string stays text', () => {
    expect(readValue({ stringValue: '[1234567890123456789' })?.stringValue).toBe('[1234567890123456789');
    expect(readValue({ doubleValue: 2 ** 63 })?.doubleValue).toBe(2 ** 63);
  });

  test('doubles may be NaN and infinite', () => {
    expect(readValue({ doubleValue: 'NaN' })?.doubleValue).toBeNaN();
    expect(readValue({ doubleValue: '-Infinity' })?.doubleValue).toBe(-Infinity);
    expect(readValue({ doubleValue: '1.5' })?.doubleValue).toBe(1.5);
  });

  test('unknown fields and names in snake case are ignored, null is absent', () => {
    const span = readSpan({
      trace_id: 'zz',
      droppedEventsCount: null,
      attributes: null,
      color: { deep: [1] },
    });
    expect(span).toEqual(Span.create({}));
  });

  test('bytes may come in the alphabet for URLs, without padding', () => {
    expect([...(readValue({ bytesValue: '-_8' })?.bytesValue ?? [])]).toEqual([0xfb, 0xff]);
  });

  test('a byte order mark before it is passed over', () => {
    expect(tracesFromJson(Buffer.from('\ufeff{}'))).toHaveLength(0);
  });
});

describe('what is refused, with the path of the fault', () => {
  const faults: [unknown, string][] = [
    ['{"resourceSpans":[', 'request: is no JSON'],
    ['[]', 'request: must be an object'],
    ['null', 'request: must be an object'],
    [{ resourceSpans: {} }, 'resourceSpans: must be an array'],
    [{ resourceSpans: [null] }, 'resourceSpans[0]: must be an object'],
    [
      inSpan({ traceId: 'xyz' }),
      'resourceSpans[0].scopeSpans[0].spans[0].traceId: must be an id in hexadecimal',
    ],
    [inSpan({ spanId: 'abc' }), '.spans[0].spanId: must be an id in hexadecimal'],
    [inSpan({ kind: 'SPAN_KIND_SERVER' }), '.spans[0].kind: must be a number'],
    [inSpan({ name: 5 }), '.spans[0].name: must be a string'],
    [
      inSpan({ startTimeUnixNano: '-1' }),
      '.startTimeUnixNano: must be a whole number from 0 to 18446744073709551615',
    ],
    [inSpan({ startTimeUnixNano: 1.5 }), '.startTimeUnixNano: must be a whole number'],
    [inSpan({ flags: 2 ** 32 }), '.flags: must be a whole number from 0 to 4294967295'],
    [
      inSpan({ attributes: [{ key: 'k', value: { boolValue: 'yes' } }] }),
      '.attributes[0].value.boolValue: must be true or',
    ],
    [
      inSpan({ attributes: [{ key: 'k', value: { intValue: '9223372036854775808' } }] }),
      '.intValue: must be a whole',
    ],
    [inSpan({ attributes: [{ key: 'k', value: { doubleValue: 'one' } }] }), '.doubleValue: must be a number'],
    [
      inSpan({ attributes: [{ key: 'k', value: { bytesValue: '***' } }] }),
      '.bytesValue: must be bytes in base64',
    ],
  ];
  test.each(faults)('%j', (json, message) => {
    expect(() => read(json)).toThrow(FormatError);
    expect(() => read(json)).toThrow(message);
  });

  test('text that is no JSON is not quoted, only its place is named', () => {
    const secrets = ['{"name":"card-number-4111" oops}', '[secret-token]', '{"a":1,,"b":"secret-value"}'];
    for (const json of secrets) {
      expect(() => read(json)).toThrow(/^request: is no JSON(: at position \d+)?$/);
    }
  });

  test('text that is no UTF-8', () => {
    expect(() => tracesFromJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow('is no JSON');
  });

  test('values nested without end, in lists, in maps and in fields that nobody knows', () => {
    const nested = (open: string, close: string, depth: number): string =>
      `{"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":${open.repeat(depth)}{}${close.repeat(depth)}}]}}]}`;
    const list = ['{"arrayValue":{"values":[', ']}}'] as const;
    const map = ['{"kvlistValue":{"values":[{"key":"k","value":', '}]}}'] as const;
    expect(() => read(nested(...list, 20))).not.toThrow();
    expect(() => read(nested(...list, 5_000))).toThrow('is nested too deep');
    expect(() => read(nested(...map, 5_000))).toThrow('is nested too deep');
    const unknown = `{"x":${'['.repeat(200_000)}${']'.repeat(200_000)},"n":12345678901234567890}`;
    expect(() => read(unknown)).toThrow(FormatError);
  });
});
