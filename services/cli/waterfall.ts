/**
 * A trace as a waterfall for the terminal: a header, a line a span, where the time went, warnings, and the meaning
 * of the marks.
 *
 * Pure: the answer of the query API and what the terminal can show go in, lines come out. Not for fetching the trace
 * (commands/trace.ts). A span's line never is wider than the terminal; the work grows with the spans alone.
 */
import type { SpanAnswer, TraceAnswer } from '../query/trace_answer.ts';
import { ASCII, UNICODE, type Glyphs, type Mark } from './glyphs.ts';
import { fitSegments, wrapSegments, type Segment } from './segments.ts';
import { renderBar } from './span_bar.ts';
import { attributeLines, spanDetails } from './span_details.ts';
import { treeRows, type TreeRow } from './span_tree_rows.ts';
import { createStyle, type Style } from './style.ts';
import { fit, padEnd, padStart, printable, textWidth } from './text.ts';
import { durationText, momentText, plural, shareText } from './units.ts';

export interface WaterfallOptions {
  /** Columns; less than 40 counts as 40. */
  readonly width: number;
  readonly color: boolean;
  readonly unicode: boolean;
  /** Whether attributes, events and links are written below each span. */
  readonly attributes: boolean;
}

/** What every line of one waterfall shares. */
interface Canvas {
  readonly glyphs: Glyphs;
  readonly style: Style;
  readonly width: number;
  readonly labelWidth: number;
  readonly barWidth: number;
  readonly marksWidth: number;
  /** Never 0. */
  readonly traceNs: number;
}

const NARROWEST = 40;
const LABEL_SHARE = 0.45;
const DURATION_WIDTH = 9;
const CRITICAL_STEPS_SHOWN = 5;

/** Lines without a line end. */
export function renderWaterfall(trace: TraceAnswer, options: WaterfallOptions): string[] {
  const glyphs = options.unicode ? UNICODE : ASCII;
  const width = Math.max(NARROWEST, options.width);
  const rows = treeRows(trace.spans, glyphs, Math.floor(width / 10));
  const canvas = layOut(trace, rows, glyphs, createStyle(options.color), width);
  return [
    ...header(trace, canvas),
    '',
    ruler(canvas),
    ...rows.flatMap((row) => [
      spanLine(row, canvas),
      ...(options.attributes ? spanDetails(row.span, row.detailIndent, glyphs, canvas.style) : []),
    ]),
    ...(options.attributes ? resourceLines(trace, canvas) : []),
    ...criticalPathLines(trace, canvas),
    ...warningLines(trace, canvas),
    ...legend(rows, canvas),
  ];
}

function layOut(
  trace: TraceAnswer,
  rows: readonly TreeRow[],
  glyphs: Glyphs,
  style: Style,
  width: number,
): Canvas {
  const labelWidth = Math.min(
    widest(
      rows.map((row) =>
        labelSegments(row, glyphs, style).reduce((sum, { text }) => sum + textWidth(text), 0),
      ),
    ),
    Math.floor(width * LABEL_SHARE),
  );
  const marksWidth = widest(rows.map(({ span }) => textWidth(marks(span, glyphs))));
  // Label, critical mark, bar, duration and marks, with a space between each.
  const barWidth = width - labelWidth - DURATION_WIDTH - marksWidth - 5;
  const traceNs = Math.max(1, Number(trace.durationNs));
  return { glyphs, style, width, labelWidth, barWidth: Math.max(1, barWidth), marksWidth, traceNs };
}

function widest(widths: readonly number[]): number {
  return widths.reduce((most, width) => Math.max(most, width), 0);
}

function header(trace: TraceAnswer, { glyphs, style, width }: Canvas): string[] {
  const { root } = trace;
  const facts: Segment[] = [
    { text: durationText(Number(trace.durationNs), glyphs.micro) },
    { text: plural(trace.services.length, 'service') },
    { text: plural(trace.spanCount, 'span') },
    { text: plural(trace.errorCount, 'error'), ...(trace.errorCount > 0 && { paint: style.red }) },
    ...(trace.fragments > 1 ? [{ text: plural(trace.fragments, 'fragment') }] : []),
    { text: momentText(BigInt(trace.startNs)) },
  ];
  const separator = { text: ` ${glyphs.dot} `, paint: style.dim };
  const title =
    root === null
      ? style.yellow('its root is missing')
      : style.bold(fit(`${printable(root.service)} ${printable(root.name)}`, width, glyphs.ellipsis));
  return [`${style.dim('trace')} ${trace.traceId}`, title, ...wrapSegments(facts, separator, width)];
}

