/** What must arrive of a client that speaks Jaeger: tags and log fields have types, arrays are not among them. */
import * as sent from '../catalogue.ts';
import {
  attributes,
  events,
  kind,
  links,
  resource,
  sameSpans,
  scope,
  shortTraceId,
  status,
  type ExpectedEvent,
} from '../checks.ts';
import { asText, NOT_IN_CLIENT, NOT_IN_PROTOCOL, whole, type Check, type Expectations } from '../features.ts';
import { bool, int, string } from '../value.ts';
import { exceptionEvent } from './otlp_expectations.ts';
import { ROUNDING_NS } from './zipkin_expectations.ts';

const JAEGER: Expectations = {
  spans: whole(sameSpans(ROUNDING_NS)),
  text: whole(attributes('attributes', sent.TEXTS)),
  bool: whole(attributes('attributes', sent.BOOLS)),
  int64: whole(attributes('attributes', sent.INTS)),
  double: whole(attributes('attributes', sent.DOUBLES)),
  array: NOT_IN_CLIENT,
  map: NOT_IN_PROTOCOL,
  bytes: NOT_IN_CLIENT,
  events: NOT_IN_CLIENT,
  exception: NOT_IN_CLIENT,
  links: whole(
    links('links', {
      ...{ ...sent.LINK, traceState: '' },
      attributes: { 'opentracing.ref_type': string('follows_from') },
    }),
  ),
  status: NOT_IN_CLIENT,
  kinds: NOT_IN_CLIENT,
  resource: NOT_IN_CLIENT,
  scope: NOT_IN_PROTOCOL,
  remote: NOT_IN_CLIENT,
  shared: NOT_IN_PROTOCOL,
  shortId: NOT_IN_CLIENT,
  sampling: NOT_IN_CLIENT,
};

/** Its exporter logs an event's name as `message`. */
function logged({ name, attributes: rest, ...more }: ExpectedEvent): ExpectedEvent {
  return { name, attributes: { ...rest, message: string(name) }, ...more };
}

const RESOURCE = {
  'service.version': string('1.2.3'),
  'deployment.cores': int(2n),
  'deployment.spot': bool(true),
};

export const OPENTELEMETRY_PYTHON: Expectations = {
  ...JAEGER,
  array: asText(
    attributes('attributes', {
      texts: string("('a', 'ß')"),
      flags: string('(True, False)'),
      ints: string('(1, 9007199254740993)'),
      doubles: string('(0.5, -1.25)'),
    }),
  ),
  events: whole(
    events(
      'events',
      [
        logged({ name: sent.EVENT, attributes: sent.EVENT_ATTRIBUTES, afterNs: 1_000n }),
        logged({ name: sent.BARE_EVENT, attributes: {}, afterNs: 2_000n }),
      ],
      ROUNDING_NS,
    ),
  ),
  exception: whole(events('exception', [logged(exceptionEvent('ValueError'))])),
  status: whole(
    status('status ok', 'Ok', ''),
    status('status error', 'Error', sent.ERROR_MESSAGE),
    status('kind internal', 'Unset', ''),
  ),
  kinds: whole(...sent.KINDS.map((name) => kind(`kind ${name}`, name))),
  resource: whole(resource(RESOURCE)),
  scope: whole(scope('interop.scope', '0.9.1')),
  remote: whole(attributes('remote endpoint', { 'peer.service': string('orders-db') })),
};

/** Its thrift exporter writes the resource among the tags of every span and not of the process. */
export const OPENTELEMETRY_PYTHON_THRIFT: Expectations = {
  ...OPENTELEMETRY_PYTHON,
  resource: whole(attributes('root', RESOURCE)),
};

/** OpenTracing has no internal kind: a span without one has none. */
const OPENTRACING_KINDS: readonly Check[] = sent.KINDS.map((name) =>
  kind(`kind ${name}`, name === 'internal' ? 'unspecified' : name),
);

const OPENTRACING: Expectations = {
  ...JAEGER,
  events: whole(
    events('events', [
      { name: sent.EVENT, attributes: sent.EVENT_ATTRIBUTES },
      { name: sent.BARE_EVENT, attributes: {} },
    ]),
  ),
  exception: whole(
    events('exception', [{ name: 'error', attributes: { message: string('no such cart') } }]),
    status('exception', 'Error', ''),
  ),
  status: whole(status('status error', 'Error', ''), status('kind internal', 'Unset', '')),
  kinds: whole(...OPENTRACING_KINDS),
  resource: whole(
    resource({
      deployment: string('interop'),
      cores: int(2n),
      'jaeger.version': string('Python-4.8.0'),
    }),
  ),
  remote: whole(
    attributes('remote endpoint', { 'peer.service': string('orders-db'), 'peer.port': int(5432n) }),
  ),
};

/** As its README configures it: ids of 64 bits, every trace is kept. */
export const JAEGER_CLIENT: Expectations = {
  ...OPENTRACING,
  shortId: whole(shortTraceId('root')),
};

/** With ids of 128 bits, asking the collector how to sample. */
export const JAEGER_CLIENT_128: Expectations = {
  ...OPENTRACING,
  sampling: whole(attributes('root', { 'sampler.type': string('probabilistic'), 'sampler.param': int(1n) })),
};
