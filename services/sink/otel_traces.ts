/**
 * Rows of `otel_traces`, straight from the bytes of spans: nothing of a span becomes a JavaScript string but what has to be
 * converted. A row is appended column by column; where the span turns out to be malformed, what was appended has to be
 * rolled back by the caller.
 */
import { LowCardinalityColumn } from '../core/native/low_cardinality_column.ts';
import { ArrayColumn, copyMapRow, MapColumn, RowEnds } from '../core/native/nested_columns.ts';
import { float64Column, uint32Column, Wide64Column } from '../core/native/number_columns.ts';
import { StringColumn } from '../core/native/string_columns.ts';
import { TableRows, type NamedColumn } from '../core/native/block.ts';
import { SPAN_KINDS, SPAN_STATUSES } from '../core/metrics/deltas.ts';
import * as otlp from '../core/otlp/fields.ts';
import { hasParent, readSpanView, SpanView, startTimeMs } from '../core/otlp/span_view.ts';
import { adjustedCount } from '../core/sampling/adjusted_count.ts';
import { isWildClock } from '../core/trace/clamp.ts';
import type { BatchHeader, BatchTrace } from '../core/trace/trace_batch.ts';
import { fromMs } from '../core/trace/unix_time.ts';
import { advance, Cursor, readLength, readTag, seek, skipValue, uint32At } from '../core/wire/cursor.ts';
import { appendPair } from './attribute_pair.ts';

const attributesColumn = () => new MapColumn(new LowCardinalityColumn(), new StringColumn());

/** No row of the block has been written for a header yet. */
const NO_ROW = -1;

export class OtelTraces {
  private readonly timestamp = new Wide64Column('DateTime64(9)');
  private readonly traceId = new StringColumn();
  private readonly spanId = new StringColumn();
  private readonly parentSpanId = new StringColumn();
  private readonly traceState = new LowCardinalityColumn();
  private readonly spanName = new LowCardinalityColumn();
  private readonly spanKind = new LowCardinalityColumn();
  private readonly serviceName = new LowCardinalityColumn();
  private readonly resourceAttributes = new MapColumn(new LowCardinalityColumn(), new LowCardinalityColumn());
  private readonly scopeName = new LowCardinalityColumn();
  private readonly scopeVersion = new LowCardinalityColumn();
  private readonly spanAttributes = attributesColumn();
  private readonly duration = new Wide64Column('UInt64');
  private readonly statusCode = new LowCardinalityColumn();
  private readonly statusMessage = new StringColumn();
  /** Where the rows of all columns of events end, and of links. */
  private readonly eventEnds = new RowEnds();
  private readonly eventTimestamps = new ArrayColumn(new Wide64Column('DateTime64(9)'), this.eventEnds);
  private readonly eventNames = new ArrayColumn(new LowCardinalityColumn(), this.eventEnds);
  private readonly eventAttributes = new ArrayColumn(attributesColumn(), this.eventEnds);
  private readonly linkEnds = new RowEnds();
  private readonly linkTraceIds = new ArrayColumn(new StringColumn(), this.linkEnds);
  private readonly linkSpanIds = new ArrayColumn(new StringColumn(), this.linkEnds);
  private readonly linkTraceStates = new ArrayColumn(new StringColumn(), this.linkEnds);
  private readonly linkAttributes = new ArrayColumn(attributesColumn(), this.linkEnds);
  private readonly tenant = new LowCardinalityColumn();
  private readonly weight = float64Column();
  private readonly flags = uint32Column();
  private readonly reportedTimestamp = new Wide64Column('UInt64');
  private readonly fragment = uint32Column();

  readonly rows = new TableRows('otel_traces', this.columns());

  private readonly view = new SpanView();
  private readonly cursor = new Cursor(new Uint8Array(0));
  /** For each header of the current batch record, the row that first came under it: later rows copy from there. */
  private readonly rowOfHeader: number[] = [];

  /** Forgets the headers of the last record; also after a rollback. */
  startHeaders(): void {
    this.rowOfHeader.length = 0;
  }

