/**
 * Fuzz targets: the splitters of files and the telling of formats, the readers of OTLP in JSON and in protobuf, and what the Kafka
 * receiver makes of a record. `run` throws only what is a fault of ours: what is refused in order is caught here.
 */
import { gzipSync } from 'node:zlib';
import { opentelemetry, zipkin } from '../../proto/generated/index.js';
import { detectFormat } from '../../services/cli/ingest/detect_format.ts';
import { SplitError, type Splitter } from '../../services/cli/ingest/elements.ts';
import { JsonSplitter } from '../../services/cli/ingest/json_splitter.ts';
import { tracesFromJaegerJson } from '../../services/cli/ingest/jaeger_json.ts';
import { ProtoSplitter } from '../../services/cli/ingest/proto_splitter.ts';
import { newestTime, shiftTimes } from '../../services/cli/ingest/shift_times.ts';
import { ReceivedBatchBuilder } from '../../services/collector/kafka_receiver_batch.ts';
import { ENCODINGS, formatOf } from '../../services/collector/kafka_receiver_formats.ts';
import { FormatError } from '../../services/core/otlp/format_error.ts';
import { tracesFromJson } from '../../services/core/otlp/json_traces.ts';
import { sizedTraces } from '../../services/core/otlp/sized_traces.ts';
import { SpanIndex } from '../../services/core/otlp/span_index.ts';
import { RequestSplitter } from '../../services/core/otlp/split_request.ts';
import { WireError } from '../../services/core/wire/cursor.ts';
import type { FuzzTarget } from './target.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const { ListOfSpans } = zipkin.proto3;

const JSON_SEED = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeSpans: [
        {
          scope: { name: 'scope', version: '1' },
          spans: [
            {
              traceId: '0102030405060708090a0b0c0d0e0f10',
              spanId: '0102030405060708',
              parentSpanId: '1112131415161718',
              name: 'GET /',
              kind: 2,
              startTimeUnixNano: '1700000000000000000',
              endTimeUnixNano: 1700000000500000000n.toString(),
              attributes: [
                { key: 'i', value: { intValue: '-3' } },
                { key: 'l', value: { arrayValue: { values: [{ doubleValue: 1.5 }, { boolValue: true }] } } },
                {
                  key: 'm',
                  value: { kvlistValue: { values: [{ key: 'b', value: { bytesValue: 'AQID' } }] } },
                },
              ],
              events: [{ timeUnixNano: '1700000000100000000', name: 'e' }],
              links: [{ traceId: '0102030405060708090a0b0c0d0e0f10', spanId: '2122232425262728' }],
              status: { code: 2, message: 'no' },
              flags: 1,
            },
          ],
        },
      ],
    },
  ],
};
const ZIPKIN_SEED = [
  {
    traceId: '1',
    id: '2',
    name: 'a',
    timestamp: 1,
    tags: { 'a "b"': '\\{[' },
    localEndpoint: { serviceName: 's' },
  },
];
const JAEGER_SEED = {
  data: [
    {
      traceID: '1',
      spans: [
        {
          traceID: '1',
          spanID: '2',
          operationName: 'a',
          tags: [{ key: 'k', type: 'int64', value: 1 }],
          logs: [{ timestamp: 1, fields: [] }],
          processID: 'p',
        },
      ],
      processes: { p: { serviceName: 's', tags: [] } },
    },
  ],
};

const text = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const OTLP_JSON = text(JSON_SEED);
const OTLP_PROTO = Buffer.from(tracesFromJson(OTLP_JSON));
const ZIPKIN_PROTO = Buffer.from(
  ListOfSpans.encode({
    spans: [{ traceId: Buffer.alloc(16, 1), id: Buffer.alloc(8, 2), name: 'a', tags: { k: 'v' } }],
  }).finish(),
);
const JSON_SEEDS = [
  OTLP_JSON,
  text(ZIPKIN_SEED),
  text([ZIPKIN_SEED, ZIPKIN_SEED]),
  text(JAEGER_SEED),
  Buffer.from('{}\n{"resourceSpans":[]}\n'),
];
const PROTO_SEEDS = [OTLP_PROTO, Buffer.concat([OTLP_PROTO, OTLP_PROTO]), ZIPKIN_PROTO];

