/**
 * Everything that is derived from fragments: the one entry for the processor's shell.
 *
 *     onFragment  analyse(fragment)       the summary; spans go into the metric windows
 *     onRunEnd    endRun(tenant, spans)   calls between services go into the edge windows
 *     onMark      flush()                 what was counted leaves
 *
 * Not for assembly (assembly.ts), nor for writing what comes out (trace_batch_writer.ts, platform/avro). Invariant: the same
 * calls in the same order give the same results; the caches in it change none.
 */
import { EdgeWindows } from '../metrics/edge_windows.ts';
import type { ServiceEdgeDelta, SpanMetricDelta } from '../metrics/deltas.ts';
import type { MetricLimits } from '../metrics/limits.ts';
import { OperationNames } from '../metrics/operation_name.ts';
import { SpanWindows } from '../metrics/span_windows.ts';
import { KIND_CONSUMER } from '../otlp/fields.ts';
import { SpanView } from '../otlp/span_view.ts';
import { WireError } from '../wire/cursor.ts';
import { CriticalPath } from './critical_path.ts';
import { countCalls } from './edges.ts';
import { readLinksWithin } from './links.ts';
import { PeerReader } from './peer.ts';
import type { EdgePeer, Fragment, SpanId, SpanTable } from './run.ts';
import { NO_LINKS, readSpanFacts } from './span_facts.ts';
import type { SpanFacts } from './span_facts.ts';
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
  private readonly operations = new OperationNames();
  private readonly peers = new PeerReader();
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
    const { view } = this;
    const facts: SpanFacts[] = [];
    for (const span of fragment.spans) {
      const read = readSpanFacts(span, fragment.receivedMs, this.operations, view);
      read.peer = this.readPeer();
      if (read.kind === KIND_CONSUMER) read.links = this.readLinks(fragment.traceId);
      facts.push(read);
      span.node.edge = read;
    }
    const tree = buildSpanTree(fragment, facts);
    const pathNs = this.criticalPath.of(facts, tree.parents, tree.top);
    for (let position = 0; position < facts.length; position++) {
      const span = facts[position];
      const node = fragment.spans[position]?.node;
      if (span === undefined || node === undefined) continue;
      this.spanWindows.add(fragment.tenant, span, pathNs[position] ?? 0, fragment.traceId, node);
    }
    return summarise(fragment, facts, tree, pathNs, view);
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

  /** Of the span that was read last, as its links. */
  private readPeer(): EdgePeer | null {
    try {
      return this.peers.read(this.view);
    } catch (error) {
      return unlessMalformed(error, null);
    }
  }

  private readLinks(traceId: string): readonly SpanId[] {
    try {
      return readLinksWithin(this.view, traceId);
    } catch (error) {
      return unlessMalformed(error, NO_LINKS);
    }
  }
}

/** Attributes and links were not looked into before: where they are malformed the span counts without them. */
function unlessMalformed<T>(error: unknown, fallback: T): T {
  if (error instanceof WireError) return fallback;
  throw error;
}
