/**
 * The tags of the OTLP trace messages, whole (`field << 3 | wire type`), as the walk compares them.
 * Source: opentelemetry-proto 1.x, trace.proto, common.proto, resource.proto, trace_service.proto.
 */
import { fieldTag, FIXED32, FIXED64, LENGTH, VARINT } from '../wire/cursor.ts';

/** TracesData, and ExportTraceServiceRequest, which is the same on the wire. */
export const TRACES_RESOURCE_SPANS = fieldTag(1, LENGTH);

export const RESOURCE_SPANS_RESOURCE = fieldTag(1, LENGTH);
export const RESOURCE_SPANS_SCOPE_SPANS = fieldTag(2, LENGTH);
export const RESOURCE_SPANS_SCHEMA_URL = fieldTag(3, LENGTH);

export const SCOPE_SPANS_SCOPE = fieldTag(1, LENGTH);
export const SCOPE_SPANS_SPANS = fieldTag(2, LENGTH);
export const SCOPE_SPANS_SCHEMA_URL = fieldTag(3, LENGTH);

export const RESOURCE_ATTRIBUTES = fieldTag(1, LENGTH);
export const RESOURCE_DROPPED_ATTRIBUTES = fieldTag(2, VARINT);
export const RESOURCE_ENTITY_REFS = fieldTag(3, LENGTH);

export const ENTITY_REF_SCHEMA_URL = fieldTag(1, LENGTH);
export const ENTITY_REF_TYPE = fieldTag(2, LENGTH);
export const ENTITY_REF_ID_KEYS = fieldTag(3, LENGTH);
export const ENTITY_REF_DESCRIPTION_KEYS = fieldTag(4, LENGTH);

export const SCOPE_NAME = fieldTag(1, LENGTH);
export const SCOPE_VERSION = fieldTag(2, LENGTH);
export const SCOPE_ATTRIBUTES = fieldTag(3, LENGTH);
export const SCOPE_DROPPED_ATTRIBUTES = fieldTag(4, VARINT);

export const SPAN_TRACE_ID = fieldTag(1, LENGTH);
export const SPAN_SPAN_ID = fieldTag(2, LENGTH);
export const SPAN_TRACE_STATE = fieldTag(3, LENGTH);
export const SPAN_PARENT_SPAN_ID = fieldTag(4, LENGTH);
export const SPAN_NAME = fieldTag(5, LENGTH);
export const SPAN_KIND = fieldTag(6, VARINT);
export const SPAN_START_TIME = fieldTag(7, FIXED64);
export const SPAN_END_TIME = fieldTag(8, FIXED64);
export const SPAN_ATTRIBUTES = fieldTag(9, LENGTH);
export const SPAN_DROPPED_ATTRIBUTES = fieldTag(10, VARINT);
export const SPAN_EVENTS = fieldTag(11, LENGTH);
export const SPAN_DROPPED_EVENTS = fieldTag(12, VARINT);
export const SPAN_LINKS = fieldTag(13, LENGTH);
export const SPAN_DROPPED_LINKS = fieldTag(14, VARINT);
export const SPAN_STATUS = fieldTag(15, LENGTH);
/** Two bytes on the wire. */
export const SPAN_FLAGS = fieldTag(16, FIXED32);

export const STATUS_MESSAGE = fieldTag(2, LENGTH);
export const STATUS_CODE = fieldTag(3, VARINT);

export const EVENT_TIME = fieldTag(1, FIXED64);
export const EVENT_NAME = fieldTag(2, LENGTH);
export const EVENT_ATTRIBUTES = fieldTag(3, LENGTH);
export const EVENT_DROPPED_ATTRIBUTES = fieldTag(4, VARINT);

export const LINK_TRACE_ID = fieldTag(1, LENGTH);
export const LINK_SPAN_ID = fieldTag(2, LENGTH);
export const LINK_TRACE_STATE = fieldTag(3, LENGTH);
export const LINK_ATTRIBUTES = fieldTag(4, LENGTH);
export const LINK_DROPPED_ATTRIBUTES = fieldTag(5, VARINT);
export const LINK_FLAGS = fieldTag(6, FIXED32);

export const KEY_VALUE_KEY = fieldTag(1, LENGTH);
export const KEY_VALUE_VALUE = fieldTag(2, LENGTH);

export const ANY_STRING = fieldTag(1, LENGTH);
export const ANY_BOOL = fieldTag(2, VARINT);
export const ANY_INT = fieldTag(3, VARINT);
export const ANY_DOUBLE = fieldTag(4, FIXED64);
export const ANY_ARRAY = fieldTag(5, LENGTH);
export const ANY_KVLIST = fieldTag(6, LENGTH);
export const ANY_BYTES = fieldTag(7, LENGTH);
/** ArrayValue.values and KeyValueList.values. */
export const LIST_VALUES = fieldTag(1, LENGTH);

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
