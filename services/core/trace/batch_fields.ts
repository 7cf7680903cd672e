/** The tags of spanmill.v1.TraceBatch (proto/spanmill/v1/trace_batch.proto), whole, as the reader and the writer use them. */
import { FIXED64, LENGTH, VARINT } from '../wire/cursor.ts';
import { CLOSE_REASONS } from './run.ts';
import type { CloseReason } from './run.ts';

const tag = (field: number, wireType: number): number => (field << 3) | wireType;

export const BATCH_HEADERS = tag(1, LENGTH);
export const BATCH_TRACES = tag(2, LENGTH);

export const HEADER_RESOURCE = tag(1, LENGTH);
export const HEADER_RESOURCE_SCHEMA_URL = tag(2, LENGTH);
export const HEADER_SCOPE = tag(3, LENGTH);
export const HEADER_SCOPE_SCHEMA_URL = tag(4, LENGTH);

export const TRACE_ID = tag(1, LENGTH);
export const TRACE_TENANT = tag(2, LENGTH);
export const TRACE_FRAGMENT = tag(3, VARINT);
export const TRACE_REASON = tag(4, VARINT);
export const TRACE_RECEIVED = tag(5, VARINT);
export const TRACE_SUMMARY = tag(6, LENGTH);
export const TRACE_SAMPLING = tag(7, LENGTH);
export const TRACE_SPAN_HEADERS = tag(8, LENGTH);
/** protobuf lets a writer send a packed field unpacked, and a reader has to take both. */
export const TRACE_SPAN_HEADERS_UNPACKED = tag(8, VARINT);
export const TRACE_SPANS = tag(9, LENGTH);

export const SUMMARY_START = tag(1, FIXED64);
export const SUMMARY_END = tag(2, FIXED64);
export const SUMMARY_SPANS = tag(3, VARINT);
export const SUMMARY_ERRORS = tag(4, VARINT);
export const SUMMARY_ROOT_SERVICE = tag(5, LENGTH);
export const SUMMARY_ROOT_NAME = tag(6, LENGTH);
export const SUMMARY_ROOT_DURATION = tag(7, FIXED64);
export const SUMMARY_SERVICES = tag(8, LENGTH);
export const SUMMARY_CRITICAL_PATH = tag(9, LENGTH);
export const SUMMARY_MISSING_PARENTS = tag(10, VARINT);

export const STEP_SERVICE = tag(1, LENGTH);
export const STEP_OPERATION = tag(2, LENGTH);
export const STEP_SELF_TIME = tag(3, FIXED64);

export const SAMPLING_KEPT = tag(1, VARINT);
export const SAMPLING_POLICY = tag(2, LENGTH);
export const SAMPLING_THRESHOLD = tag(3, FIXED64);

/** Value of the enum CloseReason: its position in CLOSE_REASONS, from 1. */
export const reasonNumber = (reason: CloseReason): number => CLOSE_REASONS.indexOf(reason) + 1;

/** The reason of an enum value, or `unspecified` where a newer writer used one that is not known here. */
export const reasonOf = (value: number): CloseReason | 'unspecified' =>
  CLOSE_REASONS[value - 1] ?? 'unspecified';
