/** What Tempo answers to a search: a line a trace, with the spans that matched. Pure. */
import type { TraceFacts } from '../foreign/foreign_store.ts';
import { anyValue } from '../foreign/otlp_trace.ts';
import type { MatchedSpan } from './matched_spans.ts';
import type { TraceqlField } from './traceql_field.ts';

const JSON_VALUES = { wide: String };
const NO_ROOT = '<root span not yet received>';

export function searchAnswer(
  facts: readonly TraceFacts[],
  matches: readonly MatchedSpan[],
  fields: readonly TraceqlField[],
) {
  const byTrace = Map.groupBy(matches, ({ traceId }) => traceId);
  return {
    traces: facts.map((one) => ({
      traceID: one.traceId.replace(/^0{1,31}/, ''),
      rootServiceName: one.rootService === '' ? NO_ROOT : one.rootService,
      rootTraceName: one.rootName,
      startTimeUnixNano: one.startNs.toString(),
      durationMs: Number((one.endNs - one.startNs) / 1_000_000n),
      ...spanSets(byTrace.get(one.traceId) ?? [], fields),
    })),
    metrics: { inspectedTraces: facts.length },
  };
}

function spanSets(matches: readonly MatchedSpan[], fields: readonly TraceqlField[]) {
  const [first] = matches;
  if (first === undefined) return {};
  const spanSet = {
    spans: matches.map((span) => ({
      spanID: span.spanId,
      name: span.name,
      startTimeUnixNano: span.startNs,
      durationNanos: span.durationNs,
      attributes: fields.flatMap((field) => attributeOf(span, field)),
    })),
    matched: first.matched,
  };
  // Both: older clients know the first alone.
  return { spanSet, spanSets: [spanSet] };
}

/** What the search spoke of is shown; the times and names of spans are anyway. */
function attributeOf(span: MatchedSpan, field: TraceqlField) {
  if (field.is === 'intrinsic') {
    const text =
      field.name === 'status' || field.name === 'kind'
        ? span[field.name].toLowerCase()
        : fieldText(span, field.name);
    return text === undefined ? [] : [{ key: field.shown, value: { stringValue: text } }];
  }
  const { scope, key } = field;
  const text =
    (scope === 'resource' ? undefined : span.attributes[key]) ??
    (scope === 'span' ? undefined : span.resourceAttributes[key]);
  return text === undefined ? [] : [{ key: field.shown, value: anyValue(text, JSON_VALUES) }];
}

function fieldText(span: MatchedSpan, name: string): string | undefined {
  return name === 'statusMessage' ? span.statusMessage : undefined;
}
