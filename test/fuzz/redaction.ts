/** What of redaction reads bytes of strangers: requests by the pass over the wire format, and the policy file. */
import { opentelemetry } from '../../proto/generated/index.js';
import { emptyTally } from '../../services/core/redaction/pass.ts';
import { PolicyError } from '../../services/core/redaction/located.ts';
import { Redactor } from '../../services/core/redaction/redactor.ts';
import { WireError } from '../../services/core/wire/cursor.ts';
import { parsePolicy } from '../../services/platform/redaction_policy.ts';
import { testHash } from '../support/redaction.ts';
import type { FuzzTarget } from './target.ts';

const POLICY = `
detectors: [card-number, email, bearer-token, url-query, url-user-info, sql-literals]
limits: { span-attributes: 4, event-attributes: 2, link-attributes: 2, events: 2, links: 2, value-bytes: 64, name-bytes: 32, checked-bytes: 256 }
rules:
  - { id: kept, attribute: kept, action: keep }
  - { id: service, attribute: "a*", service: "shop*", action: hash }
  - { id: scope, attribute: "b?", scope: io.http, action: drop }
  - { id: own, value: { pattern: '(?:ab|a)+c', ignore-case: true }, action: drop }
  - { id: last, attribute: "*.secret", action: mask, keep-last: 4 }
  - { id: cut, place: [span-name, status-message, trace-state], action: truncate, bytes: 8 }
`;

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const attributes = [
  text('kept', 'a@b.io'),
  text('abc', 'x'),
  text('db.query.text', "SELECT 'a''b', 1 FROM t /* c */"),
  text('url.full', 'https://u:p@h/p?q=1#f'),
  {
    key: 'list',
    value: { kvlistValue: { values: [text('secret', '4111 1111 1111 1111'), text('x', 'Bearer abc12345')] } },
  },
  {
    key: 'n',
    value: {
      arrayValue: { values: [{ intValue: 4111111111111111 }, { doubleValue: 1.5 }, { boolValue: true }] },
    },
  },
];
const request = opentelemetry.proto.trace.v1.TracesData.encode({
  resourceSpans: [
    {
      resource: { attributes: [text('service.name', 'shop-eu'), ...attributes] },
      scopeSpans: [
        {
          scope: { name: 'io.http', attributes },
          spans: [
            {
              name: 'GET /users/a@b.io',
              attributes,
              droppedAttributesCount: 3,
              events: [{ name: 'e', attributes }, {}, {}],
              links: [{ traceState: 'a=b', attributes }, {}, {}],
              status: { message: 'aabc failed' },
            },
          ],
        },
      ],
    },
  ],
}).finish();

function redactor(): (bytes: Uint8Array) => void {
  const policy = parsePolicy(POLICY, 'fuzz');
  const subject = new Redactor(policy, { hash: testHash });
  return (bytes) => {
    try {
      // What comes out can be read again.
      subject.redact(subject.redact(bytes, emptyTally(policy)), emptyTally(policy));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
    }
  };
}

export const targets: readonly FuzzTarget[] = [
  { name: 'redaction of a request', seeds: [new Uint8Array(request)], run: redactor() },
  {
    name: 'redaction policy file',
    seeds: [POLICY, 'rules: [{ id: a, value: { pattern: "(?:a|[^b-c]{2,3})\\\\d$" }, action: mask }]'].map(
      (policy) => new Uint8Array(Buffer.from(policy)),
    ),
    run: (bytes) => {
      try {
        parsePolicy(new TextDecoder().decode(bytes), 'fuzz');
      } catch (error) {
        if (!(error instanceof PolicyError)) throw error;
      }
    },
  },
];
