/**
 * A database that is only a client: tables in this process' memory, behind spans and waiting times like those of a
 * PostgreSQL at the other end of a network. Tables forget their oldest rows, so memory stays flat.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { SpanKind, trace, type Span } from '@opentelemetry/api';

const tracer = trace.getTracer('shop.database');

export interface Statement {
  readonly operation: 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
  readonly table: string;
  /** With placeholders: values stay out of the trace. */
  readonly text: string;
  /** A query without an index, say. */
  readonly extraMs?: number;
}

const FASTEST_MS = 1;
const USUAL_SPREAD_MS = 3;

export class Database {
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  /** Runs `work` as the statement: one client span, and the time that a server would take. */
  query<T>(statement: Statement, work: () => T): Promise<T> {
    const { operation, table } = statement;
    const attributes = {
      'db.system.name': 'postgresql',
      'db.namespace': this.#namespace,
      'db.collection.name': table,
      'db.operation.name': operation,
      'db.query.text': statement.text,
      'server.address': `postgres-${this.#namespace}.shop.internal`,
      'server.port': 5432,
    };
    const options = { kind: SpanKind.CLIENT, attributes };
    return tracer.startActiveSpan(`${operation} ${table}`, options, async (span: Span) => {
      try {
        await delay(FASTEST_MS + Math.random() * USUAL_SPREAD_MS + (statement.extraMs ?? 0));
        return work();
      } finally {
        span.end();
      }
    });
  }
}

/** Rows by key; beyond `limit` the oldest goes. */
export class Table<V> {
  readonly #rows = new Map<string, V>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    return this.#rows.get(key);
  }

  set(key: string, row: V): void {
    this.#rows.delete(key);
    this.#rows.set(key, row);
    if (this.#rows.size <= this.#limit) return;
    const [oldest] = this.#rows.keys();
    if (oldest !== undefined) this.#rows.delete(oldest);
  }

  delete(key: string): void {
    this.#rows.delete(key);
  }
}
