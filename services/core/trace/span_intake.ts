/**
 * Finds the spans of a record, each with its header, and turns away what is no span.
 *
 * Not for what becomes of a span (assembly.ts). One view is reused: it is good during the call that gets it. A fault inside a
 * span or a resource costs that span or that resource, never the record around it.
 */
import type { Extent } from '../otlp/rejected_span.ts';
import { SpanIndex } from '../otlp/span_index.ts';
import { findInvalidId, readSpanView, SpanView } from '../otlp/span_view.ts';
import { WireError } from '../wire/cursor.ts';
import type { AssemblyListener, RejectReason } from './analysis.ts';
import type { LogRecord } from './assembly.ts';
import { HeaderTable } from './header_table.ts';
import type { SpanHeader } from './run.ts';

export class SpanIntake {
  private readonly listener: AssemblyListener;
  private readonly index = new SpanIndex();
  private readonly view = new SpanView();
  private readonly headers = new HeaderTable();

  constructor(listener: AssemblyListener) {
    this.listener = listener;
  }

  /** Calls `take` for every span of the record, in order; the rest is rejected to the listener. */
  read(record: LogRecord, take: (view: SpanView, header: SpanHeader) => void): void {
    const { index } = this;
    try {
      index.read(record.value);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.listener.onRejected('malformed_record', record, null, error.message);
      return;
    }
    const headers = this.internHeaders(record);
    // By group: spans under a resource that is none go as one, since the resource in each might be more than memory holds.
    const underNone = new Map<number, Extent[]>();
    for (let i = 0; i < index.count; i++) {
      const group = index.group[i] ?? 0;
      const header = headers[group] ?? null;
      if (header === null) {
        const spans = underNone.get(group);
        if (spans === undefined) underNone.set(group, [this.extent(i)]);
        else spans.push(this.extent(i));
        continue;
      }
      const reason = this.viewSpan(record.value, i);
      if (reason === null) take(this.view, header);
      else this.reject(reason, record, group, [this.extent(i)]);
    }
    for (const [group, spans] of underNone) this.reject('malformed_resource', record, group, spans);
  }

  private extent(i: number): Extent {
    return { start: this.index.start[i] ?? 0, end: this.index.end[i] ?? 0 };
  }

  /** The header of each group; null where its resource is no message. */
  private internHeaders(record: LogRecord): (SpanHeader | null)[] {
    return this.index.groups.map((group) => {
      try {
        return this.headers.intern(record.value, group);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        return null;
      }
    });
  }

  private viewSpan(value: Uint8Array, i: number): RejectReason | null {
    try {
      readSpanView(this.view, value, this.index.start[i] ?? 0, this.index.end[i] ?? 0);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return 'malformed_span';
    }
    return findInvalidId(this.view);
  }

  private reject(reason: RejectReason, record: LogRecord, position: number, spans: readonly Extent[]): void {
    const group = this.index.groups[position];
    if (group === undefined) return;
    this.listener.onRejected(reason, record, { group, spans }, reason.replaceAll('_', ' '));
  }
}
