/** Zipkin's v1 JSON, an array of spans, to OTLP. Unknown fields are ignored. */
import type { AttributeValue } from '../otlp/span_writer.ts';
import {
  commonFields,
  endpointIn,
  integerIn,
  readObjects,
  readSpans,
  textIn,
  type JsonObject,
  type JsonPlace,
} from './json_fields.ts';
import { addSpan, finishRequest, ZipkinRequest } from './request.ts';
import type { BinaryAnnotation, V1Annotation, V1Span } from './v1_span.ts';
import { v1ToV2 } from './v1_to_v2.ts';

/** Throws FormatError. */
export function zipkinV1JsonToOtlp(body: Uint8Array): Uint8Array {
  const request = new ZipkinRequest(body.length);
  readSpans(body, (place, span) => {
    for (const one of v1ToV2(readSpan(place, span))) addSpan(request, one);
  });
  return finishRequest(request);
}

function readSpan(place: JsonPlace, span: JsonObject): V1Span {
  const annotations: V1Annotation[] = [];
  readObjects(place, span, 'annotations', (_, one) => {
    annotations.push({
      timestampUs: integerIn(place, one, 'timestamp'),
      value: textIn(place, one, 'value'),
      endpoint: endpointIn(place, one, 'endpoint'),
    });
  });
  const binaryAnnotations: BinaryAnnotation[] = [];
  readObjects(place, span, 'binaryAnnotations', (_, one) => {
    binaryAnnotations.push({
      key: textIn(place, one, 'key'),
      value: valueIn(place, one),
      endpoint: endpointIn(place, one, 'endpoint'),
    });
  });
  return { ...commonFields(place, span), annotations, binaryAnnotations };
}

/** `type` is that of thrift: text of a BYTES is base64, and the number of an I64 may come as its digits. */
function valueIn(place: JsonPlace, { value = null, type }: JsonObject): AttributeValue {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return typedText(value, type);
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? value : Number(value);
    case 'number':
      return Number.isSafeInteger(value) && type !== 'DOUBLE' ? BigInt(value) : value;
    default:
      if (value === null) return '';
      place.steps.push('value');
      throw place.fault('must be a string, a number, true or false');
  }
}

function typedText(value: string, type: unknown): AttributeValue {
  if (type === 'BYTES' && BASE64.test(value)) return Buffer.from(value, 'base64');
  if (type === 'I64' && /^-?\d{1,19}$/.test(value)) return BigInt.asIntN(64, BigInt(value));
  return value;
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
