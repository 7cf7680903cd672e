/** The dead letters at the end of a run: which were to be expected, and what those hold that ClickHouse refused. */
import { DEAD_LETTER_HEADERS } from '../../services/core/contracts.ts';
import { SpanIndex } from '../../services/core/otlp/span_index.ts';
import { readSpanView, SpanView } from '../../services/core/otlp/span_view.ts';
import { TraceBatchReader } from '../../services/core/trace/trace_batch_reader.ts';
import {
  decodeServiceEdgeDeltas,
  decodeSpanMetricDeltas,
  EDGE_SCHEMA,
  METRIC_SCHEMA,
} from '../../services/platform/avro/codec.ts';
import type { IncomingRecord } from '../../services/platform/kafka/port.ts';
import { FORBIDDEN } from './forbidden.ts';
import { add, type Sums } from './sums.ts';

/** A record that has to become one dead letter. */
export interface ExpectedLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  /** Null where the letter holds a part of it. */
  readonly value: Buffer | null;
}

export interface Letters {
  readonly violations: readonly string[];
  /** Refused rows of otel_traces, as trace id / span id. */
  readonly spans: readonly string[];
  /** Refused rows of the other tables. */
  readonly sums: ReadonlyMap<string, Sums>;
}

export function readLetters(
  records: readonly IncomingRecord[],
  expected: readonly ExpectedLetter[],
): Letters {
  const violations: string[] = [];
  const spans: string[] = [];
  const sums = new Map<string, Sums>(Object.keys(FORBIDDEN).map((table) => [table, new Map()]));
  const open = new Map(expected.map((letter) => [nameOf(letter), letter]));
  for (const record of records) {
    const { reason, error, ...place } = headersOf(record);
    if (reason === 'refused') {
      const [table = ''] = error.split(':');
      const isBad = record.value.includes(FORBIDDEN[table] ?? table);
      if (!isBad) violations.push(`a good row of ${table} is a dead letter: ${error}`);
      readRefused(table, record.value, spans, sums.get(table) ?? new Map<string, number[]>());
      continue;
    }
    const name = nameOf({ ...place, reason });
    const letter = open.get(name);
    if (letter === undefined) violations.push(`dead letter that nobody expected, or twice: ${name} ${error}`);
    else if (letter.value?.equals(record.value) === false) violations.push(`other bytes in ${name}`);
    open.delete(name);
  }
  return {
    violations: [...violations, ...[...open.keys()].map((name) => `no dead letter: ${name}`)],
    spans,
    sums,
  };
}

function headersOf({ headers }: IncomingRecord) {
  const text = (name: string): string => headers[name]?.toString() ?? '';
  return {
    reason: text(DEAD_LETTER_HEADERS.reason),
    error: text(DEAD_LETTER_HEADERS.error),
    topic: text(DEAD_LETTER_HEADERS.topic),
    partition: Number(text(DEAD_LETTER_HEADERS.partition)),
    offset: Number(text(DEAD_LETTER_HEADERS.offset)),
  };
}

const nameOf = ({ topic, partition, offset, reason }: Omit<ExpectedLetter, 'value'>): string =>
  `${topic}/${partition} ${offset} ${reason}`;

function readRefused(table: string, value: Buffer, spans: string[], sums: Sums): void {
  switch (table) {
    case 'otel_traces':
      spans.push(...spanKeys(value));
      return;
    case 'trace_summaries': {
      const reader = new TraceBatchReader();
      reader.read(value);
      for (const { tenant, traceIdStart, summary } of reader.traces) {
        const traceId = value.toString('hex', traceIdStart, traceIdStart + 16);
        add(sums, [tenant, traceId], [summary.spans, summary.errors]);
      }
      return;
    }
    case 'span_metrics':
      for (const delta of decodeSpanMetricDeltas(value, METRIC_SCHEMA)) {
        const { tenant, service, operation, kind, status, windowStart } = delta;
        const by = [tenant, service, operation, kind, status, windowStart];
        add(sums, by, [delta.spans, delta.calls, delta.errors]);
      }
      return;
    case 'service_edges':
      for (const delta of decodeServiceEdgeDeltas(value, EDGE_SCHEMA)) {
        const { tenant, client, server, connectionType, windowStart } = delta;
        add(sums, [tenant, client, server, connectionType, windowStart], [delta.calls, delta.errors]);
      }
  }
}

function spanKeys(value: Buffer): string[] {
  const index = new SpanIndex();
  const view = new SpanView();
  index.read(value);
  return Array.from({ length: index.count }, (_, i) => {
    readSpanView(view, value, index.start[i] ?? 0, index.end[i] ?? 0);
    const traceId = value.toString('hex', view.traceIdStart, view.traceIdStart + 16);
    return `${traceId}/${value.toString('hex', view.spanIdStart, view.spanIdStart + 8)}`;
  });
}
