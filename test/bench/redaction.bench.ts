/**
 * CPU time of the collector's redaction, per span: `node test/bench/redaction.bench.ts`.
 * 512 spans a request, about 410 bytes a span with 8 attributes, and a resource of 9.
 */
import { createHmac } from 'node:crypto';
import { opentelemetry } from '../../proto/generated/index.js';
import { emptyTally } from '../../services/core/redaction/pass.ts';
import { Redactor } from '../../services/core/redaction/redactor.ts';
import { parsePolicy } from '../../services/platform/redaction_policy.ts';

const SPANS = 512;
const ROUNDS = 5;
const REQUESTS = 16;

const { TracesData } = opentelemetry.proto.trace.v1;
type KeyValue = opentelemetry.proto.common.v1.KeyValue.$Properties;

/** A linear congruential generator: the same requests in each run. */
let seed = 42;
function random(below: number): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random(256));
const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } });

function request(): Uint8Array {
  const spans = Array.from({ length: SPANS }, () => ({
    traceId: bytes(16),
    spanId: bytes(8),
    parentSpanId: bytes(8),
    name: 'GET /api/carts/{id}/items',
    kind: opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_SERVER,
    startTimeUnixNano: 1_760_000_000_000_000_000,
    endTimeUnixNano: 1_760_000_000_012_000_000,
    attributes: [
      text('http.request.method', 'GET'),
      text('url.path', `/api/carts/${random(1e6)}/items`),
      text('http.route', '/api/carts/{id}/items'),
      { key: 'http.response.status_code', value: { intValue: 200 } },
      text('network.protocol.version', '1.1'),
      text('server.address', 'cart.shop.svc.cluster.local'),
      text('client.address', `10.1.${random(256)}.${random(256)}`),
      text('user_agent.original', 'axios/1.7.2'),
    ],
    status: {},
    flags: 0x101,
  }));
  const attributes = Array.from({ length: 9 }, (_, i) =>
    text(`resource.attribute.${i}`, `value of attribute ${i}`),
  );
  const scopeSpans = [{ scope: { name: '@opentelemetry/instrumentation-http', version: '0.57.0' }, spans }];
  return TracesData.encode({ resourceSpans: [{ resource: { attributes }, scopeSpans }] }).finish();
}

const POLICIES: readonly (readonly [name: string, policy: string, requestsPerRound: number])[] = [
  ['a policy without rules', '', 2000],
  [
    'names that no span has',
    'rules: [{ id: a, attribute: ["*password*", enduser.id, "*.cookie"], action: drop }]',
    500,
  ],
  ['a limit that no span reaches', 'limits: { span-attributes: 128, value-bytes: 4096 }', 500],
  ['three detectors that find nothing', 'detectors: [card-number, email, bearer-token]', 100],
  [
    'an expression that finds nothing',
    "rules: [{ id: a, value: { pattern: 'ACC-[0-9]{6}' }, action: mask }]",
    100,
  ],
  ['one attribute of a span masked', 'rules: [{ id: a, attribute: client.address, action: mask }]', 200],
  ['one attribute of a span hashed', 'rules: [{ id: a, attribute: client.address, action: hash }]', 100],
  ['all attributes of all spans masked', 'rules: [{ id: a, attribute: "*", action: mask }]', 50],
  ['all attributes of all spans hashed', 'rules: [{ id: a, attribute: "*", action: hash }]', 10],
];

const hash = (value: Uint8Array): Uint8Array =>
  createHmac('sha256', 'a key of a bench').update(value).digest();
const requests = Array.from({ length: REQUESTS }, request);

for (const [name, yaml, requestsPerRound] of POLICIES) {
  const policy = parsePolicy(yaml, 'bench');
  const redactor = new Redactor(policy, { hash });
  const perSpan: number[] = [];
  let changed = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const tally = emptyTally(policy);
    const before = process.cpuUsage();
    for (let i = 0; i < requestsPerRound; i++)
      redactor.redact(requests[i % REQUESTS] ?? new Uint8Array(0), tally);
    const { user, system } = process.cpuUsage(before);
    if (round > 0) perSpan.push((user + system) / (requestsPerRound * SPANS));
    changed = (tally.rules[0] ?? 0) / (requestsPerRound * SPANS);
  }
  perSpan.sort((a, b) => a - b);
  const median = perSpan[Math.floor(perSpan.length / 2)] ?? 0;
  process.stdout.write(
    `${name}: ${median.toFixed(3)} us/span (best ${(perSpan[0] ?? 0).toFixed(3)}), ${changed.toFixed(1)} changes a span\n`,
  );
}