/** Says what the width of the bars stands for. */
function ruler({ glyphs, style, labelWidth, barWidth, traceNs }: Canvas): string {
  const half = durationText(traceNs / 2, glyphs.micro);
  const whole = durationText(traceNs, glyphs.micro);
  const middle = Math.floor(barWidth / 2);
  const line =
    middle > half.length + whole.length + 2
      ? padEnd(padEnd('0', middle) + half, barWidth - whole.length) + whole
      : padStart(whole, barWidth);
  return ' '.repeat(labelWidth + 3) + style.dim(line);
}

function spanLine(row: TreeRow, canvas: Canvas): string {
  const { span } = row;
  const { glyphs, style, labelWidth, barWidth, traceNs } = canvas;
  const start = Number(span.startOffsetNs);
  const bar = renderBar(
    { start: start / traceNs, end: (start + Number(span.durationNs)) / traceNs },
    barWidth,
    glyphs,
  );
  const columns = [
    fitSegments(labelSegments(row, glyphs, style), labelWidth, glyphs.ellipsis),
    isCritical(span) ? style.yellow(glyphs.critical.mark) : ' ',
    isError(span) ? style.red(bar) : style.byName(span.service, bar),
    padStart(durationText(Number(span.durationNs), glyphs.micro), DURATION_WIDTH),
    isError(span) ? style.red(marks(span, glyphs)) : marks(span, glyphs),
  ];
  return columns.join(' ').trimEnd();
}

function labelSegments({ span, branch }: TreeRow, glyphs: Glyphs, style: Style): Segment[] {
  const kind = glyphs.kinds[span.kind]?.mark ?? glyphs.dot;
  return [
    { text: branch, paint: style.dim },
    { text: printable(span.service), paint: (text) => style.byName(span.service, text) },
    { text: ` ${kind} `, paint: style.dim },
    { text: printable(span.name) },
  ];
}

function marks(span: SpanAnswer, glyphs: Glyphs): string {
  const counted = ({ mark }: Mark, count: number) => (count > 0 ? [`${mark}${count}`] : []);
  return [
    ...(isError(span) ? [glyphs.error.mark] : []),
    ...counted(glyphs.events, span.events.length),
    ...counted(glyphs.links, span.links.length),
  ].join(' ');
}

function isCritical(span: SpanAnswer): boolean {
  return span.criticalTimeNs > 0;
}

function isError(span: SpanAnswer): boolean {
  return span.status === 'Error';
}

function resourceLines(trace: TraceAnswer, { style }: Canvas): string[] {
  const named = trace.resources.map((attributes, index) => ({
    attributes,
    service: trace.spans.find((span) => span.resource === index)?.service ?? '',
  }));
  return named.flatMap(({ attributes, service }) => [
    '',
    `${style.dim('resource of')} ${style.byName(service, printable(service))}`,
    ...attributeLines(attributes, style).map((line) => `    ${line}`),
  ]);
}

function criticalPathLines(trace: TraceAnswer, { glyphs, style, width }: Canvas): string[] {
  const steps = trace.criticalPath.slice(0, CRITICAL_STEPS_SHOWN);
  const total = trace.criticalPath.reduce((sum, step) => sum + Number(step.selfTimeNs), 0);
  if (steps.length === 0 || total === 0) return [];
  const lines = steps.map((step) => {
    const time = Number(step.selfTimeNs);
    const name = fit(`${printable(step.service)} ${printable(step.operation)}`, width - 24, glyphs.ellipsis);
    return `  ${padStart(durationText(time, glyphs.micro), 9)} ${padStart(shareText(time / total, 0), 5)}  ${name}`;
  });
  return ['', style.bold('where the time went'), ...lines];
}

function warningLines(trace: TraceAnswer, { glyphs, style }: Canvas): string[] {
  if (trace.warnings.length === 0) return [];
  return [
    '',
    ...trace.warnings.map(({ message }) => style.yellow(`${glyphs.error.mark} ${printable(message)}`)),
  ];
}

/** Only what occurs in this trace. */
function legend(rows: readonly TreeRow[], { glyphs, style, width }: Canvas): string[] {
  const spans = rows.map((row) => row.span);
  const used: Mark[] = [
    ...Object.entries(glyphs.kinds)
      .filter(([kind]) => spans.some((span) => span.kind === kind))
      .map(([, mark]) => mark),
    ...(spans.some(isCritical) ? [glyphs.critical] : []),
    ...(spans.some((span) => span.parent === null && span.parentSpanId !== null) ? [glyphs.orphan] : []),
    ...(spans.some(isError) ? [glyphs.error] : []),
    ...(spans.some((span) => span.events.length > 0) ? [glyphs.events] : []),
    ...(spans.some((span) => span.links.length > 0) ? [glyphs.links] : []),
  ];
  if (used.length === 0) return [];
  const meanings = used.map(({ mark, meaning }): Segment => ({
    text: `${mark} ${meaning}`,
    paint: style.dim,
  }));
  return ['', ...wrapSegments(meanings, { text: '   ' }, width)];
}
