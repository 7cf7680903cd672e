/**
 * Names of spans as they were sent, by the operation that the metrics count them under: RE2 for ClickHouse's match().
 *
 * `{}` stands for what differs from call to call, and never reaches over a slash or a blank. An operation of full length may
 * be the beginning of a name.
 */
import { MAX_NAME_LENGTH } from '../core/otlp/limit_name.ts';

/** Anchored. Every name of at most 200 characters that the operation came from matches, and most longer ones; others hardly do. */
export function operationPattern(operation: string): string {
  const pattern = operation.split('{}').map(escapeRe2).join('[^/\\s]*');
  return `^${pattern}${isCut(operation) ? '' : '$'}`;
}

/** Whether spans of this operation may have other names than this. */
export function isTemplate(operation: string): boolean {
  return operation.includes('{}') || isCut(operation);
}

/** A character of two units is never halved, so a cut name may be one unit shorter. */
function isCut(operation: string): boolean {
  return operation.length >= MAX_NAME_LENGTH - 1;
}

function escapeRe2(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
