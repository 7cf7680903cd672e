/**
 * Fuzz targets of Zipkin's formats. `run` throws only where the code under test is wrong: FormatError is a right answer, and what
 * comes out must be a request that the split can read, of no more bytes than the stated bound.
 */
import { FormatError } from '../../services/core/otlp/format_error.ts';
import type { SpanFormat } from '../../services/core/otlp/span_format.ts';
import { RequestSplitter } from '../../services/core/otlp/split_request.ts';
import {
  ZIPKIN_V1_JSON,
  ZIPKIN_V1_THRIFT,
  ZIPKIN_V2_JSON,
  ZIPKIN_V2_PROTO,
} from '../../services/core/zipkin/formats.ts';
import {
  ZIPKIN_V1_JSON_SEEDS,
  ZIPKIN_V1_THRIFT_SEEDS,
  ZIPKIN_V2_JSON_SEEDS,
  ZIPKIN_V2_PROTO_SEEDS,
} from './seeds/zipkin.ts';
import type { FuzzTarget } from './target.ts';

/** The worst are v2 protobuf spans of flags and ports, which are attributes with names in OTLP. */
export const MAX_GROWTH = 8;

const splitter = new RequestSplitter(4);

const target = ({ protocol, toOtlp }: SpanFormat, seeds: readonly Uint8Array[]): FuzzTarget => ({
  name: protocol,
  seeds,
  run: (bytes) => {
    let request: Uint8Array;
    try {
      request = toOtlp(bytes);
    } catch (error) {
      if (error instanceof FormatError) return;
      throw error;
    }
    if (request.length > MAX_GROWTH * bytes.length) {
      throw new Error(`${bytes.length} bytes became ${request.length}`);
    }
    splitter.split(request);
  },
});

export const targets: readonly FuzzTarget[] = [
  target(ZIPKIN_V2_JSON, ZIPKIN_V2_JSON_SEEDS),
  target(ZIPKIN_V2_PROTO, ZIPKIN_V2_PROTO_SEEDS),
  target(ZIPKIN_V1_JSON, ZIPKIN_V1_JSON_SEEDS),
  target(ZIPKIN_V1_THRIFT, ZIPKIN_V1_THRIFT_SEEDS),
];