  /** Appends the row of the span `buf[start, end)`. Throws WireError, with some columns longer than others. */
  append(
    buf: Uint8Array,
    start: number,
    end: number,
    trace: BatchTrace,
    header: BatchHeader,
    headerPosition: number,
  ): void {
    const { view } = this;
    readSpanView(view, buf, start, end);
    this.appendRepeated(buf, view.othersStart, end);
    this.appendTimes(trace.receivedMs);
    this.traceId.appendHex(buf, view.traceIdStart, view.traceIdEnd);
    this.spanId.appendHex(buf, view.spanIdStart, view.spanIdEnd);
    if (hasParent(view)) this.parentSpanId.appendHex(buf, view.parentIdStart, view.parentIdEnd);
    else this.parentSpanId.appendEmpty();
    this.traceState.append(buf, view.traceStateStart, view.traceStateEnd);
    this.spanName.append(buf, view.nameStart, view.nameEnd);
    this.spanKind.appendText(SPAN_KINDS[view.kind] ?? SPAN_KINDS[0]);
    this.statusCode.appendText(SPAN_STATUSES[view.statusCode] ?? SPAN_STATUSES[0]);
    this.statusMessage.append(buf, view.statusMessageStart, view.statusMessageEnd);
    this.weight.append(adjustedCount(buf, view.traceStateStart, view.traceStateEnd));
    this.flags.append(view.flags);
    this.tenant.appendText(trace.tenant);
    this.fragment.append(trace.fragment);
    this.appendHeader(buf, header, headerPosition);
  }

  /** Attributes, events and links: what a span has any number of. */
  private appendRepeated(buf: Uint8Array, start: number, end: number): void {
    const { cursor } = this;
    seek(cursor, buf, start, end);
    while (cursor.pos < end) {
      const tag = readTag(cursor);
      if (tag === otlp.SPAN_ATTRIBUTES) appendPair(this.spanAttributes, cursor);
      else if (tag === otlp.SPAN_EVENTS) this.appendEvent(cursor);
      else if (tag === otlp.SPAN_LINKS) this.appendLink(cursor);
      else skipValue(cursor, tag);
    }
    this.spanAttributes.endRow();
    this.eventNames.endRow();
    this.linkSpanIds.endRow();
  }

  /** The start that counts (a wild clock's is the time of receipt), and the duration as reported. */
  private appendTimes(receivedMs: number): void {
    const { view } = this;
    if (isWildClock(startTimeMs(view), receivedMs)) {
      const received = fromMs(receivedMs);
      this.timestamp.append(received.low, received.high);
      this.reportedTimestamp.append(view.startTimeLow, view.startTimeHigh);
    } else {
      this.timestamp.append(view.startTimeLow, view.startTimeHigh);
      this.reportedTimestamp.append(0, 0);
    }
    const borrow = view.endTimeLow < view.startTimeLow ? 1 : 0;
    const high = view.endTimeHigh - view.startTimeHigh - borrow;
    if (high < 0) this.duration.append(0, 0);
    else this.duration.append(view.endTimeLow - view.startTimeLow, high);
  }

  /** What the resource and the scope say, read once and then copied from the row that had it. */
  private appendHeader(buf: Uint8Array, header: BatchHeader, position: number): void {
    const known = this.rowOfHeader[position] ?? NO_ROW;
    if (known !== NO_ROW) {
      this.serviceName.appendCopy(known);
      this.scopeName.appendCopy(known);
      this.scopeVersion.appendCopy(known);
      copyMapRow(this.resourceAttributes, known);
      return;
    }
    const row = this.serviceName.rows;
    this.serviceName.appendText(header.service);
    this.appendScope(buf, header.scopeStart, header.scopeEnd);
    const { cursor } = this;
    seek(cursor, buf, header.resourceStart, header.resourceEnd);
    while (cursor.pos < cursor.end) {
      const tag = readTag(cursor);
      if (tag === otlp.RESOURCE_ATTRIBUTES) appendPair(this.resourceAttributes, cursor);
      else skipValue(cursor, tag);
    }
    this.resourceAttributes.endRow();
    this.rowOfHeader[position] = row;
  }

  private appendScope(buf: Uint8Array, start: number, end: number): void {
    const { cursor } = this;
    let [nameStart, nameEnd, versionStart, versionEnd] = [start, start, start, start];
    seek(cursor, buf, start, end);
    while (cursor.pos < end) {
      const tag = readTag(cursor);
      if (tag === otlp.SCOPE_NAME) {
        const length = readLength(cursor);
        nameStart = cursor.pos;
        nameEnd = cursor.pos += length;
      } else if (tag === otlp.SCOPE_VERSION) {
        const length = readLength(cursor);
        versionStart = cursor.pos;
        versionEnd = cursor.pos += length;
      } else {
        skipValue(cursor, tag);
      }
    }
    this.scopeName.append(buf, nameStart, nameEnd);
    this.scopeVersion.append(buf, versionStart, versionEnd);
  }

