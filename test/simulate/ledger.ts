/**
 * Who sent what and was told what, and the audit: what ClickHouse holds, and what it refused, must follow from it, row by row and sum
 * by sum.
 *
 * Every expectation is made from the spans as they were sent, never from what the pipeline says of them.
 */
import { SPAN_KINDS, SPAN_STATUSES, windowOf } from '../../services/core/metrics/deltas.ts';
import { STATUS_ERROR } from '../../services/core/otlp/fields.ts';
import type { NativeBlock } from '../support/native_block.ts';
import type { TestSpan } from '../support/otlp_bytes.ts';
import type { ExpectedLetter, Letters } from './letters.ts';
import type { SimClickHouse } from './sim_clickhouse.ts';
import { add, type Sums } from './sums.ts';

export interface SentSpan {
  readonly tenant: string;
  readonly service: string;
  readonly span: TestSpan;
  /** How many it stands for, sampled as it was. */
  readonly weight: number;
  /** The server of the call that this span makes; null where it makes none. A child span or a database's name. */
  readonly calls: {
    readonly server: string;
    readonly type: 'rpc' | 'database';
    readonly isError: boolean;
  } | null;
}

export class Ledger {
  readonly letters: ExpectedLetter[] = [];
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
  audit(clickhouse: SimClickHouse, letters: Letters): string[] {
    const rows = new Map<string, number>();
    const strangers: string[] = [];
    const count = (key: string, tenant: string | null): void => {
      rows.set(key, (rows.get(key) ?? 0) + 1);
      const sent = this.sent.get(key);
      if (sent === undefined) strangers.push(`span ${key} was never sent`);
      else if (tenant !== null && tenant !== sent.tenant) strangers.push(`span ${key} went to ${tenant}`);
    };
    for (const block of clickhouse.tables('otel_traces')) {
      each(block, SPAN_KEY, ([tenant, trace, span]) =>
        count(`${String(trace)}/${String(span)}`, String(tenant)),
      );
    }
    for (const key of letters.spans) count(key, null);
    const stored = [...this.sent].filter(([key]) => rows.has(key)).map(([, one]) => one);
    const compare = (summed: Summed, expected: Sums): string[] =>
      differences(summed.table, expected, foundIn(clickhouse, letters, summed));
    return [
      ...clickhouse.violations,
      ...letters.violations,
      ...strangers,
      ...[...rows].filter(([, n]) => n > 1).map(([key, n]) => `span ${key} is ${n} rows`),
      ...[...this.promised].filter((key) => !rows.has(key)).map((key) => `span ${key} is lost`),
      ...compare(SUMMARIES, expectedSummaries(stored)),
      ...compare(METRICS, expectedMetrics(stored)),
      ...compare(EDGES, expectedEdges(stored)),
    ];
  }
}

interface Summed {
  readonly table: string;
  readonly by: readonly string[];
  readonly sums: readonly string[];
}

const SPAN_KEY = ['Tenant', 'TraceId', 'SpanId'];
const SUMMARIES: Summed = {
  table: 'trace_summaries',
  by: ['Tenant', 'TraceId'],
  sums: ['Spans', 'Errors'],
};
const METRICS: Summed = {
  table: 'span_metrics',
  by: ['Tenant', 'ServiceName', 'SpanName', 'SpanKind', 'StatusCode', 'Time'],
  sums: ['Spans', 'Calls', 'Errors'],
};
const EDGES: Summed = {
  table: 'service_edges',
  by: ['Tenant', 'Client', 'Server', 'ConnectionType', 'Time'],
  sums: ['Calls', 'Errors'],
};

export const AUDITED_COLUMNS: readonly string[] = [SUMMARIES, METRICS, EDGES].reduce(
  (all, { by, sums }) => [...all, ...by, ...sums],
  SPAN_KEY,
);

/** In the table, and in what it refused. */
function foundIn(clickhouse: SimClickHouse, letters: Letters, { table, by, sums }: Summed): Sums {
  const found: Sums = new Map();
  for (const [key, values] of letters.sums.get(table) ?? []) add(found, [key], values);
  for (const block of clickhouse.tables(table)) {
    each(block, [...by, ...sums], (values) => {
      add(found, values.slice(0, by.length), values.slice(by.length).map(Number));
    });
  }
  return found;
}

function expectedSummaries(stored: readonly SentSpan[]): Sums {
  const expected: Sums = new Map();
  for (const { tenant, span } of stored) add(expected, [tenant, span.traceId], [1, errorOf(span)]);
  return expected;
}

function expectedMetrics(stored: readonly SentSpan[]): Sums {
  const expected: Sums = new Map();
  for (const { tenant, service, span, weight } of stored) {
    const kind = SPAN_KINDS[span.kind ?? 1];
    const status = SPAN_STATUSES[span.status ?? 0];
    const by = [tenant, service, span.name, kind, status, windowOf(span.startMs ?? 0)];
    add(expected, by, [1, weight, weight * errorOf(span)]);
  }
  return expected;
}

function expectedEdges(stored: readonly SentSpan[]): Sums {
  const expected: Sums = new Map();
  for (const { tenant, service, span, weight, calls } of stored) {
    if (calls === null) continue;
    const by = [tenant, service, calls.server, calls.type, windowOf(span.startMs ?? 0)];
    add(expected, by, [weight, calls.isError || errorOf(span) === 1 ? weight : 0]);
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

const keyOf = ({ traceId, spanId }: TestSpan): string => `${traceId}/${spanId}`;
const errorOf = ({ status }: TestSpan): number => (status === STATUS_ERROR ? 1 : 0);
