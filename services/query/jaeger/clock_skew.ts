/**
 * Where Jaeger moves spans so that a child lies inside its parent: clocks of different hosts differ.
 *
 * A span of another host than its parent's that does not fit is put in the middle of it; spans of the same host move along.
 * A shift beyond the limit is not made, only told. Pure; nothing recurses.
 */
import { formatGoDuration } from '../foreign/go_duration.ts';

export interface SkewSpan {
  readonly spanId: string;
  readonly parentSpanId: string;
  /** Spans of one host share a clock. */
  readonly host: string;
  /** A consumer may well start after its producer has ended: it stays where it is. */
  readonly asynchronous: boolean;
  readonly startNs: bigint;
  readonly durationNs: bigint;
}

export interface Adjustment {
  /** To be added to the span's times. */
  readonly shiftNs: bigint;
  readonly warnings: readonly string[];
}

interface Node {
  readonly span: SkewSpan;
  readonly index: number;
  readonly children: Node[];
}

/** One for each span, in their order. */
export function clockAdjustments(spans: readonly SkewSpan[], maxShiftNs: bigint): Adjustment[] {
  const adjustments: { shiftNs: bigint; warnings: string[] }[] = spans.map(() => ({
    shiftNs: 0n,
    warnings: [],
  }));
  const open = rootsOf(spans, adjustments).map((node) => ({ node, skewNs: 0n, parent: null as Node | null }));
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const { node, parent } = step;
    const own = adjustments[node.index];
    if (own === undefined) continue;
    let { skewNs } = step;
    if (parent !== null && parent.span.host !== node.span.host) {
      skewNs = skewOf(node.span, parent.span, adjustments[parent.index]?.shiftNs ?? 0n);
    }
    const warning = shiftWarning(skewNs, maxShiftNs);
    if (warning !== null) own.warnings.push(warning);
    if (magnitude(skewNs) <= maxShiftNs) own.shiftNs = skewNs;
    for (const child of node.children) open.push({ node: child, skewNs, parent: node });
  }
  return adjustments;
}

/** Builds the forest of the first span of every id. */
function rootsOf(spans: readonly SkewSpan[], adjustments: readonly { warnings: string[] }[]): Node[] {
  const byId = new Map<string, Node>();
  for (const [index, span] of spans.entries()) {
    if (byId.has(span.spanId)) {
      adjustments[index]?.warnings.push('duplicate span IDs; skipping clock skew adjustment');
    } else {
      byId.set(span.spanId, { span, index, children: [] });
    }
  }
  const roots: Node[] = [];
  for (const node of byId.values()) {
    const { parentSpanId, spanId } = node.span;
    const parent = parentSpanId === spanId ? undefined : byId.get(parentSpanId);
    if (parent !== undefined) parent.children.push(node);
    else roots.push(node);
    if (parent === undefined && parentSpanId !== '') {
      adjustments[node.index]?.warnings.push(
        `parent span ID=${parentSpanId} is not in the trace; skipping clock skew adjustment`,
      );
    }
  }
  return roots;
}

function skewOf(child: SkewSpan, parent: SkewSpan, parentShiftNs: bigint): bigint {
  if (child.asynchronous) return 0n;
  const parentStart = parent.startNs + parentShiftNs;
  if (child.durationNs > parent.durationNs) {
    // It outlives its parent in any case: all that is sure is that it did not start before.
    return child.startNs < parentStart ? parentStart - child.startNs : 0n;
  }
  const inside =
    child.startNs >= parentStart && child.startNs + child.durationNs <= parentStart + parent.durationNs;
  if (inside) return 0n;
  // The way there is taken to be as long as the way back.
  return parentStart + (parent.durationNs - child.durationNs) / 2n - child.startNs;
}

function shiftWarning(skewNs: bigint, maxShiftNs: bigint): string | null {
  if (skewNs === 0n) return null;
  const skew = formatGoDuration(skewNs);
  if (magnitude(skewNs) <= maxShiftNs) return `This span's timestamps were adjusted by ${skew}`;
  if (maxShiftNs === 0n) return `clock skew adjustment disabled; not applying calculated delta of ${skew}`;
  return (
    `max clock skew adjustment delta of ${formatGoDuration(maxShiftNs)} exceeded; ` +
    `not applying calculated delta of ${skew}`
  );
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