  /** Event { 1: time (fixed64)  2: name  3: attributes* }; the cursor stands before its length. */
  private appendEvent(outer: Cursor): void {
    const { buf } = outer;
    const length = readLength(outer);
    const cursor = new Cursor(buf, outer.pos, outer.pos + length);
    outer.pos += length;
    let [timeLow, timeHigh, nameStart, nameEnd] = [0, 0, 0, 0];
    const attributes = this.eventAttributes.elements;
    while (cursor.pos < cursor.end) {
      const tag = readTag(cursor);
      if (tag === otlp.EVENT_TIME) {
        const at = advance(cursor, 8);
        timeLow = uint32At(buf, at);
        timeHigh = uint32At(buf, at + 4);
      } else if (tag === otlp.EVENT_NAME) {
        const nameLength = readLength(cursor);
        nameStart = cursor.pos;
        nameEnd = cursor.pos += nameLength;
      } else if (tag === otlp.EVENT_ATTRIBUTES) {
        appendPair(attributes, cursor);
      } else {
        skipValue(cursor, tag);
      }
    }
    attributes.endRow();
    this.eventTimestamps.elements.append(timeLow, timeHigh);
    this.eventNames.elements.append(buf, nameStart, nameEnd);
  }

  /** Link { 1: trace_id  2: span_id  3: trace_state  4: attributes* }; the cursor stands before its length. */
  private appendLink(outer: Cursor): void {
    const { buf } = outer;
    const length = readLength(outer);
    const cursor = new Cursor(buf, outer.pos, outer.pos + length);
    outer.pos += length;
    let [traceStart, traceEnd, spanStart, spanEnd, stateStart, stateEnd] = [0, 0, 0, 0, 0, 0];
    const attributes = this.linkAttributes.elements;
    while (cursor.pos < cursor.end) {
      const tag = readTag(cursor);
      if (tag === otlp.LINK_ATTRIBUTES) {
        appendPair(attributes, cursor);
      } else if (tag === otlp.LINK_TRACE_ID || tag === otlp.LINK_SPAN_ID || tag === otlp.LINK_TRACE_STATE) {
        const partLength = readLength(cursor);
        const at = cursor.pos;
        cursor.pos += partLength;
        if (tag === otlp.LINK_TRACE_ID) [traceStart, traceEnd] = [at, cursor.pos];
        else if (tag === otlp.LINK_SPAN_ID) [spanStart, spanEnd] = [at, cursor.pos];
        else [stateStart, stateEnd] = [at, cursor.pos];
      } else {
        skipValue(cursor, tag);
      }
    }
    attributes.endRow();
    this.linkTraceIds.elements.appendHex(buf, traceStart, traceEnd);
    this.linkSpanIds.elements.appendHex(buf, spanStart, spanEnd);
    this.linkTraceStates.elements.append(buf, stateStart, stateEnd);
  }

  private columns(): NamedColumn[] {
    return [
      ['Timestamp', this.timestamp],
      ['TraceId', this.traceId],
      ['SpanId', this.spanId],
      ['ParentSpanId', this.parentSpanId],
      ['TraceState', this.traceState],
      ['SpanName', this.spanName],
      ['SpanKind', this.spanKind],
      ['ServiceName', this.serviceName],
      ['ResourceAttributes', this.resourceAttributes],
      ['ScopeName', this.scopeName],
      ['ScopeVersion', this.scopeVersion],
      ['SpanAttributes', this.spanAttributes],
      ['Duration', this.duration],
      ['StatusCode', this.statusCode],
      ['StatusMessage', this.statusMessage],
      ['Events.Timestamp', this.eventTimestamps],
      ['Events.Name', this.eventNames],
      ['Events.Attributes', this.eventAttributes],
      ['Links.TraceId', this.linkTraceIds],
      ['Links.SpanId', this.linkSpanIds],
      ['Links.TraceState', this.linkTraceStates],
      ['Links.Attributes', this.linkAttributes],
      ['Tenant', this.tenant],
      ['Weight', this.weight],
      ['Flags', this.flags],
      ['ReportedTimestamp', this.reportedTimestamp],
      ['Fragment', this.fragment],
    ];
  }
}
