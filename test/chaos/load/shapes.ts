/**
 * The traces of a small shop, and of what goes wrong in one: what the load is made of. Each span says what is to become of
 * it in metrics and edges; nothing here is asked of the code under test.
 */
import {
  KIND_CLIENT,
  KIND_CONSUMER,
  KIND_INTERNAL,
  KIND_PRODUCER,
  KIND_SERVER,
} from '../../../services/core/otlp/fields.ts';
import { hex, UNSAMPLED, type PlannedSpan, type Sampling, type TraceBuilder } from './trace_builder.ts';

export interface Shape {
  /** Of all traces; the shares add up to 1. */
  readonly share: number;
  readonly sampling: Sampling;
  readonly build: (trace: TraceBuilder, largest: number) => void;
}

const PRODUCTS = 500;
/** The pieces of a trace come within this time, as the services' exporters happen to send. */
const SPREAD_MS = 3_000;
/** Beyond what settles a trace, within what ends its run. */
const LATE_MS = [7_000, 20_000] as const;
/** Beyond what ends its run, by the processor's default. */
const TOO_LATE_MS = [35_000, 45_000] as const;

export const SHAPES: readonly Shape[] = [
  { share: 0.4, sampling: UNSAMPLED, build: (trace) => page(trace) },
  { share: 0.15, sampling: UNSAMPLED, build: order },
  // 2^56 / (2^56 - T): half, a quarter and 11 of 16 were dropped.
  { share: 0.1, sampling: { traceState: 'ot=th:8', weight: 2 }, build: (trace) => page(trace) },
  { share: 0.05, sampling: { traceState: 'other=1,ot=th:c', weight: 4 }, build: order },
  { share: 0.05, sampling: { traceState: 'ot=rv:0123456789abcd;th:b', weight: 3.2 }, build: order },
  { share: 0.08, sampling: UNSAMPLED, build: orphan },
  { share: 0.08, sampling: UNSAMPLED, build: queueReader },
  { share: 0.049, sampling: UNSAMPLED, build: nightlyJob },
  { share: 0.03, sampling: UNSAMPLED, build: (trace) => page(trace, between(trace, LATE_MS)) },
  { share: 0.01, sampling: UNSAMPLED, build: (trace) => page(trace, between(trace, TOO_LATE_MS)) },
  { share: 0.001, sampling: UNSAMPLED, build: largeImport },
];

/** A page: the frontend calls catalog and checkout, checkout asks its database. The client of checkout comes `lateMs` after the rest. */
function page(trace: TraceBuilder, lateMs = 0): void {
  const { random } = trace;
  const soon = () => ({ afterMs: random() < 0.7 ? 0 : Math.floor(random() * SPREAD_MS) });
  const product = 1 + Math.floor(random() * PRODUCTS);
  const root = trace.add('frontend', null, `GET /products/${product}`, KIND_SERVER, {
    operation: 'GET /products/{}',
    ...soon(),
  });
  const browse = trace.add('frontend', root, 'GET', KIND_CLIENT, soon());
  const catalog = trace.add('catalog', browse, 'GET /products', KIND_SERVER, soon());
  trace.add('catalog', catalog, 'search', KIND_INTERNAL, soon());
  const isError = random() < 0.1;
  const buy = trace.add('frontend', root, 'POST', KIND_CLIENT, {
    ...{ isError, attributes: { 'server.address': 'checkout.internal:8080' } },
    ...{ peer: 'checkout.internal', peerType: 'rpc', afterMs: lateMs },
  });
  const checkout = trace.add('checkout', buy, 'POST /orders', KIND_SERVER, { isError, ...soon() });
  database(trace, checkout);
  trace.add('frontend', root, 'render', KIND_INTERNAL, soon());
}

function database(trace: TraceBuilder, parent: PlannedSpan): void {
  trace.add('checkout', parent, 'INSERT orders', KIND_CLIENT, {
    isError: trace.random() < 0.02,
    attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'orders' },
    ...{ peer: 'postgresql/orders', peerType: 'database' },
  });
}

/** An order goes through a queue to a worker, which sends a mail through a host that reports nothing. */
function order(trace: TraceBuilder): void {
  const { random } = trace;
  const queue = { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' };
  const root = trace.add('checkout', null, 'POST /orders', KIND_SERVER, { isError: random() < 0.05 });
  database(trace, root);
  const publish = trace.add('checkout', root, 'publish orders', KIND_PRODUCER, {
    ...{ attributes: queue, peer: 'orders', peerType: 'messaging' },
  });
  const afterMs = Math.floor(random() * SPREAD_MS);
  const process = trace.add('worker', publish, 'process orders', KIND_CONSUMER, {
    ...{ attributes: queue, peer: 'orders', peerType: 'messaging', afterMs },
  });
  trace.add('worker', process, 'SMTP', KIND_CLIENT, {
    ...{ attributes: { 'server.address': 'smtp.example' }, peer: 'smtp.example', peerType: 'rpc' },
    ...{ isError: random() < 0.2, afterMs },
  });
}

/** The parent of its top is never sent. */
function orphan(trace: TraceBuilder): void {
  const top = trace.add('catalog', hex(0xdead, 16), 'GET /products', KIND_SERVER);
  trace.add('catalog', top, 'search', KIND_INTERNAL, { afterMs: Math.floor(trace.random() * SPREAD_MS) });
}

/** A consumer whose producer is in no trace. */
function queueReader(trace: TraceBuilder): void {
  const root = trace.add('worker', null, 'process mails', KIND_CONSUMER, {
    attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': 'mails' },
    ...{ peer: 'mails', peerType: 'messaging', isError: trace.random() < 0.3 },
  });
  trace.add('worker', root, 'render', KIND_INTERNAL);
}

/** Parent and child in different services without a call that either reports. */
function nightlyJob(trace: TraceBuilder): void {
  const root = trace.add('cron', null, 'nightly', KIND_INTERNAL, { durationMs: 5_000 });
  trace.add('worker', root, 'clean up', KIND_INTERNAL, { isError: trace.random() < 0.1 });
  trace.add('worker', root, 'job 4711', KIND_INTERNAL, { operation: 'job {}' });
}

/** One trace of thousands of spans, larger than a fragment may be where the rate allows. */
function largeImport(trace: TraceBuilder, largest: number): void {
  const root = trace.add('importer', null, 'import', KIND_INTERNAL, { durationMs: 10_000 });
  for (let row = 1; row < largest; row++) {
    const afterMs = Math.floor(trace.random() * SPREAD_MS);
    trace.add('importer', root, `row ${row}`, KIND_INTERNAL, { operation: 'row {}', afterMs });
  }
}

function between({ random }: TraceBuilder, [from, to]: readonly [number, number]): number {
  return from + Math.floor(random() * (to - from));
}

export function pickShape(random: () => number): Shape {
  let rest = random();
  for (const shape of SHAPES) {
    rest -= shape.share;
    if (rest < 0) return shape;
  }
  const [first] = SHAPES;
  if (first === undefined) throw new Error('there are no shapes');
  return first;
}
