/**
 * Who sent what and was told what, and the audit: what ClickHouse holds must follow from it, row by row and sum by sum.
 *
 * Every expectation is made from the spans as they were sent, never from what the pipeline says of them.
 */
import { SPAN_KINDS, SPAN_STATUSES, windowOf } from '../../services/core/metrics/deltas.ts';
import { STATUS_ERROR } from '../../services/core/otlp/fields.ts';
import type { NativeBlock } from '../support/native_block.ts';
import type { TestSpan } from '../support/otlp_bytes.ts';
import type { SimClickHouse } from './sim_clickhouse.ts';

export interface SentSpan {
  readonly service: string;
  readonly span: TestSpan;
  /** The server of the call that this span makes; null where it makes none. A child span or a database's name. */
  readonly calls: {
    readonly server: string;
    readonly type: 'rpc' | 'database';
    readonly isError: boolean;
  } | null;
}

type Sums = Map<string, number[]>;

export class Ledger {
  private readonly sent = new Map<string, SentSpan>();
  private readonly promised = new Set<string>();

  get spans(): number {
    return this.sent.size;
  }

  onSent(spans: readonly SentSpan[]): void {
    for (const one of spans) this.sent.set(keyOf(one.span), one);
  }

  /** A client was told that these are safe. */
  onSuccess(spans: readonly SentSpan[]): void {
    for (const { span } of spans) this.promised.add(keyOf(span));
  }

  /** What is wrong, in words; empty where all is well. */
  audit(clickhouse: SimClickHouse): string[] {
    const rows = new Map<string, number>();
    for (const block of clickhouse.tables('otel_traces')) {
      each(block, SPAN_KEY, ([trace, span]) => {
        const key = `${String(trace)}/${String(span)}`;
        rows.set(key, (rows.get(key) ?? 0) + 1);
      });
    }
    const stored = [...this.sent].filter(([key]) => rows.has(key)).map(([, one]) => one);
    return [
      ...clickhouse.violations,
      ...[...rows].filter(([key]) => !this.sent.has(key)).map(([key]) => `span ${key} was never sent`),
      ...[...rows].filter(([, n]) => n > 1).map(([key, n]) => `span ${key} is ${n} rows`),
      ...[...this.promised].filter((key) => !rows.has(key)).map((key) => `span ${key} is lost`),
      ...differences('trace_summaries', expectedSummaries(stored), foundIn(clickhouse, SUMMARIES)),
      ...differences('span_metrics', expectedMetrics(stored), foundIn(clickhouse, METRICS)),
      ...differences('service_edges', expectedEdges(stored), foundIn(clickhouse, EDGES)),
    ];
  }
}

interface Summed {
  readonly table: string;
  readonly by: readonly string[];
  readonly sums: readonly string[];
}

const SUMMARIES: Summed = { table: 'trace_summaries', by: ['TraceId'], sums: ['Spans', 'Errors'] };
const METRICS: Summed = {
  table: 'span_metrics',
  by: ['ServiceName', 'SpanName', 'SpanKind', 'StatusCode', 'Time'],
  sums: ['Spans', 'Calls', 'Errors'],
};
const EDGES: Summed = {
  table: 'service_edges',
  by: ['Client', 'Server', 'ConnectionType', 'Time'],
  sums: ['Calls', 'Errors'],
};

const SPAN_KEY = ['TraceId', 'SpanId'];
export const AUDITED_COLUMNS: readonly string[] = [SUMMARIES, METRICS, EDGES].reduce(
  (all, { by, sums }) => [...all, ...by, ...sums],
  SPAN_KEY,
);

function foundIn(clickhouse: SimClickHouse, { table, by, sums }: Summed): Sums {
  const found: Sums = new Map();
  for (const block of clickhouse.tables(table)) {
    each(block, [...by, ...sums], (values) => {
      add(found, values.slice(0, by.length).join(' '), values.slice(by.length).map(Number));
    });
  }
  return found;
}

function expectedSummaries(stored: readonly SentSpan[]): Sums {
  const expected: Sums = new Map();
  for (const { span } of stored) add(expected, span.traceId, [1, errorOf(span)]);
  return expected;
}

function expectedMetrics(stored: readonly SentSpan[]): Sums {
  const expected: Sums = new Map();
  for (const { service, span } of stored) {
    const kind = SPAN_KINDS[span.kind ?? 1];
    const key = [service, span.name, kind, SPAN_STATUSES[span.status ?? 0], windowOf(span.startMs ?? 0)];
    add(expected, key.join(' '), [1, 1, errorOf(span)]);
  }
  return expected;
}

function expectedEdges(stored: readonly SentSpan[]): Sums {
  const expected: Sums = new Map();
  for (const { service, span, calls } of stored) {
    if (calls === null) continue;
    const key = [service, calls.server, calls.type, windowOf(span.startMs ?? 0)].join(' ');
    add(expected, key, [1, calls.isError || errorOf(span) === 1 ? 1 : 0]);
  }
  return expected;
}

function differences(table: string, expected: Sums, found: Sums): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((key) => {
    const [is, should] = [found, expected].map((sums) => sums.get(key)?.join(' ') ?? 'nothing');
    return is === should ? [] : [`${table} ${key}: ${is}, not ${should}`];
  });
}

function each(block: NativeBlock, columns: readonly string[], visit: (values: unknown[]) => void): void {
  const values = columns.map((name) => {
    const column = block.get(name);
    if (column === undefined) throw new Error(`there is no column ${name}`);
    return column;
  });
  for (let row = 0; row < (values[0]?.length ?? 0); row++) visit(values.map((column) => column[row]));
}

function add(sums: Sums, key: string, values: readonly number[]): void {
  const known = sums.get(key);
  sums.set(key, known === undefined ? [...values] : known.map((value, i) => value + (values[i] ?? 0)));
}

const keyOf = ({ traceId, spanId }: TestSpan): string => `${traceId}/${spanId}`;
const errorOf = ({ status }: TestSpan): number => (status === STATUS_ERROR ? 1 : 0);