/** What the splitter makes of the bytes, cut in pieces of this size: elements, then the failure if there was one. */
function splitUp(splitter: Splitter, bytes: Buffer, chunkBytes: number): string[] {
  const found: string[] = [];
  try {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      for (const element of splitter.push(bytes.subarray(at, at + chunkBytes))) {
        found.push(`${element.at} ${element.bytes.toString('latin1')}`);
      }
    }
    splitter.end();
  } catch (error) {
    if (!(error instanceof SplitError)) throw error;
    // Of a piece with a fault, the elements before it are lost with it: only files in order are compared.
    return ['a fault'];
  }
  return found;
}

function splitAlike(create: () => Splitter, bytes: Uint8Array): void {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const expected = splitUp(create(), whole, Math.max(whole.length, 1));
  for (const chunkBytes of [1, 3, 64]) {
    const found = splitUp(create(), whole, chunkBytes);
    if (found.length !== expected.length || found.some((one, at) => one !== expected[at])) {
      throw new Error(`cut in pieces of ${chunkBytes} bytes it is split otherwise`);
    }
  }
}

function refusable(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof WireError)) throw error;
  }
}

const PARTITIONS = 3;
const splitter = new RequestSplitter(PARTITIONS);

/** Every span is in a part or counted as rejected, and parts can be read again. */
function splitRequest(bytes: Uint8Array): void {
  const { parts, accepted, rejected } = splitter.split(bytes);
  const index = new SpanIndex();
  index.read(bytes);
  const spans = index.count;
  if (accepted + rejected.invalid_trace_id + rejected.invalid_span_id !== spans)
    throw new Error('a span is missing');
  let inParts = 0;
  for (const part of parts) {
    index.read(part.bytes);
    if (index.count !== part.spans) throw new Error('a part does not have the spans that it says');
    inParts += index.count;
  }
  if (inParts !== accepted) throw new Error('the parts do not have the spans that were accepted');
}

function receive(bytes: Uint8Array): void {
  for (const encoding of ENCODINGS) {
    const source = { topic: 'others', partition: 0, format: formatOf(encoding), splitter };
    const batch = new ReceivedBatchBuilder(source);
    batch.add({ offset: 0, timestampMs: 0, value: Buffer.from(bytes), headers: {} });
    batch.take();
  }
}

export const targets: readonly FuzzTarget[] = [
  {
    name: 'json splitter',
    seeds: JSON_SEEDS,
    run: (bytes) => {
      for (const key of [null, 'resourceSpans', 'data']) splitAlike(() => new JsonSplitter(key), bytes);
    },
  },
  {
    name: 'protobuf splitter',
    seeds: PROTO_SEEDS,
    run: (bytes) => splitAlike(() => new ProtoSplitter(), bytes),
  },
  {
    name: 'format detection',
    seeds: [...JSON_SEEDS, ...PROTO_SEEDS, gzipSync(OTLP_JSON)],
    run: (bytes) => void detectFormat(Buffer.from(bytes)),
  },
  {
    name: 'otlp_json',
    seeds: [OTLP_JSON],
    run: (bytes) => {
      refusable(() => {
        const request = tracesFromJson(bytes);
        // What our own writer wrote is always to be read, by us and by others.
        TracesData.decode(request);
        splitRequest(request);
      });
    },
  },
  {
    name: 'otlp_proto',
    seeds: [OTLP_PROTO, Buffer.concat([OTLP_PROTO, OTLP_PROTO])],
    run: (bytes) => {
      refusable(() => splitRequest(bytes));
      refusable(() => void sizedTraces(bytes, Math.max(bytes.length >> 2, 16)));
    },
  },
  {
    name: 'times of otlp_proto',
    seeds: [OTLP_PROTO],
    run: (bytes) => {
      const copy = Buffer.from(bytes);
      refusable(() => {
        newestTime(copy);
        shiftTimes(copy, 1_000_000_000n);
      });
    },
  },
  {
    name: 'jaeger_json',
    seeds: [text(JAEGER_SEED.data)],
    run: (bytes) => refusable(() => void tracesFromJaegerJson(bytes)),
  },
  { name: 'kafka receiver', seeds: [...JSON_SEEDS, ...PROTO_SEEDS], run: receive },
];
