/** A stored trace as Jaeger's UI reads it. Pure. */
import type { ForeignTrace, TraceSpan } from '../foreign/foreign_store.ts';
import { clockAdjustments, type Adjustment } from './clock_skew.ts';
import { logOf, microseconds, spanTags, tagsOf, type JaegerLog, type JaegerTag } from './jaeger_tags.ts';
import { withUniqueIds } from './shared_ids.ts';

export interface JaegerReference {
  readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM';
  readonly traceID: string;
  readonly spanID: string;
}

export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  /** Absent when zero. */
  readonly flags?: number;
  readonly operationName: string;
  readonly references: readonly JaegerReference[];
  /** Unix microseconds. */
  readonly startTime: number;
  /** Microseconds. */
  readonly duration: number;
  readonly tags: readonly JaegerTag[];
  readonly logs: readonly JaegerLog[];
  readonly processID: string;
  readonly warnings: readonly string[] | null;
}

export interface JaegerProcess {
  readonly serviceName: string;
  readonly tags: readonly JaegerTag[];
}

export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, JaegerProcess>>;
  readonly warnings: readonly string[] | null;
}

export interface JaegerView {
  /** As stored: shared ids stay shared and clocks stay skewed. */
  readonly raw: boolean;
  readonly maxClockShiftNs: bigint;
}

const TRACE_FLAGS = 0xff;
const AS_STORED: Adjustment = { shiftNs: 0n, warnings: [] };

export function jaegerTrace(trace: ForeignTrace, { raw, maxClockShiftNs }: JaegerView): JaegerTrace {
  const spans = raw ? trace.spans : withUniqueIds(trace.spans);
  const adjustments = raw ? [] : clockAdjustments(spans.map(skewSpan), maxClockShiftNs);
  const processes = new Processes();
  return {
    traceID: jaegerTraceId(trace.facts.traceId),
    spans: spans.map((span, index) =>
      jaegerSpan(span, processes.idOf(span), adjustments[index] ?? AS_STORED),
    ),
    processes: processes.table,
    warnings: trace.truncated
      ? [`only the first ${trace.spans.length} of ${trace.facts.spans} spans are shown`]
      : null,
  };
}

/** Ids of 64 bits have 16 digits in Jaeger, all others 32. */
export function jaegerTraceId(traceId: string): string {
  return traceId.startsWith('0'.repeat(16)) ? traceId.slice(16) : traceId;
}

function jaegerSpan(span: TraceSpan, processID: string, { shiftNs, warnings }: Adjustment): JaegerSpan {
  const flags = span.flags & TRACE_FLAGS;
  const told = [...warnings, ...clockWarnings(span)];
  return {
    traceID: jaegerTraceId(span.traceId),
    spanID: span.spanId,
    ...(flags !== 0 && { flags }),
    operationName: span.name,
    references: references(span),
    startTime: microseconds(span.startNs + shiftNs),
    duration: microseconds(span.durationNs),
    tags: spanTags(span),
    logs: span.events.map((event) => logOf(event, shiftNs)),
    processID,
    warnings: told.length > 0 ? told : null,
  };
}

function clockWarnings({ reportedStartNs }: TraceSpan): string[] {
  if (reportedStartNs === null) return [];
  return [
    `no clock can be trusted with the reported start, ${reportedStartNs} ns: the time of arrival stands instead`,
  ];
}

function references(span: TraceSpan): JaegerReference[] {
  const traceID = jaegerTraceId(span.traceId);
  const parent: JaegerReference[] =
    span.parentSpanId === '' ? [] : [{ refType: 'CHILD_OF', traceID, spanID: span.parentSpanId }];
  const links = span.links
    .filter((link) => link.traceId !== '' && link.spanId !== '')
    .map(({ traceId, spanId, attributes }): JaegerReference => {
      // What came as a reference of Jaeger's says which kind it was.
      const refType = attributes['opentracing.ref_type'] === 'child_of' ? 'CHILD_OF' : 'FOLLOWS_FROM';
      return { refType, traceID: jaegerTraceId(traceId), spanID: spanId };
    });
  return [...parent, ...links];
}

/** `p1`, `p2`, ... as the spans bring them. */
class Processes {
  readonly table: Record<string, JaegerProcess> = {};
  private readonly ids = new Map<string, string>();

  idOf({ service, resourceAttributes }: TraceSpan): string {
    const key = JSON.stringify([service, resourceAttributes]);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = `p${this.ids.size + 1}`;
    this.ids.set(key, id);
    this.table[id] = { serviceName: service, tags: tagsOf(resourceAttributes, SERVICE_NAME) };
    return id;
  }
}

const SERVICE_NAME: ReadonlySet<string> = new Set(['service.name']);

function skewSpan({ spanId, parentSpanId, kind, startNs, durationNs, ...span }: TraceSpan) {
  return { spanId, parentSpanId, asynchronous: kind === 'Consumer', startNs, durationNs, host: hostOf(span) };
}

const HOST_ATTRIBUTES = ['host.id', 'host.ip', 'host.name', 'ip'];

/** Spans of a service whose host is not known are taken to share a clock. */
function hostOf({ resourceAttributes, service }: Pick<TraceSpan, 'resourceAttributes' | 'service'>): string {
  const name = HOST_ATTRIBUTES.find((key) => (resourceAttributes[key] ?? '') !== '');
  return name === undefined ? `service ${service}` : `host ${resourceAttributes[name] ?? ''}`;
}
