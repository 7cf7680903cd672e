/** What must arrive of an OpenTelemetry SDK that speaks OTLP: everything, with its type. */
import * as sent from '../catalogue.ts';
import { attributes, events, kind, links, resource, scope, sameSpans, status } from '../checks.ts';
import { NOT_IN_CLIENT, NOT_IN_PROTOCOL, whole, type Expectations } from '../features.ts';
import { bool, int, string } from '../value.ts';

const EVENTS = [
  { name: sent.EVENT, attributes: sent.EVENT_ATTRIBUTES, afterNs: 1_000n },
  { name: sent.BARE_EVENT, attributes: {}, afterNs: 2_000n },
];

/** As the SDKs of Python and Java name it. */
export function exceptionEvent(type: string): { name: string; attributes: Record<string, string> } {
  return {
    name: 'exception',
    attributes: { 'exception.type': string(type), 'exception.message': string('no such cart') },
  };
}

export function otlpExpectations(exceptionType: string): Expectations {
  return {
    spans: whole(sameSpans(0n)),
    text: whole(attributes('attributes', sent.TEXTS)),
    bool: whole(attributes('attributes', sent.BOOLS)),
    int64: whole(attributes('attributes', sent.INTS)),
    double: whole(attributes('attributes', sent.DOUBLES)),
    array: whole(attributes('attributes', sent.ARRAYS)),
    map: whole(attributes('attributes', sent.MAPS)),
    bytes: whole(attributes('attributes', sent.BYTES)),
    events: whole(events('events', EVENTS)),
    exception: whole(events('exception', [exceptionEvent(exceptionType)])),
    links: whole(
      links('links', { ...sent.LINK, traceState: 'vendor=1', attributes: { reason: string('batch') } }),
    ),
    status: whole(
      status('status ok', 'Ok', ''),
      status('status error', 'Error', sent.ERROR_MESSAGE),
      status('kind internal', 'Unset', ''),
    ),
    kinds: whole(...sent.KINDS.map((name) => kind(`kind ${name}`, name))),
    resource: whole(
      resource({
        'service.version': string('1.2.3'),
        'deployment.cores': int(2n),
        'deployment.spot': bool(true),
      }),
    ),
    scope: whole(scope('interop.scope', '0.9.1')),
    remote: whole(attributes('remote endpoint', { 'peer.service': string('orders-db') })),
    shared: NOT_IN_PROTOCOL,
    shortId: NOT_IN_CLIENT,
    sampling: NOT_IN_CLIENT,
  };
}
