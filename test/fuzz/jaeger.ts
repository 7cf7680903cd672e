/**
 * The decoders of what Jaeger's clients send, for the fuzzer: each takes any bytes, and anything it throws but a FormatError is
 * a finding. What is converted must be a request that the split reads to its end.
 */
import {
  JAEGER_GRPC,
  JAEGER_PROTO_SPAN,
  JAEGER_THRIFT,
  JAEGER_UDP_BINARY,
  JAEGER_UDP_COMPACT,
} from '../../services/core/jaeger/formats.ts';
import { parseSamplingStrategies } from '../../services/core/jaeger/sampling_strategies.ts';
import { FormatError } from '../../services/core/otlp/format_error.ts';
import type { SpanFormat } from '../../services/core/otlp/span_format.ts';
import { RequestSplitter } from '../../services/core/otlp/split_request.ts';
import { jaeger } from '../../proto/generated/index.js';
import {
  emitBatch,
  postSpans,
  protoProcess,
  protoSpan,
  thriftBatch,
  type JaegerTestBatch,
  type JaegerTestSpan,
} from '../support/jaeger_batches.ts';
import { binaryEncoder, compactEncoder, oldBinaryMessage, struct } from '../support/thrift_encoder.ts';
import type { FuzzTarget } from './target.ts';

const TRACE = '0123456789abcdeffedcba9876543210';

const FULL: JaegerTestSpan = {
  ...{ traceId: TRACE, spanId: '1'.repeat(16), parentSpanId: '2'.repeat(16), name: 'GET /', flags: 3 },
  ...{ startUs: 1_789_000_000_000_000n, durationUs: 12_345n },
  references: [
    { type: 'CHILD_OF', traceId: TRACE, spanId: '2'.repeat(16) },
    { type: 'FOLLOWS_FROM', traceId: 'f'.repeat(32), spanId: '3'.repeat(16) },
  ],
  tags: [
    ['span.kind', 'client'],
    ['error', true],
    ['http.status_code', 500n],
    ['otel.status_code', 'ERROR'],
    ['otel.status_description', 'why'],
    ['otel.scope.name', 'lib'],
    ['otel.scope.version', '1'],
    ['w3c.tracestate', 'a=b'],
    ['double', 0.5],
    ['bytes', Uint8Array.of(0, 255)],
  ],
  logs: [
    {
      timeUs: 1_789_000_000_000_001n,
      fields: [
        ['event', 'sent'],
        ['message', 'x'],
        ['n', -1n],
      ],
    },
  ],
};
const BATCHES: readonly JaegerTestBatch[] = [
  {
    service: 'shop',
    processTags: [
      ['ip', '10.0.0.1'],
      ['service.name', 'x'],
    ],
    spans: [FULL, FULL],
  },
  { spans: [{ traceId: TRACE, spanId: '1'.repeat(16) }] },
  { spans: [] },
];

/** Of a decoder's own kind; what else it throws is a finding. */
function refusal(error: unknown): string {
  if (error instanceof FormatError) return error.message;
  throw error;
}

const splitter = new RequestSplitter(3);

/** WireErrors of the split are findings too: the converter wrote that request. */
function target(format: SpanFormat, seeds: readonly Uint8Array[]): FuzzTarget {
  return {
    name: format.protocol,
    seeds,
    run: (bytes) => {
      let request: Uint8Array;
      try {
        request = format.toOtlp(bytes);
      } catch (error) {
        return refusal(error);
      }
      const { accepted } = splitter.split(request);
      return accepted > 0 ? 'spans' : 'no spans';
    },
  };
}

const SAMPLING = {
  default_strategy: {
    ...{ type: 'probabilistic', param: 0.5 },
    operation_strategies: [{ operation: 'GET /', type: 'probabilistic', param: 0 }],
  },
  service_strategies: [
    { service: 'shop', type: 'ratelimiting', param: 5 },
    {
      ...{ service: 'till', type: 'probabilistic', param: 1 },
      operation_strategies: [{ operation: 'pay', type: 'ratelimiting', param: 1 }],
    },
  ],
};

const samplingFile: FuzzTarget = {
  name: 'jaeger/sampling-file',
  seeds: [Buffer.from(JSON.stringify(SAMPLING)), Buffer.from('{}')],
  run: (bytes) => {
    try {
      parseSamplingStrategies(new TextDecoder().decode(bytes));
      return 'strategies';
    } catch (error) {
      return refusal(error);
    }
  },
};

const spans = [FULL, FULL].map((span) => ({
  ...protoSpan(span),
  process: protoProcess('shop', [['ip', '1']]),
}));

export const targets: readonly FuzzTarget[] = [
  target(
    JAEGER_THRIFT,
    BATCHES.map((batch) => binaryEncoder.encode(thriftBatch(batch))),
  ),
  target(
    JAEGER_UDP_COMPACT,
    BATCHES.map((batch) => emitBatch(compactEncoder, batch)),
  ),
  target(JAEGER_UDP_BINARY, [
    ...BATCHES.map((batch) => emitBatch(binaryEncoder, batch)),
    ...BATCHES.map((batch) => oldBinaryMessage('emitBatch', struct([1, thriftBatch(batch)]))),
  ]),
  target(JAEGER_GRPC, BATCHES.map(postSpans)),
  target(
    JAEGER_PROTO_SPAN,
    spans.map((span) => jaeger.api_v2.Span.encode(span).finish()),
  ),
  samplingFile,
];
