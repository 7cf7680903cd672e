/** The left side of a TraceQL comparison: an attribute in its scope, or something that every span or trace has. */
import type { AttributeScope, TextField } from '../foreign/span_search.ts';
import { TraceqlError, unescapeText } from './traceql_tokens.ts';

export type TraceqlField =
  | {
      readonly is: 'attribute';
      readonly scope: AttributeScope | 'any';
      readonly key: string;
      readonly shown: string;
    }
  | { readonly is: 'intrinsic'; readonly name: Intrinsic; readonly shown: string };

export type Intrinsic =
  | TextField
  | 'duration'
  | 'traceDuration'
  | 'rootName'
  | 'rootService'
  | 'traceId'
  | 'spanId'
  | 'parentSpanId'
  | 'event'
  | 'nestedSetParent';

const INTRINSICS: ReadonlyMap<string, Intrinsic> = new Map([
  ...(['name', 'status', 'statusMessage', 'kind', 'duration'] as const).flatMap(
    (name): [string, Intrinsic][] => [
      [name, name],
      [`span:${name}`, name],
    ],
  ),
  ['traceDuration', 'traceDuration'],
  ['trace:duration', 'traceDuration'],
  ['rootName', 'rootName'],
  ['trace:rootName', 'rootName'],
  ['rootServiceName', 'rootService'],
  ['trace:rootService', 'rootService'],
  ['trace:id', 'traceId'],
  ['span:id', 'spanId'],
  ['span:parentID', 'parentSpanId'],
  ['event:name', 'event'],
  ['instrumentation:name', 'scopeName'],
  ['instrumentation:version', 'scopeVersion'],
  ['nestedSetParent', 'nestedSetParent'],
]);

export const INTRINSIC_NAMES: readonly string[] = [...INTRINSICS.keys()].sort();

const SCOPES: ReadonlyMap<string, AttributeScope | 'any'> = new Map([
  ['', 'any'],
  ['span', 'span'],
  ['resource', 'resource'],
  ['event', 'event'],
  ['link', 'link'],
]);

/** Throws TraceqlError where the word is no field. */
export function traceqlField(word: string): TraceqlField {
  const name = INTRINSICS.get(word);
  if (name !== undefined) return { is: 'intrinsic', name, shown: word };
  const dot = word.indexOf('.');
  const scope = dot < 0 ? undefined : SCOPES.get(word.slice(0, dot));
  const key = unquoted(word.slice(dot + 1));
  if (scope === undefined || key === '') throw new TraceqlError(`${JSON.stringify(word)} is no field`);
  return { is: 'attribute', scope, key, shown: key };
}

function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"')
    ? unescapeText(text.slice(1, -1))
    : text;
}
