/** Valid inputs that several targets begin from. */
import { opentelemetry } from '../../proto/generated/index.js';
import { knownLoad } from '../support/known_load.ts';
import { shopTrace } from '../support/shop_trace.ts';

const { TracesData, Span, Status } = opentelemetry.proto.trace.v1;

export const START_MS = 1_700_000_000_000;

const SHOP = shopTrace(START_MS);
const LOAD = knownLoad({
  traces: 3,
  startMs: START_MS,
  seed: 1,
  tracesAtOnce: 3,
  spansPerRequest: 10,
}).requests;

/** Everything an AnyValue can be. */
const VALUES = Buffer.from(
  TracesData.encode({
    resourceSpans: [
      {
        resource: {
          attributes: [{ key: 'service.name', value: { stringValue: 'x' } }],
          droppedAttributesCount: 2,
        },
        schemaUrl: 'https://example.com/schema',
        scopeSpans: [
          {
            scope: { name: 's', version: '1', attributes: [{ key: 'a', value: { boolValue: true } }] },
            spans: [
              {
                ...{
                  traceId: Buffer.alloc(16, 1),
                  spanId: Buffer.alloc(8, 2),
                  name: 'GET /users/123',
                  kind: Span.SpanKind.SPAN_KIND_SERVER,
                },
                ...{ startTimeUnixNano: START_MS * 1e6, endTimeUnixNano: START_MS * 1e6 + 5e6 },
                attributes: [
                  { key: 'int', value: { intValue: -1 } },
                  { key: 'double', value: { doubleValue: -0.5 } },
                  { key: 'bytes', value: { bytesValue: Buffer.from('abc') } },
                  { key: 'none', value: {} },
                  {
                    key: 'list',
                    value: {
                      arrayValue: {
                        values: [
                          { stringValue: '<&>' },
                          { kvlistValue: { values: [{ key: 'k', value: { arrayValue: { values: [] } } }] } },
                        ],
                      },
                    },
                  },
                ],
                events: [
                  { timeUnixNano: 1, name: 'e', attributes: [{ key: 'a', value: { stringValue: 'b' } }] },
                ],
                links: [{ traceId: Buffer.alloc(16, 3), spanId: Buffer.alloc(8, 4), traceState: 'ot=th:8' }],
                status: { code: Status.StatusCode.STATUS_CODE_ERROR, message: 'no' },
                traceState: 'ot=th:c;rv:0123456789abcd',
                flags: 257,
              },
            ],
          },
        ],
      },
    ],
  }).finish(),
);

/** TracesData in protobuf. */
export const PROTOBUF_SEEDS: readonly Uint8Array[] = [SHOP, VALUES, ...LOAD];

const base64ToHex = (text: unknown): string => Buffer.from(String(text), 'base64').toString('hex');

/** The same in OTLP's JSON. */
export const JSON_SEEDS: readonly Uint8Array[] = PROTOBUF_SEEDS.map((bytes) => {
  const json = TracesData.toObject(TracesData.decode(bytes), { longs: String, bytes: String, json: true });
  const text = JSON.stringify(json, (key, value: unknown) =>
    /^(?:traceId|spanId|parentSpanId)$/.test(key) ? base64ToHex(value) : value,
  );
  return Buffer.from(text);
});
