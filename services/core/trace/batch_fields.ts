/** The tags of spanmill.v1.TraceBatch (proto/spanmill/v1/trace_batch.proto), whole, as the reader and the writer use them. */
import { fieldTag, FIXED64, LENGTH, VARINT } from '../wire/cursor.ts';
import { CLOSE_REASONS } from './run.ts';
import type { CloseReason } from './run.ts';

export const BATCH_HEADERS = fieldTag(1, LENGTH);
export const BATCH_TRACES = fieldTag(2, LENGTH);

export const HEADER_RESOURCE = fieldTag(1, LENGTH);
export const HEADER_RESOURCE_SCHEMA_URL = fieldTag(2, LENGTH);
export const HEADER_SCOPE = fieldTag(3, LENGTH);
export const HEADER_SCOPE_SCHEMA_URL = fieldTag(4, LENGTH);

export const TRACE_ID = fieldTag(1, LENGTH);
export const TRACE_TENANT = fieldTag(2, LENGTH);
export const TRACE_FRAGMENT = fieldTag(3, VARINT);
export const TRACE_REASON = fieldTag(4, VARINT);
export const TRACE_RECEIVED = fieldTag(5, VARINT);
export const TRACE_SUMMARY = fieldTag(6, LENGTH);
export const TRACE_SAMPLING = fieldTag(7, LENGTH);
export const TRACE_SPAN_HEADERS = fieldTag(8, LENGTH);
/** protobuf lets a writer send a packed field unpacked, and a reader has to take both. */
export const TRACE_SPAN_HEADERS_UNPACKED = fieldTag(8, VARINT);
export const TRACE_SPANS = fieldTag(9, LENGTH);

export const SUMMARY_START = fieldTag(1, FIXED64);
export const SUMMARY_END = fieldTag(2, FIXED64);
export const SUMMARY_SPANS = fieldTag(3, VARINT);
export const SUMMARY_ERRORS = fieldTag(4, VARINT);
export const SUMMARY_ROOT_SERVICE = fieldTag(5, LENGTH);
export const SUMMARY_ROOT_NAME = fieldTag(6, LENGTH);
export const SUMMARY_ROOT_DURATION = fieldTag(7, FIXED64);
export const SUMMARY_SERVICES = fieldTag(8, LENGTH);
export const SUMMARY_CRITICAL_PATH = fieldTag(9, LENGTH);
export const SUMMARY_MISSING_PARENTS = fieldTag(10, VARINT);

export const STEP_SERVICE = fieldTag(1, LENGTH);
export const STEP_OPERATION = fieldTag(2, LENGTH);
export const STEP_SELF_TIME = fieldTag(3, FIXED64);

export const SAMPLING_KEPT = fieldTag(1, VARINT);
export const SAMPLING_POLICY = fieldTag(2, LENGTH);
export const SAMPLING_THRESHOLD = fieldTag(3, FIXED64);

/** Value of the enum CloseReason: its position in CLOSE_REASONS, from 1. */
export const reasonNumber = (reason: CloseReason): number => CLOSE_REASONS.indexOf(reason) + 1;

/** The reason of an enum value, or `unspecified` where a newer writer used one that is not known here. */
export const reasonOf = (value: number): CloseReason | 'unspecified' =>
  CLOSE_REASONS[value - 1] ?? 'unspecified';
