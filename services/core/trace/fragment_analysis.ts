/**
 * Everything that is derived from fragments: the one entry for the processor's shell.
 *
 *     onFragment  analyse(fragment)       the summary; spans go into the metric windows
 *     onRunEnd    endRun(tenant, spans)   calls between services go into the edge windows
 *     onMark      flush()                 what was counted leaves
 *
 * Not for assembly (assembly.ts), nor for writing what comes out (trace_batch_writer.ts, platform/avro). Invariant: the same
 * calls in the same order give the same results.
 */
import { EdgeWindows } from '../metrics/edge_windows.ts';
import type { ServiceEdgeDelta, SpanMetricDelta } from '../metrics/deltas.ts';
import type { MetricLimits } from '../metrics/limits.ts';
import { SpanWindows } from '../metrics/span_windows.ts';
import { SpanView } from '../otlp/span_view.ts';
import { CriticalPath } from './critical_path.ts';
import { countCalls } from './edges.ts';
import type { Fragment, SpanTable } from './run.ts';
import { settleStart, type SpanFacts } from './span_facts.ts';
import { buildSpanTree } from './span_tree.ts';
import { summarise } from './summary.ts';
import type { TraceSummary } from './summary.ts';

export interface Deltas {
  readonly spans: SpanMetricDelta[];
  readonly edges: ServiceEdgeDelta[];
  /** Spans and calls that a limit sent to `__other__`. */
  readonly capped: number;
}

export class FragmentAnalysis {
  private readonly view = new SpanView();
  private readonly criticalPath = new CriticalPath();
  private readonly spanWindows: SpanWindows;
  private readonly edgeWindows: EdgeWindows;

  constructor(limits: MetricLimits) {
    this.spanWindows = new SpanWindows(limits);
    this.edgeWindows = new EdgeWindows(limits);
  }

  /** Counts the spans of a fragment and says what it is as a whole. Marks its nodes as sent (`edge`). */
  analyse(fragment: Fragment): TraceSummary {
    const facts: SpanFacts[] = [];
    for (const { node } of fragment.spans) {
      settleStart(node.facts, fragment.receivedMs);
      facts.push(node.facts);
      node.edge = node.facts;
    }
    const tree = buildSpanTree(fragment, facts);
    const pathNs = this.criticalPath.of(facts, tree.parents, tree.top);
    for (let position = 0; position < facts.length; position++) {
      const span = facts[position];
      const node = fragment.spans[position]?.node;
      if (span === undefined || node === undefined) continue;
      this.spanWindows.add(fragment.tenant, span, pathNs[position] ?? 0, fragment.traceId, node);
    }
    return summarise(fragment, facts, tree, pathNs, this.view);
  }

  /** Counts the calls of a run to which nothing can be added any more. */
  endRun(tenant: string, spans: SpanTable): void {
    countCalls(spans, (call) => this.edgeWindows.add(tenant, call));
  }

  /** What was counted since the last flush. */
  flush(): Deltas {
    const capped = this.spanWindows.capped + this.edgeWindows.capped;
    return { spans: this.spanWindows.flush(), edges: this.edgeWindows.flush(), capped };
  }
}
