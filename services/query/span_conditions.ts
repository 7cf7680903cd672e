/**
 * Conditions on a span as SQL: fixed text with parameters, one line a condition that was given.
 *
 * Text and not `{x} = '' OR ...`, because only a plain condition is answered from the order of the table and its indices.
 */
import { isTemplate, operationPattern } from './operation_pattern.ts';
import type { SpanConditions } from './store.ts';

export interface SqlConditions {
  /** Lines that begin with AND. */
  readonly sql: string;
  readonly params: Readonly<Record<string, string>>;
}

/** What summaries cannot tell: they know the services of a trace, and whether any span failed. */
export function searchesSpans(conditions: SpanConditions): boolean {
  const { service, status, operation, kind, name, minSpanNs, maxSpanNs } = conditions;
  if (operation !== null || kind !== null || name !== null) return true;
  if (minSpanNs !== null || maxSpanNs !== null) return true;
  if (conditions.attributes.length > 0 || conditions.resourceAttributes.length > 0) return true;
  // A failed span of the service, not any failed span of a trace with the service.
  return status !== null && (status !== 'Error' || service !== null);
}

export function spanConditions(conditions: SpanConditions): SqlConditions {
  const lines: string[] = [];
  const params: Record<string, string> = {};
  const add = (line: string, given: Readonly<Record<string, string>>): void => {
    lines.push(`AND ${line}`);
    Object.assign(params, given);
  };
  const { service, operation, kind, status, name, minSpanNs, maxSpanNs } = conditions;
  if (service !== null) add('ServiceName = {service:String}', { service });
  if (operation !== null && isTemplate(operation)) {
    add('match(SpanName, {operation:String})', { operation: operationPattern(operation) });
  } else if (operation !== null) add('SpanName = {operation:String}', { operation });
  if (kind !== null) add('SpanKind = {kind:String}', { kind });
  if (status !== null) add('StatusCode = {status:String}', { status });
  if (name !== null) add('positionCaseInsensitiveUTF8(SpanName, {name:String}) > 0', { name });
  if (minSpanNs !== null) add('Duration >= {minSpanNs:UInt64}', { minSpanNs: String(minSpanNs) });
  if (maxSpanNs !== null) add('Duration <= {maxSpanNs:UInt64}', { maxSpanNs: String(maxSpanNs) });
  addPairs('SpanAttributes', 'attribute', conditions.attributes, add);
  addPairs('ResourceAttributes', 'resource', conditions.resourceAttributes, add);
  return { sql: lines.join('\n    '), params };
}

function addPairs(
  column: string,
  prefix: string,
  pairs: readonly (readonly [string, string])[],
  add: (line: string, given: Readonly<Record<string, string>>) => void,
): void {
  pairs.forEach(([key, value], index) => {
    const [keyName, valueName] = [`${prefix}Key${index}`, `${prefix}Value${index}`];
    add(`${column}[{${keyName}:String}] = {${valueName}:String}`, { [keyName]: key, [valueName]: value });
    // An absent key reads as an empty value.
    if (value === '') add(`mapContains(${column}, {${keyName}:String})`, {});
  });
}
