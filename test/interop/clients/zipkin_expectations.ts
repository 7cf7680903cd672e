/** What must arrive of a client that speaks Zipkin. Its tags are text; kinds, times and endpoints have fields of their own. */
import * as sent from '../catalogue.ts';
import {
  attributes,
  events,
  kind,
  resource,
  sameSpans,
  scope,
  sharedHalves,
  shortTraceId,
  status,
} from '../checks.ts';
import { asText, NOT_IN_CLIENT, NOT_IN_PROTOCOL, whole, type Expectations } from '../features.ts';
import { int, string } from '../value.ts';
import { exceptionEvent } from './otlp_expectations.ts';

/** Nanoseconds that microseconds leave out. */
export const ROUNDING_NS = 999n;

/** Of a client that knows Zipkin's own model. */
const ZIPKIN: Expectations = {
  spans: whole(sameSpans(ROUNDING_NS)),
  text: whole(attributes('attributes', sent.TEXTS)),
  bool: asText(attributes('attributes', sent.textsOf(sent.BOOLS))),
  int64: asText(attributes('attributes', sent.textsOf(sent.INTS))),
  double: asText(attributes('attributes', sent.textsOf(sent.DOUBLES))),
  array: NOT_IN_PROTOCOL,
  map: NOT_IN_PROTOCOL,
  bytes: NOT_IN_PROTOCOL,
  events: whole(
    events('events', [
      { name: sent.EVENT, attributes: {}, atNs: 1_700_000_000_500_000_000n },
      { name: sent.BARE_EVENT, attributes: {}, atNs: 1_700_000_001_250_000_000n },
    ]),
  ),
  exception: NOT_IN_CLIENT,
  links: NOT_IN_PROTOCOL,
  status: whole(status('status error', 'Error', sent.ERROR_MESSAGE), status('kind internal', 'Unset', '')),
  kinds: whole(...sent.KINDS.map((name) => kind(`kind ${name}`, name))),
  resource: NOT_IN_PROTOCOL,
  scope: NOT_IN_PROTOCOL,
  remote: whole(
    attributes('remote endpoint', {
      'peer.service': string('orders-db'),
      'net.peer.ip': string('192.0.2.9'),
      'net.peer.port': int(5432n),
      'net.host.ip': string('192.0.2.7'),
      'net.host.port': int(8080n),
    }),
  ),
  shared: whole(sharedHalves),
  shortId: whole(shortTraceId('64-bit root')),
  sampling: NOT_IN_PROTOCOL,
};

/** It keeps times as floating-point seconds, which its encoders round each in their own way. */
const FLOATING_SECONDS = whole(sameSpans(2n * ROUNDING_NS));

export const PY_ZIPKIN: Expectations = {
  ...ZIPKIN,
  spans: FLOATING_SECONDS,
  bool: asText(attributes('attributes', { 'flag.true': string('True'), 'flag.false': string('False') })),
};

/** Binary annotations of v1 have types. */
export const PY_ZIPKIN_TYPED: Expectations = {
  ...ZIPKIN,
  spans: FLOATING_SECONDS,
  bool: whole(attributes('attributes', sent.BOOLS)),
  int64: whole(attributes('attributes', sent.INTS)),
  double: whole(attributes('attributes', sent.DOUBLES)),
};

const javaDouble = (text: string): string => text.replace('e+', 'E');

export const ZIPKIN_REPORTER: Expectations = {
  ...ZIPKIN,
  double: asText(attributes('attributes', sent.textsOf(sent.DOUBLES, javaDouble))),
};

export const BRAVE: Expectations = {
  ...ZIPKIN_REPORTER,
  exception: whole(status('exception', 'Error', 'no such cart')),
};

/** An OpenTelemetry SDK writes into tags and annotations what Zipkin has no fields for. */
const OPENTELEMETRY: Expectations = {
  ...ZIPKIN,
  status: whole(
    status('status ok', 'Ok', ''),
    status('status error', 'Error', sent.ERROR_MESSAGE),
    status('kind internal', 'Unset', ''),
  ),
  resource: asText(
    resource({ 'service.version': string('1.2.3') }),
    attributes('root', { 'deployment.cores': string('2'), 'deployment.spot': string('true') }),
  ),
  remote: whole(attributes('remote endpoint', { 'peer.service': string('orders-db') })),
  shared: NOT_IN_CLIENT,
  shortId: NOT_IN_CLIENT,
};

export const OPENTELEMETRY_PYTHON: Expectations = {
  ...OPENTELEMETRY,
  array: asText(
    attributes('attributes', {
      texts: string('["a","\\u00df"]'),
      flags: string('["true","false"]'),
      ints: string('["1","9007199254740993"]'),
      doubles: string('["0.5","-1.25"]'),
    }),
  ),
  events: whole(
    events(
      'events',
      [
        { name: sent.EVENT, attributes: sent.EVENT_ATTRIBUTES, afterNs: 1_000n },
        { name: sent.BARE_EVENT, attributes: {}, afterNs: 2_000n },
      ],
      ROUNDING_NS,
    ),
  ),
  exception: whole(events('exception', [exceptionEvent('ValueError')])),
  scope: whole(scope('interop.scope', '0.9.1')),
};

/** Its exporter leaves out the attributes of events and the scope. */
export const OPENTELEMETRY_JS: Expectations = {
  ...OPENTELEMETRY,
  int64: asText(
    attributes('attributes', {
      int: string('42'),
      'int.max_safe': string('9007199254740991'),
      'int.min_safe': string('-9007199254740991'),
    }),
  ),
  double: asText(attributes('attributes', { double: string('0.1'), 'double.small': string('5e-324') })),
  array: asText(
    attributes('attributes', {
      texts: string('a,ß'),
      flags: string('true,false'),
      ints: string('1,4503599627370497'),
      doubles: string('0.5,-1.25'),
    }),
  ),
  events: whole(
    events(
      'events',
      [
        { name: sent.EVENT, attributes: {}, afterNs: 1_000n },
        { name: sent.BARE_EVENT, attributes: {}, afterNs: 2_000n },
      ],
      ROUNDING_NS,
    ),
  ),
  exception: whole(events('exception', [{ name: 'exception', attributes: {} }])),
  scope: NOT_IN_CLIENT,
};
