/** Zipkin's v2 JSON, an array of spans, to OTLP. Unknown fields are ignored. */
import { KIND_CLIENT, KIND_CONSUMER, KIND_PRODUCER, KIND_SERVER, KIND_UNSPECIFIED } from '../otlp/fields.ts';
import {
  boolIn,
  commonFields,
  endpointIn,
  integerIn,
  objectIn,
  readObjects,
  readSpans,
  textIn,
  type JsonObject,
  type JsonPlace,
} from './json_fields.ts';
import { addSpan, finishRequest, ZipkinRequest } from './request.ts';
import type { Annotation, ZipkinSpan } from './span.ts';

/** Throws FormatError. */
export function zipkinV2JsonToOtlp(body: Uint8Array): Uint8Array {
  const request = new ZipkinRequest(body.length);
  readSpans(body, (place, span) => addSpan(request, readSpan(place, span)));
  return finishRequest(request);
}

const KINDS: ReadonlyMap<string, number> = new Map([
  ['CLIENT', KIND_CLIENT],
  ['SERVER', KIND_SERVER],
  ['PRODUCER', KIND_PRODUCER],
  ['CONSUMER', KIND_CONSUMER],
]);

/** A kind that Zipkin does not have is none. */
function readSpan(place: JsonPlace, span: JsonObject): ZipkinSpan {
  const annotations: Annotation[] = [];
  readObjects(place, span, 'annotations', (_, one) => {
    annotations.push({
      timestampUs: integerIn(place, one, 'timestamp'),
      value: textIn(place, one, 'value'),
    });
  });
  return {
    ...commonFields(place, span),
    kind: KINDS.get(textIn(place, span, 'kind').toUpperCase()) ?? KIND_UNSPECIFIED,
    localEndpoint: endpointIn(place, span, 'localEndpoint'),
    remoteEndpoint: endpointIn(place, span, 'remoteEndpoint'),
    annotations,
    tags: tagsIn(place, span),
    shared: boolIn(place, span, 'shared'),
  };
}

function tagsIn(place: JsonPlace, span: JsonObject): Map<string, string> {
  const tags = new Map<string, string>();
  for (const [key, value] of Object.entries(objectIn(place, span, 'tags') ?? {})) {
    if (value === null) continue;
    tags.set(key, tagText(place, value));
  }
  return tags;
}

/** Numbers and booleans, which no tag should be, become their text. */
function tagText(place: JsonPlace, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  place.steps.push('tags');
  throw place.fault('the values must be strings');
}
