/** The collector's redaction: `node test/bench/redaction.bench.ts`. 512 spans a request. */
import { createHmac } from 'node:crypto';
import { emptyTally } from '../../services/core/redaction/pass.ts';
import { Redactor } from '../../services/core/redaction/redactor.ts';
import { parsePolicy } from '../../services/platform/redaction_policy.ts';
import { seeded } from '../support/known_load.ts';
import { cartRequest, cartTraces, SPANS_A_TRACE } from './corpus/carts.ts';
import { runMicroBench, type Path } from './micro_bench.ts';

const SPANS = 512;
const REQUESTS = 16;
const SERVICES = 3;
/** Of spans and of the resource that all spans of a service share. */
const ATTRIBUTES = SPANS * 8 + SERVICES * 9;

/** With the values that each changes in a request. */
const POLICIES: readonly (readonly [name: string, policy: string, changes: number])[] = [
  ['a policy without rules', '', 0],
  [
    'names that no span has',
    'rules: [{ id: a, attribute: ["*password*", enduser.id, "*.cookie"], action: drop }]',
    0,
  ],
  ['a limit that no span reaches', 'limits: { span-attributes: 128, value-bytes: 4096 }', 0],
  ['three detectors that find nothing', 'detectors: [card-number, email, bearer-token]', 0],
  [
    'an expression that finds nothing',
    "rules: [{ id: a, value: { pattern: 'ACC-[0-9]{6}' }, action: mask }]",
    0,
  ],
  ['one attribute of a span masked', 'rules: [{ id: a, attribute: client.address, action: mask }]', SPANS],
  ['one attribute of a span hashed', 'rules: [{ id: a, attribute: client.address, action: hash }]', SPANS],
  ['all attributes of all spans masked', 'rules: [{ id: a, attribute: "*", action: mask }]', ATTRIBUTES],
  ['all attributes of all spans hashed', 'rules: [{ id: a, attribute: "*", action: hash }]', ATTRIBUTES],
];

const hash = (value: Uint8Array): Uint8Array =>
  createHmac('sha256', 'a key of a bench').update(value).digest();
const random = seeded(42);
const requests = Array.from({ length: REQUESTS }, () =>
  cartRequest(cartTraces(random, SPANS / SPANS_A_TRACE)),
);

function path([name, yaml, changes]: (typeof POLICIES)[number]): Path {
  const policy = parsePolicy(yaml, 'bench');
  const redactor = new Redactor(policy, { hash });
  let turn = 0;
  return {
    ...{ name, count: SPANS },
    run: () => {
      const tally = emptyTally(policy);
      redactor.redact(requests[turn++ % REQUESTS] ?? new Uint8Array(0), tally);
      const changed = tally.rules.reduce((sum, count) => sum + count, 0);
      if (changed !== changes) throw new Error(`${name}: ${changed} changes, not ${changes}`);
    },
  };
}

await runMicroBench({ paths: POLICIES.map(path) });
