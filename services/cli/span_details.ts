/** What `--attributes` writes below a span: status message, attributes, events and links. */
import type { Attributes, SpanAnswer } from '../query/trace_answer.ts';
import type { Glyphs } from './glyphs.ts';
import type { Style } from './style.ts';
import { printable } from './text.ts';
import { durationText } from './units.ts';

/** Lines without a line end; values are not cut, and each line of a stack trace keeps its own. */
export function spanDetails(span: SpanAnswer, indent: string, glyphs: Glyphs, style: Style): string[] {
  const offset = (ns: number | string) => `+${durationText(Number(ns), glyphs.micro)}`;
  const lines = [
    ...(span.statusMessage === '' ? [] : valueLines('status message', span.statusMessage, style)),
    ...attributeLines(span.attributes, style),
    ...span.events.flatMap((event) => [
      `${glyphs.events.mark} ${printable(event.name)} ${style.dim(offset(event.offsetNs))}`,
      ...attributeLines(event.attributes, style).map((line) => `    ${line}`),
    ]),
    ...span.links.flatMap((link) => [
      `${glyphs.links.mark} trace ${printable(link.traceId)} span ${printable(link.spanId)}`,
      ...attributeLines(link.attributes, style).map((line) => `    ${line}`),
    ]),
  ];
  return lines.map((line) => `${style.dim(indent)}  ${line}`);
}

export function attributeLines(attributes: Attributes, style: Style): string[] {
  return Object.entries(attributes).flatMap(([key, value]) => valueLines(key, value, style));
}

function valueLines(key: string, value: string, style: Style): string[] {
  const [first = '', ...more] = value.split('\n').map(printable);
  return [`${style.dim(`${printable(key)} =`)} ${first}`, ...more.map((line) => `    ${line}`)];
}
