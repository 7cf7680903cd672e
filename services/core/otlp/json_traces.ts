/**
 * OTLP/JSON to the same request in protobuf, so that behind the front door there is one format only.
 *
 * Not for speed: JSON costs what JSON.parse costs. Field names are lowerCamelCase, unknown ones are ignored, null is
 * absent (OTLP specification, "JSON Protobuf Encoding"). Messages are tables of their fields, in the order of their
 * numbers, so the bytes are those that other encoders write. Whether ids are valid is for the split to say.
 */
import * as field from './fields.ts';
import { parseJson } from './json_text.ts';
import {
  base64,
  bool,
  double,
  enumeration,
  fixed32,
  fixed64,
  hexId,
  int64,
  JsonEncoding,
  text,
  uint32,
  type ValueWriter,
} from './json_values.ts';
import { beginLengthField, endLengthField, WireWriter } from '../wire/writer.ts';

/** AnyValue is the only message that nests in itself; deeper than this is no attribute of anybody's. */
const MAX_VALUE_DEPTH = 64;

/** Bytes of an ExportTraceServiceRequest from its JSON, which is UTF-8. Throws FormatError. */
export function tracesFromJson(body: Uint8Array): Uint8Array {
  const encoding = new JsonEncoding(new WireWriter(body.length));
  writeFields(encoding, REQUEST, parseJson(body));
  return encoding.writer.take();
}

interface JsonField {
  readonly name: string;
  readonly tag: number;
  readonly write: ValueWriter;
  readonly keepDefault: boolean;
}

const one = (name: string, tag: number, write: ValueWriter): JsonField => ({
  ...{ name, tag, write },
  keepDefault: false,
});
/** A member of a oneof: written even where it is the default. */
const option = (name: string, tag: number, write: ValueWriter): JsonField => ({
  ...{ name, tag, write },
  keepDefault: true,
});
const many = (name: string, tag: number, write: ValueWriter): JsonField => ({
  ...{ name, tag },
  write: repeated(write),
  keepDefault: true,
});

/** The table is asked for when it is needed: AnyValue's refers to itself. */
function message(fields: () => readonly JsonField[]): ValueWriter {
  return (encoding, tag, value) => {
    const start = beginLengthField(encoding.writer, tag);
    writeFields(encoding, fields(), value);
    endLengthField(encoding.writer, start);
  };
}

function repeated(write: ValueWriter): ValueWriter {
  return (encoding, tag, values) => {
    if (!Array.isArray(values)) throw encoding.fault('must be an array');
    for (let i = 0; i < values.length; i++) {
      encoding.path.push(i);
      write(encoding, tag, values[i], true);
      encoding.path.pop();
    }
  };
}

function writeFields(encoding: JsonEncoding, fields: readonly JsonField[], object: unknown): void {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw encoding.fault('must be an object');
  }
  const values = object as Record<string, unknown>;
  for (const { name, tag, write, keepDefault } of fields) {
    const value = values[name];
    if (value === undefined || value === null) continue;
    encoding.path.push(name);
    write(encoding, tag, value, keepDefault);
    encoding.path.pop();
  }
}

const anyValue: ValueWriter = (encoding, tag, value) => {
  if (encoding.path.length > MAX_VALUE_PATH) throw encoding.fault('is nested too deep');
  writeAnyValue(encoding, tag, value, true);
};
/** A level of an array is three steps of the path (`arrayValue`, `values`, position), one of a list four. */
const MAX_VALUE_PATH = 4 * MAX_VALUE_DEPTH;

const ANY_VALUE: readonly JsonField[] = [
  option('stringValue', field.ANY_STRING, text),
  option('boolValue', field.ANY_BOOL, bool),
  option('intValue', field.ANY_INT, int64),
  option('doubleValue', field.ANY_DOUBLE, double),
  option(
    'arrayValue',
    field.ANY_ARRAY,
    message(() => [many('values', field.LIST_VALUES, anyValue)]),
  ),
  option(
    'kvlistValue',
    field.ANY_KVLIST,
    message(() => [many('values', field.LIST_VALUES, keyValue)]),
  ),
  option('bytesValue', field.ANY_BYTES, base64),
];
const writeAnyValue = message(() => ANY_VALUE);

