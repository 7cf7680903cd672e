/**
 * Finds the spans of a record, each with its header, and turns away what is no span.
 *
 * Not for what becomes of a span (assembly.ts). One view is reused: it is good during the call that gets it. A fault inside a
 * span or a resource costs that span or that resource, never the record around it.
 */
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
    for (let i = 0; i < index.count; i++) {
      const header = headers[index.group[i] ?? 0] ?? null;
      const reason = header === null ? 'malformed_resource' : this.viewSpan(record.value, i);
      if (header === null || reason !== null) this.reject(reason ?? 'malformed_resource', record, i);
      else take(this.view, header);
    }
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

  private reject(reason: RejectReason, record: LogRecord, i: number): void {
    const group = this.index.groups[this.index.group[i] ?? 0];
    if (group === undefined) return;
    const span = { group, start: this.index.start[i] ?? 0, end: this.index.end[i] ?? 0 };
    this.listener.onRejected(reason, record, span, reason.replaceAll('_', ' '));
  }
}
