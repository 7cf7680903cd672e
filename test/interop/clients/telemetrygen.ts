/** telemetrygen: a trace of three spans with what its command line can say. It does not tell what it sent. */
import { attributes, links, status } from '../checks.ts';
import * as sent from '../catalogue.ts';
import type { Client, Command } from '../client.ts';
import { NOT_IN_CLIENT, NOT_IN_PROTOCOL, whole, type Check, type Expectations } from '../features.ts';
import { array, int, string } from '../value.ts';
import { goToolchain, TELEMETRYGEN, TELEMETRYGEN_VERSION } from './go.ts';

const LIBRARY = `telemetrygen ${TELEMETRYGEN_VERSION}`;
const ROOT = 'lets-go';
const CHILDREN = ['okey-dokey-0', 'okey-dokey-1'];

const ATTRIBUTES = {
  text: '"plain"',
  'text.unicode': `"${sent.UNICODE}"`,
  'flag.true': 'true',
  'flag.false': 'false',
  int: '42',
  'int.beyond_double': '9007199254740993',
  texts: '["a", "ß"]',
  ints: '[1,9007199254740993]',
};

const wholeTrace: Check = ({ arrived }) => {
  const root = arrived.find(({ name }) => name === ROOT);
  if (root === undefined || root.parentSpanId !== '') return `no root named ${ROOT}`;
  if (arrived.length !== 1 + CHILDREN.length) return `${arrived.length} spans arrived, not three`;
  const isChild = CHILDREN.map((child) =>
    arrived.some(
      (span) => span.name === child && span.parentSpanId === root.spanId && span.traceId === root.traceId,
    ),
  );
  if (isChild.includes(false)) return `not both children hang on the root`;
  const isShort = arrived.some(({ startNs, endNs }) => endNs - startNs < 1_000n);
  return isShort ? 'a span has no duration' : null;
};

const bothKinds: Check = ({ arrived }) => {
  const kinds = arrived.map(({ name, kind }) => `${name} ${kind}`).sort();
  const should = [`${ROOT} client`, ...CHILDREN.map((child) => `${child} server`)];
  return kinds.join() === should.join() ? null : `kinds: ${kinds.join()}`;
};

/** Each child links a span of its trace that was there before it. */
const linked: Check = ({ arrived, ...rest }) => {
  const [child, root] = [CHILDREN[0] ?? '', ROOT].map((name) => arrived.find((span) => span.name === name));
  if (child === undefined || root === undefined) return 'no child';
  const expected = {
    ...{ traceId: root.traceId, spanId: root.spanId, traceState: '' },
    attributes: { 'link.type': string('random'), 'link.index': int(0n) },
  };
  return links(child.name, expected)({ arrived, ...rest });
};

const EXPECTED: Expectations = {
  spans: whole(wholeTrace),
  text: whole(attributes(ROOT, { text: sent.TEXTS.text, 'text.unicode': sent.TEXTS['text.unicode'] })),
  bool: whole(attributes(ROOT, sent.BOOLS)),
  int64: whole(attributes(ROOT, { int: sent.INTS.int, 'int.beyond_double': sent.INTS['int.beyond_double'] })),
  double: NOT_IN_CLIENT,
  array: whole(
    attributes(ROOT, { texts: sent.ARRAYS.texts, ints: array([int(1n), sent.INTS['int.beyond_double']]) }),
  ),
  map: NOT_IN_CLIENT,
  bytes: NOT_IN_CLIENT,
  events: NOT_IN_CLIENT,
  exception: NOT_IN_CLIENT,
  links: whole(linked),
  status: whole(status(ROOT, 'Error', '')),
  kinds: whole(bothKinds),
  resource: whole(({ arrived }) =>
    arrived.every(({ resource }) => resource['service.version'] === string('1.2.3'))
      ? null
      : 'no service.version',
  ),
  scope: whole(({ arrived }) =>
    arrived.every(({ scopeName }) => scopeName === 'telemetrygen') ? null : 'no scope',
  ),
  remote: whole(attributes(ROOT, { 'service.peer.name': string('telemetrygen-server') })),
  shared: NOT_IN_PROTOCOL,
  shortId: NOT_IN_CLIENT,
  sampling: NOT_IN_CLIENT,
};

function command(port: number, service: string, more: readonly string[]): Command {
  const attributes = Object.entries(ATTRIBUTES).flatMap(([key, value]) => [
    '--telemetry-attributes',
    `${key}=${value}`,
  ]);
  const spans = [
    '--traces',
    '1',
    '--child-spans',
    '2',
    '--span-links',
    '1',
    '--rate',
    '0',
    '--status-code',
    'Error',
  ];
  const target = ['--otlp-endpoint', `127.0.0.1:${port}`, '--otlp-insecure', '--service', service];
  const resource = ['--otlp-attributes', 'service.version="1.2.3"'];
  return {
    command: TELEMETRYGEN,
    args: ['traces', ...target, ...more, ...spans, ...resource, ...attributes],
  };
}

export const TELEMETRYGEN_CLIENTS: readonly Client[] = [
  {
    id: 'telemetrygen-otlp-grpc',
    ...{ library: LIBRARY, protocol: 'OTLP/gRPC', toolchain: goToolchain, expected: EXPECTED },
    command: ({ otlpGrpc }, service) => command(otlpGrpc, service, []),
  },
  {
    id: 'telemetrygen-otlp-http',
    ...{ library: LIBRARY, protocol: 'OTLP/HTTP', toolchain: goToolchain, expected: EXPECTED },
    command: ({ otlpHttp }, service) => command(otlpHttp, service, ['--otlp-http']),
  },
];