const KEY_VALUE = [one('key', field.KEY_VALUE_KEY, text), one('value', field.KEY_VALUE_VALUE, anyValue)];
const keyValue = message(() => KEY_VALUE);

const ENTITY_REF = [
  one('schemaUrl', field.ENTITY_REF_SCHEMA_URL, text),
  one('type', field.ENTITY_REF_TYPE, text),
  many('idKeys', field.ENTITY_REF_ID_KEYS, text),
  many('descriptionKeys', field.ENTITY_REF_DESCRIPTION_KEYS, text),
];

const RESOURCE = [
  many('attributes', field.RESOURCE_ATTRIBUTES, keyValue),
  one('droppedAttributesCount', field.RESOURCE_DROPPED_ATTRIBUTES, uint32),
  many(
    'entityRefs',
    field.RESOURCE_ENTITY_REFS,
    message(() => ENTITY_REF),
  ),
];

const SCOPE = [
  one('name', field.SCOPE_NAME, text),
  one('version', field.SCOPE_VERSION, text),
  many('attributes', field.SCOPE_ATTRIBUTES, keyValue),
  one('droppedAttributesCount', field.SCOPE_DROPPED_ATTRIBUTES, uint32),
];

const EVENT = [
  one('timeUnixNano', field.EVENT_TIME, fixed64),
  one('name', field.EVENT_NAME, text),
  many('attributes', field.EVENT_ATTRIBUTES, keyValue),
  one('droppedAttributesCount', field.EVENT_DROPPED_ATTRIBUTES, uint32),
];

const LINK = [
  one('traceId', field.LINK_TRACE_ID, hexId),
  one('spanId', field.LINK_SPAN_ID, hexId),
  one('traceState', field.LINK_TRACE_STATE, text),
  many('attributes', field.LINK_ATTRIBUTES, keyValue),
  one('droppedAttributesCount', field.LINK_DROPPED_ATTRIBUTES, uint32),
  one('flags', field.LINK_FLAGS, fixed32),
];

const STATUS = [one('message', field.STATUS_MESSAGE, text), one('code', field.STATUS_CODE, enumeration)];

const SPAN = [
  one('traceId', field.SPAN_TRACE_ID, hexId),
  one('spanId', field.SPAN_SPAN_ID, hexId),
  one('traceState', field.SPAN_TRACE_STATE, text),
  one('parentSpanId', field.SPAN_PARENT_SPAN_ID, hexId),
  one('name', field.SPAN_NAME, text),
  one('kind', field.SPAN_KIND, enumeration),
  one('startTimeUnixNano', field.SPAN_START_TIME, fixed64),
  one('endTimeUnixNano', field.SPAN_END_TIME, fixed64),
  many('attributes', field.SPAN_ATTRIBUTES, keyValue),
  one('droppedAttributesCount', field.SPAN_DROPPED_ATTRIBUTES, uint32),
  many(
    'events',
    field.SPAN_EVENTS,
    message(() => EVENT),
  ),
  one('droppedEventsCount', field.SPAN_DROPPED_EVENTS, uint32),
  many(
    'links',
    field.SPAN_LINKS,
    message(() => LINK),
  ),
  one('droppedLinksCount', field.SPAN_DROPPED_LINKS, uint32),
  one(
    'status',
    field.SPAN_STATUS,
    message(() => STATUS),
  ),
  one('flags', field.SPAN_FLAGS, fixed32),
];

const SCOPE_SPANS = [
  one(
    'scope',
    field.SCOPE_SPANS_SCOPE,
    message(() => SCOPE),
  ),
  many(
    'spans',
    field.SCOPE_SPANS_SPANS,
    message(() => SPAN),
  ),
  one('schemaUrl', field.SCOPE_SPANS_SCHEMA_URL, text),
];

const RESOURCE_SPANS = [
  one(
    'resource',
    field.RESOURCE_SPANS_RESOURCE,
    message(() => RESOURCE),
  ),
  many(
    'scopeSpans',
    field.RESOURCE_SPANS_SCOPE_SPANS,
    message(() => SCOPE_SPANS),
  ),
  one('schemaUrl', field.RESOURCE_SPANS_SCHEMA_URL, text),
];

const REQUEST = [
  many(
    'resourceSpans',
    field.TRACES_RESOURCE_SPANS,
    message(() => RESOURCE_SPANS),
  ),
];
