/** Instrumented Flask and urllib3: one trace across two processes. */
import type { ArrivedSpan } from '../arrived_spans.ts';
import type { Client } from '../client.ts';
import { NOT_IN_CLIENT, NOT_IN_PROTOCOL, whole, type Check, type Expectations } from '../features.ts';
import { python, pythonToolchain } from './python.ts';

/** Service (after the client's own), name and kind, from the root on: each is the parent of the next. */
const CHAIN = [
  ['', 'GET /carts/<cart>', 'server'],
  ['', 'POST', 'client'],
  ['-payment', 'POST /charges', 'server'],
] as const;

function chain({ arrived, service }: Parameters<Check>[0]): ArrivedSpan[] {
  return CHAIN.flatMap(([of, name, kind]) =>
    arrived.filter((span) => span.service === service + of && span.name === name && span.kind === kind),
  );
}

const oneTrace: Check = (evidence) => {
  const spans = chain(evidence);
  if (evidence.arrived.length !== CHAIN.length || spans.length !== CHAIN.length) {
    const names = evidence.arrived.map(({ service, name, kind }) => `${service} ${name} (${kind})`);
    return `not the three spans of the request: ${names.join(', ')}`;
  }
  if (new Set(spans.map(({ traceId }) => traceId)).size !== 1) return 'they are not of one trace';
  const parents = spans.map(({ parentSpanId }) => parentSpanId);
  const expected = ['', ...spans.slice(0, -1).map(({ spanId }) => spanId)];
  return parents.join() === expected.join() ? null : 'they are not parent and child';
};

const statusCodes: Check = (evidence) => {
  const codes = chain(evidence).map(({ attributes }) => attributes['http.status_code']);
  return codes.join() === 'int 200,int 402,int 402' ? null : `http.status_code: ${codes.join()}`;
};

/** A client's span of a refused call is an error, a server's of a refusal is none. */
const statuses: Check = (evidence) => {
  const found = chain(evidence).map(({ status }) => status);
  return found.join() === 'Unset,Error,Unset' ? null : `status: ${found.join()}`;
};

const EXPECTED: Expectations = {
  spans: whole(oneTrace),
  text: NOT_IN_CLIENT,
  bool: NOT_IN_CLIENT,
  int64: whole(statusCodes),
  double: NOT_IN_CLIENT,
  array: NOT_IN_CLIENT,
  map: NOT_IN_CLIENT,
  bytes: NOT_IN_CLIENT,
  events: NOT_IN_CLIENT,
  exception: NOT_IN_CLIENT,
  links: NOT_IN_CLIENT,
  status: whole(statuses),
  kinds: whole(oneTrace),
  resource: NOT_IN_CLIENT,
  scope: NOT_IN_CLIENT,
  remote: NOT_IN_CLIENT,
  shared: NOT_IN_PROTOCOL,
  shortId: NOT_IN_CLIENT,
  sampling: NOT_IN_CLIENT,
};

export const FLASK_CLIENT: Client = {
  id: 'python-flask',
  library: 'Flask 3.1 and urllib3 2.8, instrumented 0.66b1',
  protocol: 'OTLP/HTTP',
  toolchain: pythonToolchain('otlp'),
  expected: EXPECTED,
  command: ({ otlpHttp }, service) =>
    python('otlp', 'flask_trace.py', { INTEROP_PORT: String(otlpHttp), INTEROP_SERVICE: service }),
};
