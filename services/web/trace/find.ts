/** Find in a trace: a text in names, ids, messages, attributes and events. Pure. */
import type { Attributes } from '../api/answers.ts';
import type { Span } from '../api/trace_answer.ts';
import type { TraceModel } from './trace_model.ts';

/** Positions of the spans that match, from top to bottom. `key=value` looks for exactly that attribute, `error` for what failed. */
export function findSpans({ order, spans }: TraceModel, text: string): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const at = wanted.indexOf('=');
  const matches = at > 0 ? hasAttribute(wanted.slice(0, at), wanted.slice(at + 1)) : saysIt(wanted);
  return order.filter((index) => {
    const found = spans[index];
    return found !== undefined && matches(found.span);
  });
}

const hasAttribute =
  (key: string, value: string) =>
  ({ attributes }: Span): boolean =>
    Object.entries(attributes).some(
      ([name, one]) => name.toLowerCase() === key && (value === '' || one.toLowerCase() === value),
    );

const saysIt =
  (text: string) =>
  (span: Span): boolean =>
    (text === 'error' && span.status === 'Error') ||
    [span.service, span.name, span.spanId, span.statusMessage].some((one) =>
      one.toLowerCase().includes(text),
    ) ||
    attributesSay(span.attributes, text) ||
    span.events.some(
      ({ name, attributes }) => name.toLowerCase().includes(text) || attributesSay(attributes, text),
    );

function attributesSay(attributes: Attributes, text: string): boolean {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.toLowerCase().includes(text) || value.toLowerCase().includes(text)) return true;
  }
  return false;
}
