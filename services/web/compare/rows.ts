/** A comparison as rows: a trace beside another, or each span beside what is normal for its operation. Pure. */
import type { Comparison, Normal, Trace } from '../api/trace_answer.ts';

export interface CompareRow {
  readonly key: number;
  readonly depth: number;
  readonly service: string;
  readonly operation: string;
  readonly kind: string;
  readonly leftNs: number | null;
  readonly rightNs: number | null;
  readonly leftSpanId: string | null;
  readonly rightSpanId: string | null;
  readonly leftFailed: boolean;
  readonly rightFailed: boolean;
  /** Against normal: the share of calls that were shorter. */
  readonly percentile: number | null;
}

export function pairRows({ pairs }: Pick<Comparison, 'pairs'>): CompareRow[] {
  return pairs.map(({ depth, service, operation, kind, left, right }, key) => ({
    key,
    depth,
    service,
    operation,
    kind,
    leftNs: left === null ? null : Number(left.durationNs),
    rightNs: right === null ? null : Number(right.durationNs),
    leftSpanId: left?.spanId ?? null,
    rightSpanId: right?.spanId ?? null,
    leftFailed: left?.status === 'Error',
    rightFailed: right?.status === 'Error',
    percentile: null,
  }));
}

/** Depth first, as the trace is drawn. `order` is the model's. */
export function normalRows(
  trace: Pick<Trace, 'spans'>,
  normal: Normal,
  order: readonly number[],
): CompareRow[] {
  return order.flatMap((index, key) => {
    const [span, usual] = [trace.spans[index], normal.spans[index]];
    if (span === undefined || usual === undefined) return [];
    return {
      key,
      depth: span.depth,
      service: span.service,
      operation: usual.operation,
      kind: span.kind,
      leftNs: Number(span.durationNs),
      rightNs: usual.medianNs,
      leftSpanId: span.spanId,
      rightSpanId: null,
      leftFailed: span.status === 'Error',
      rightFailed: false,
      percentile: usual.percentile,
    };
  });
}

/** How much longer the left side is; null where one is missing. */
export function differenceNs({ leftNs, rightNs }: CompareRow): number | null {
  return leftNs === null || rightNs === null ? null : leftNs - rightNs;
}

/** `2.4×`, `0.5×`; null where it says nothing. */
export function factor({ leftNs, rightNs }: CompareRow): number | null {
  return leftNs === null || rightNs === null || rightNs === 0 ? null : leftNs / rightNs;
}

/** Those alone that differ enough to matter: missing on a side, failed on one, or by a tenth of the whole time. */
export function isNotable(row: CompareRow, wholeNs: number): boolean {
  const difference = differenceNs(row);
  if (difference === null)
    return row.percentile !== null || row.rightSpanId !== null || row.leftSpanId !== null;
  if (row.rightSpanId !== null && row.leftFailed !== row.rightFailed) return true;
  return Math.abs(difference) >= wholeNs * 0.05 || (row.percentile ?? 0.5) >= 0.99;
}
