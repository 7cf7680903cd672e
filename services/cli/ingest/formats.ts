/** The formats that a file of spans may have: how it is cut into elements, and how some of these become OTLP. */
import { OTLP_JSON } from '../../core/otlp/span_format.ts';
import { ZIPKIN_V1_JSON, ZIPKIN_V2_JSON, ZIPKIN_V2_PROTO } from '../../core/zipkin/formats.ts';
import type { Splitter } from './elements.ts';
import { tracesFromJaegerJson } from './jaeger_json.ts';
import { JsonSplitter } from './json_splitter.ts';
import { ProtoSplitter } from './proto_splitter.ts';

export interface IngestFormat {
  readonly splitter: () => Splitter;
  /** Elements as one body, which `toOtlp` reads. */
  readonly join: (elements: readonly Buffer[]) => Buffer;
  /** Bytes of an ExportTraceServiceRequest. Throws FormatError. */
  readonly toOtlp: (body: Buffer) => Uint8Array;
}

const asList = (elements: readonly Buffer[]): Buffer => Buffer.concat(elements);
const asArray =
  (before: string, behind: string) =>
  (elements: readonly Buffer[]): Buffer => {
    const comma = Buffer.from(',');
    const parts = elements.flatMap((element, at) => (at === 0 ? [element] : [comma, element]));
    return Buffer.concat([Buffer.from(before), ...parts, Buffer.from(behind)]);
  };

const OTLP_JSON_FORMAT: IngestFormat = {
  splitter: () => new JsonSplitter('resourceSpans'),
  join: asArray('{"resourceSpans":[', ']}'),
  toOtlp: OTLP_JSON.toOtlp,
};

export const INGEST_FORMATS = {
  otlp_json: OTLP_JSON_FORMAT,
  /** A request a line, as the Collector's file exporter writes them. */
  otlp_jsonl: OTLP_JSON_FORMAT,
  otlp_proto: { splitter: () => new ProtoSplitter(), join: asList, toOtlp: (body: Buffer) => body },
  zipkin_json: {
    splitter: () => new JsonSplitter(null),
    join: asArray('[', ']'),
    toOtlp: ZIPKIN_V2_JSON.toOtlp,
  },
  zipkin_proto: { splitter: () => new ProtoSplitter(), join: asList, toOtlp: ZIPKIN_V2_PROTO.toOtlp },
  zipkin_v1_json: {
    splitter: () => new JsonSplitter(null),
    join: asArray('[', ']'),
    toOtlp: ZIPKIN_V1_JSON.toOtlp,
  },
  /** As Jaeger's UI saves traces, and as its API answers. */
  jaeger_json: {
    splitter: () => new JsonSplitter('data'),
    join: asArray('[', ']'),
    toOtlp: tracesFromJaegerJson,
  },
} satisfies Readonly<Record<string, IngestFormat>>;

export type IngestFormatName = keyof typeof INGEST_FORMATS;
export const INGEST_FORMAT_NAMES = Object.keys(INGEST_FORMATS) as readonly IngestFormatName[];
