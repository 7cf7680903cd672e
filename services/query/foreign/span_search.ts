/**
 * What the search forms of other tools ask for, in terms of the span table: a stretch of time, and conditions that one span
 * of the trace must meet, all of them. condition_sql.ts says it in SQL.
 */

export interface SpanSearch {
  readonly tenant: string;
  /** Of the span's start, Unix nanoseconds; both ends are inside. */
  readonly sinceNs: bigint;
  readonly untilNs: bigint;
  readonly conditions: readonly SpanCondition[];
  /** Traces. */
  readonly limit: number;
}

export type Order = '<' | '<=' | '>' | '>=';

/** `=~` and `!~` are regular expressions (RE2) that the whole text must match. */
export type TextTest =
  | { readonly is: '=' | '!=' | '=~' | '!~'; readonly text: string }
  | { readonly is: Order | 'equal' | 'unequal'; readonly number: number }
  | { readonly is: 'contains'; readonly text: string }
  | { readonly is: 'there' | 'absent' };

export type NumberTest = { readonly is: Order | '=' | '!='; readonly value: bigint };

/** Columns of text; kind and status have the words of the table (Server, Error). */
export type TextField =
  'service' | 'name' | 'kind' | 'status' | 'statusMessage' | 'traceState' | 'scopeName' | 'scopeVersion';

export type AttributeScope = 'span' | 'resource' | 'event' | 'link';

export type SpanCondition =
  | { readonly on: TextField; readonly test: TextTest }
  /** A name as `operations` has it: templated, so that one stands for many names of spans. */
  | { readonly on: 'operation'; readonly template: string }
  | { readonly on: 'names'; readonly names: readonly string[] }
  | {
      readonly on: 'attribute';
      readonly scope: AttributeScope;
      readonly key: string;
      readonly test: TextTest;
    }
  /** An event with this name. */
  | { readonly on: 'event'; readonly test: TextTest }
  /** Nanoseconds. */
  | { readonly on: 'duration'; readonly test: NumberTest }
  | { readonly on: 'traceDuration'; readonly test: NumberTest }
  | { readonly on: 'rootService' | 'rootName'; readonly test: TextTest }
  | { readonly on: 'traceId' | 'spanId' | 'parentSpanId'; readonly id: string; readonly not: boolean }
  | { readonly all: readonly SpanCondition[] }
  | { readonly any: readonly SpanCondition[] };

export const NOTHING: SpanCondition = { any: [] };

/** An attribute of the span itself or of its resource, as one: what Zipkin and Jaeger call a tag. */
export function tagCondition(key: string, test: TextTest): SpanCondition {
  return {
    any: [
      { on: 'attribute', scope: 'span', key, test },
      { on: 'attribute', scope: 'resource', key, test },
    ],
  };
}
