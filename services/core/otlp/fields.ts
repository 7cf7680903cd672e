/**
 * The tags of the OTLP trace messages, whole (`field << 3 | wire type`), as the walk compares them.
 * Source: opentelemetry-proto 1.x, trace.proto, common.proto, resource.proto, trace_service.proto.
 */
import { FIXED32, FIXED64, LENGTH, VARINT } from '../wire/cursor.ts';

const tag = (field: number, wireType: number): number => (field << 3) | wireType;

/** TracesData, and ExportTraceServiceRequest, which is the same on the wire. */
export const TRACES_RESOURCE_SPANS = tag(1, LENGTH);

export const RESOURCE_SPANS_RESOURCE = tag(1, LENGTH);
export const RESOURCE_SPANS_SCOPE_SPANS = tag(2, LENGTH);
export const RESOURCE_SPANS_SCHEMA_URL = tag(3, LENGTH);

export const SCOPE_SPANS_SCOPE = tag(1, LENGTH);
export const SCOPE_SPANS_SPANS = tag(2, LENGTH);
export const SCOPE_SPANS_SCHEMA_URL = tag(3, LENGTH);

export const RESOURCE_ATTRIBUTES = tag(1, LENGTH);
export const RESOURCE_DROPPED_ATTRIBUTES = tag(2, VARINT);
export const RESOURCE_ENTITY_REFS = tag(3, LENGTH);

export const ENTITY_REF_SCHEMA_URL = tag(1, LENGTH);
export const ENTITY_REF_TYPE = tag(2, LENGTH);
export const ENTITY_REF_ID_KEYS = tag(3, LENGTH);
export const ENTITY_REF_DESCRIPTION_KEYS = tag(4, LENGTH);

export const SCOPE_NAME = tag(1, LENGTH);
export const SCOPE_VERSION = tag(2, LENGTH);
export const SCOPE_ATTRIBUTES = tag(3, LENGTH);
export const SCOPE_DROPPED_ATTRIBUTES = tag(4, VARINT);

export const SPAN_TRACE_ID = tag(1, LENGTH);
export const SPAN_SPAN_ID = tag(2, LENGTH);
export const SPAN_TRACE_STATE = tag(3, LENGTH);
export const SPAN_PARENT_SPAN_ID = tag(4, LENGTH);
export const SPAN_NAME = tag(5, LENGTH);
export const SPAN_KIND = tag(6, VARINT);
export const SPAN_START_TIME = tag(7, FIXED64);
export const SPAN_END_TIME = tag(8, FIXED64);
export const SPAN_ATTRIBUTES = tag(9, LENGTH);
export const SPAN_DROPPED_ATTRIBUTES = tag(10, VARINT);
export const SPAN_EVENTS = tag(11, LENGTH);
export const SPAN_DROPPED_EVENTS = tag(12, VARINT);
export const SPAN_LINKS = tag(13, LENGTH);
export const SPAN_DROPPED_LINKS = tag(14, VARINT);
export const SPAN_STATUS = tag(15, LENGTH);
/** Two bytes on the wire. */
export const SPAN_FLAGS = tag(16, FIXED32);

export const STATUS_MESSAGE = tag(2, LENGTH);
export const STATUS_CODE = tag(3, VARINT);

export const EVENT_TIME = tag(1, FIXED64);
export const EVENT_NAME = tag(2, LENGTH);
export const EVENT_ATTRIBUTES = tag(3, LENGTH);
export const EVENT_DROPPED_ATTRIBUTES = tag(4, VARINT);

export const LINK_TRACE_ID = tag(1, LENGTH);
export const LINK_SPAN_ID = tag(2, LENGTH);
export const LINK_TRACE_STATE = tag(3, LENGTH);
export const LINK_ATTRIBUTES = tag(4, LENGTH);
export const LINK_DROPPED_ATTRIBUTES = tag(5, VARINT);
export const LINK_FLAGS = tag(6, FIXED32);

export const KEY_VALUE_KEY = tag(1, LENGTH);
export const KEY_VALUE_VALUE = tag(2, LENGTH);

export const ANY_STRING = tag(1, LENGTH);
export const ANY_BOOL = tag(2, VARINT);
export const ANY_INT = tag(3, VARINT);
export const ANY_DOUBLE = tag(4, FIXED64);
export const ANY_ARRAY = tag(5, LENGTH);
export const ANY_KVLIST = tag(6, LENGTH);
export const ANY_BYTES = tag(7, LENGTH);
/** ArrayValue.values and KeyValueList.values. */
export const LIST_VALUES = tag(1, LENGTH);

export const KIND_UNSPECIFIED = 0;
export const KIND_INTERNAL = 1;
export const KIND_SERVER = 2;
export const KIND_CLIENT = 3;
export const KIND_PRODUCER = 4;
export const KIND_CONSUMER = 5;

export const STATUS_UNSET = 0;
export const STATUS_OK = 1;
export const STATUS_ERROR = 2;

export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;
