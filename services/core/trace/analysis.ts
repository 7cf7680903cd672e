/**
 * What assembly tells the world outside: the one place where fragments, ends of runs and marks of stream time arrive.
 * Implemented by the processor's analysis (metrics, edges, summaries) and by the tests' recorders.
 */
import type { Fragment, SpanTable } from './run.ts';

export interface AssemblyListener {
  /** A fragment is sent. `offset` is the record that made it leave. */
  onFragment(fragment: Fragment, offset: number): void;
  /** A run ended: nothing can follow. Calls to peers that never answered are counted now. */
  onRunEnd(tenant: string, spans: SpanTable): void;
  /** Stream time crossed a mark: what was counted since the last one leaves. */
  onMark(offset: number): void;
}
