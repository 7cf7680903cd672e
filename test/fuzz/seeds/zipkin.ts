/** Bodies of Zipkin's four formats as clients write them, for the fuzzer to begin with: each has what its format knows. */
import { v1Thrift, type V1Json } from '../../support/zipkin_v1.ts';
import { v2Proto } from '../../support/zipkin_v2.ts';
import type { ZipkinSpan } from '../../../services/query/zipkin/zipkin_span.ts';

const IDS = { traceId: '463ac35c9f6413ad48485a3953bb6124', id: 'a2fb4a1d1a96d312' };
const WEB = { serviceName: 'web', ipv4: '10.0.0.1', port: 8080 };
const APP = { serviceName: 'app', ipv4: '10.0.0.2', port: 40_000 };
const T = 1_531_282_088_548_312;

const V2: readonly (readonly ZipkinSpan[])[] = [
  [],
  [IDS],
  [
    {
      ...{
        ...IDS,
        parentId: '6b221d5bc9e6496c',
        kind: 'CLIENT',
        name: 'get /',
        timestamp: T,
        duration: 207_000,
      },
      localEndpoint: WEB,
      remoteEndpoint: { serviceName: 'db', ipv6: '2001:db8::c001', port: 3306 },
      annotations: [
        { timestamp: T + 5, value: 'ws' },
        { timestamp: T + 6, value: '"exception": {"type":"Refused","attempt":2,"rate":0.5,"last":true}' },
        { timestamp: T + 7, value: '{"retry": {"n": 1}}' },
        { timestamp: T + 8, value: 'cache|{"hit":false}|2' },
      ],
      tags: {
        'http.path': '/',
        error: '',
        'service.version': '1.4.0',
        'telemetry.sdk.name': 'opentelemetry',
      },
    },
    {
      ...{
        ...IDS,
        kind: 'SERVER',
        name: 'grün 🚀',
        timestamp: T + 1000,
        duration: 1,
        shared: true,
        debug: true,
      },
      localEndpoint: APP,
      tags: {
        ...{
          'otel.status_code': 'ERROR',
          error: 'refused',
          'otel.scope.name': 'lib',
          'otel.scope.version': '2',
        },
        ...{ 'w3c.tracestate': 'a=1,b=2', 'otlp.link.0': `${IDS.traceId}|${IDS.id}|c=3|{"k":[1,"x"]}|0` },
      },
    },
    {
      ...IDS,
      traceId: '463ac35c9f6413ad',
      kind: 'PRODUCER',
      duration: 5,
      annotations: [{ timestamp: T, value: '' }],
    },
    {
      ...IDS,
      kind: 'CONSUMER',
      tags: { 'otel.library.name': 'old', 'span.kind': 'internal', 'service.name': 'x' },
    },
  ],
];

const at = (us: number, value: string, endpoint = WEB) => ({ timestamp: T + us, value, endpoint });

const V1: readonly (readonly V1Json[])[] = [
  [],
  [IDS],
  [
    {
      ...{ ...IDS, parentId: '6b221d5bc9e6496c', name: 'get /', timestamp: T, duration: 5000, debug: true },
      annotations: [
        at(0, 'cs'),
        at(1000, 'sr', APP),
        at(2000, 'work', APP),
        at(4000, 'ss', APP),
        at(5000, 'cr'),
      ],
      binaryAnnotations: [
        { key: 'http.path', value: '/', endpoint: WEB },
        { key: 'http.path', value: '/app', endpoint: APP },
        { key: 'sa', value: true, endpoint: APP },
        { key: 'ca', value: true, endpoint: WEB },
        { key: 'count', value: 42 },
        { key: 'rate', value: 0.5 },
      ],
    },
    { ...IDS, traceId: '463ac35c9f6413ad', annotations: [at(0, 'sr'), at(5, 'ss')] },
    { ...IDS, timestamp: T, duration: 5, annotations: [at(5, 'cr')] },
    {
      ...{ ...IDS, name: 'send' },
      annotations: [at(0, 'ms'), at(1, 'ws'), at(2, 'wr', APP), at(3, 'mr', APP)],
      binaryAnnotations: [{ key: 'ma', value: true, endpoint: { serviceName: 'kafka' } }],
    },
    {
      ...IDS,
      timestamp: T,
      duration: 5,
      binaryAnnotations: [{ key: 'lc', value: 'finatra', endpoint: WEB }],
    },
    { ...IDS, timestamp: T, binaryAnnotations: [{ key: 'sa', value: true, endpoint: APP }] },
  ],
];

const TYPES = [0, 1, 2, 3, 4, 5, 6, 7].map((type) => ({
  key: `t${type}`,
  type,
  bytes: Buffer.alloc(type === 3 ? 4 : 8),
}));

const json = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body));
/** What JSON.stringify does not write. */
const text = (body: string): Uint8Array => Buffer.from(body);

export const ZIPKIN_V2_JSON_SEEDS: readonly Uint8Array[] = [
  ...V2.map(json),
  text('[{"traceId":"1","id":"1","timestamp":"1531282088548312","duration":9007199254740993,"kind":null}]'),
  text(String.raw`[{"__proto__":{},"tags":{"__proto__":"\ud800","a":1,"a":true,"n":null},"timestamp":1e20}]`),
];
export const ZIPKIN_V2_PROTO_SEEDS: readonly Uint8Array[] = V2.map(v2Proto);
export const ZIPKIN_V1_JSON_SEEDS: readonly Uint8Array[] = [
  ...V1.map(json),
  text(
    '[{"traceId":"1","id":"1","binaryAnnotations":[{"key":"a","value":9007199254740993},' +
      '{"key":"b","value":"AP8=","type":"BYTES"},{"key":"c","value":"5","type":"I64"},{"key":"d","value":null}]}]',
  ),
];
/** An empty span, which once became 93 bytes. */
const EMPTY_SPAN = Buffer.from('0c0000000100', 'hex');

export const ZIPKIN_V1_THRIFT_SEEDS: readonly Uint8Array[] = [
  ...V1.map((spans) => v1Thrift(spans)),
  v1Thrift([IDS], TYPES),
  EMPTY_SPAN,
];
