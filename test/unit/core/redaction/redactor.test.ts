import { describe, expect, test } from '@jest/globals';
import { opentelemetry } from '../../../../proto/generated/index.js';
import { WireError } from '../../../../services/core/wire/cursor.ts';
import { Redactor } from '../../../../services/core/redaction/redactor.ts';
import { emptyTally } from '../../../../services/core/redaction/pass.ts';
import { policyOf, redactWith, testHash } from '../../../support/redaction.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
type TracesShape = opentelemetry.proto.trace.v1.TracesData.$Properties;
type SpanShape = opentelemetry.proto.trace.v1.Span.$Properties;
type KeyValueShape = opentelemetry.proto.common.v1.KeyValue.$Properties;

const text = (key: string, stringValue: string): KeyValueShape => ({ key, value: { stringValue } });

function request(span: SpanShape, service = 'shop', scope = 'io.http'): Uint8Array {
  const message: TracesShape = {
    resourceSpans: [
      {
        resource: { attributes: [text('service.name', service), text('host.name', 'h1')] },
        scopeSpans: [
          {
            scope: { name: scope, attributes: [text('owner', 'team@shop.test')] },
            spans: [
              {
                traceId: new Uint8Array(16).fill(1),
                spanId: new Uint8Array(8).fill(2),
                name: 'GET /',
                ...span,
              },
            ],
          },
        ],
      },
    ],
  };
  return TracesData.encode(message).finish();
}

function spanOf(bytes: Uint8Array): opentelemetry.proto.trace.v1.Span.$Properties {
  const span = TracesData.decode(bytes).resourceSpans[0]?.scopeSpans?.[0]?.spans?.[0];
  if (span === undefined) throw new Error('no span');
  return span;
}

/** The span's attributes after the policy, as JSON has them. */
function attributesAfter(
  yaml: string,
  attributes: KeyValueShape[],
  service?: string,
  scope?: string,
): unknown {
  const { bytes } = redactWith(policyOf(yaml), request({ attributes }, service, scope));
  return Object.fromEntries(
    (spanOf(bytes).attributes ?? []).map(({ key, value }) => [
      key,
      opentelemetry.proto.common.v1.AnyValue.create(value ?? {}).toJSON(),
    ]),
  );
}

const s = (stringValue: string) => ({ stringValue });

describe('rules by name', () => {
  test('drop, mask, hash and truncate what is named, whatever the case of its letters', () => {
    const policy = `
rules:
  - { id: pass, attribute: "*password*", action: drop }
  - { id: user, attribute: enduser.id, action: hash }
  - { id: phone, attribute: "user.phon?", action: mask, keep-last: 2 }
  - { id: note, attribute: note, action: mask, text: gone }
  - { id: body, attribute: body, action: truncate, bytes: 4 }`;
    const attributes = [
      text('http.Password.old', 'hunter2'),
      text('enduser.id', 'joe'),
      text('user.phone', '5551234'),
      text('note', 'x'),
      text('body', 'abcüd'),
      text('other', 'stays'),
    ];
    const digest = Buffer.from(testHash(Buffer.from('joe')))
      .toString('hex')
      .slice(0, 32);
    expect(attributesAfter(policy, attributes)).toEqual({
      'enduser.id': s(`hmac:${digest}`),
      'user.phone': s('***34'),
      note: s('gone'),
      body: s('abc'),
      other: s('stays'),
    });
  });

  test('the first that matches wins, so keep makes exceptions', () => {
    const policy = `
rules:
  - { id: ok, attribute: user.id, action: keep }
  - { id: users, attribute: "user.*", action: drop }`;
    expect(attributesAfter(policy, [text('user.id', '1'), text('user.name', 'joe')])).toEqual({
      'user.id': s('1'),
    });
  });

  test('reach numbers, bytes and the members of lists, by their own name and by their path', () => {
    const policy = `
rules:
  - { id: secret, attribute: [secret, "request.headers.cookie"], action: mask }
  - { id: number, attribute: number, action: mask }`;
    const kvlist = (...values: KeyValueShape[]) => ({ kvlistValue: { values } });
    const attributes: KeyValueShape[] = [
      {
        key: 'request',
        value: kvlist({ key: 'headers', value: kvlist(text('cookie', 'c'), text('host', 'h')) }),
      },
      { key: 'list', value: { arrayValue: { values: [kvlist(text('secret', 's'), text('a', 'b'))] } } },
      {
        key: 'secret',
        value: { arrayValue: { values: [{ intValue: 7 }, { bytesValue: Buffer.from('b') }] } },
      },
      { key: 'number', value: { doubleValue: 1.5 } },
      text('cookie', 'not that one'),
    ];
    expect(attributesAfter(policy, attributes)).toEqual({
      request: kvlist({ key: 'headers', value: kvlist(text('cookie', '***'), text('host', 'h')) }),
      list: { arrayValue: { values: [kvlist(text('secret', '***'), text('a', 'b'))] } },
      secret: { arrayValue: { values: [s('***'), s('***')] } },
      number: s('***'),
      cookie: s('not that one'),
    });
  });

  test('concern only the service and the scope that they ask for', () => {
    const policy = `
rules:
  - { id: a, attribute: a, service: "cart*", action: drop }
  - { id: b, attribute: b, scope: io.http, action: drop }`;
    const attributes = [text('a', '1'), text('b', '2')];
    expect(attributesAfter(policy, attributes, 'cart-eu', 'io.http')).toEqual({});
    expect(attributesAfter(policy, attributes, 'shop', 'io.sql')).toEqual({ a: s('1'), b: s('2') });
  });

  test('reach every place', () => {
    const policy = policyOf(`
rules:
  - id: all
    place: [resource, scope, span, event, link, span-name, status-message, event-name, trace-state]
    action: mask`);
    const marker = 'PLANTED-SECRET';
    const span: SpanShape = {
      name: marker,
      traceState: marker,
      attributes: [text('a', marker)],
      status: { message: marker, code: opentelemetry.proto.trace.v1.Status.StatusCode.STATUS_CODE_ERROR },
      events: [{ name: marker, attributes: [text('a', marker)] }],
      links: [{ traceState: marker, attributes: [text('a', marker)] }],
    };
    const { bytes, tally } = redactWith(policy, request(span, marker));
    expect(Buffer.from(bytes).includes(marker)).toBe(false);
    expect(tally.rules).toEqual([11]);
    expect(spanOf(bytes).status).toMatchObject({ code: 2, message: '***' });
  });
});

describe('rules by value', () => {
  test('change what is found and leave the rest, one rule after the other', () => {
    const policy = `
detectors: [card-number, email, bearer-token]
rules:
  - { id: account, value: { pattern: 'ACC-[0-9]{4}' }, action: mask, keep-last: 2 }`;
    const attributes = [
      text('a', 'joe@shop.test paid with 4111 1111 1111 1111 from ACC-1234'),
      text('b', 'Bearer abcdef0123456789'),
      { key: 'c', value: { intValue: 4111111111111111 } },
      { key: 'd', value: { arrayValue: { values: [s('x'), s('a@b.io')] } } },
    ];
    expect(attributesAfter(policy, attributes)).toEqual({
      a: s('[email] paid with [card] from ***34'),
      b: s('Bearer [token]'),
      c: s('[card]'),
      d: { arrayValue: { values: [s('x'), s('[email]')] } },
    });
  });

  test('SQL keeps its shape and URLs keep their path, where such attributes are', () => {
    const policy = 'detectors: [sql-literals, url-query, url-user-info]';
    const attributes = [
      text('db.query.text', `SELECT a FROM t1 WHERE b = 'it''s' AND c > 12.5 AND d = $1`),
      text('url.full', 'https://joe:pw@shop.test/path?token=1#frag'),
      text('url.query', 'token=1'),
      text('message', `'a' ?b`),
    ];
    expect(attributesAfter(policy, attributes)).toEqual({
      'db.query.text': s('SELECT a FROM t1 WHERE b = ? AND c > ? AND d = $1'),
      'url.full': s('https://***@shop.test/path?***#***'),
      'url.query': s('***'),
      message: s(`'a' ?b`),
    });
  });

  test('keep spares a value, drop takes the attribute or the member that has it', () => {
    const policy = `
rules:
  - { id: ours, value: { pattern: '@shop\\.test$' }, action: keep }
  - { id: mails, value: email, action: drop }`;
    const attributes = [
      text('a', 'me@shop.test'),
      text('b', 'x@y.io'),
      { key: 'c', value: { kvlistValue: { values: [text('d', 'x@y.io'), text('e', 'f')] } } },
    ];
    expect(attributesAfter(policy, attributes)).toEqual({
      a: s('me@shop.test'),
      c: { kvlistValue: { values: [text('e', 'f')] } },
    });
  });

  test('look at so much of a text and let no more of it pass', () => {
    const policy = policyOf('detectors: [email]\nlimits: { checked-bytes: 256 }');
    const long = `${'a '.repeat(126)}bb x@y.io ${'c'.repeat(9000)} z@y.io`;
    const { bytes, tally } = redactWith(policy, request({ attributes: [text('a', long)] }));
    const after = spanOf(bytes).attributes?.[0]?.value?.stringValue ?? '';
    expect(after).toBe(`${'a '.repeat(126)}bb [`);
    expect(tally.limits['checked-bytes']).toBe(1);
  });
});

describe('limits', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => text(`a${i}`, 'x'.repeat(40)));

  test('cut what is over and say so in the counts of OTLP', () => {
    const policy = policyOf(`
limits: { span-attributes: 2, event-attributes: 1, link-attributes: 0, events: 2, links: 1, value-bytes: 16, name-bytes: 16 }`);
    const span: SpanShape = {
      name: 'n'.repeat(20),
      attributes: [text('a name of over 16 bytes', 'x'), ...many(4)],
      droppedAttributesCount: 5,
      events: [{ attributes: many(3) }, { droppedAttributesCount: 1, attributes: many(2) }, {}, {}],
      links: [{ attributes: many(1) }, {}],
      droppedLinksCount: 0xffff_ffff,
    };
    const { bytes, tally } = redactWith(policy, request(span));
    const after = spanOf(bytes);
    expect(after.name).toBe('n'.repeat(16));
    expect(after.attributes?.map(({ key, value }) => [key, value?.stringValue])).toEqual([
      ['a0', 'x'.repeat(16)],
      ['a1', 'x'.repeat(16)],
    ]);
    expect(after.droppedAttributesCount).toBe(8);
    expect(after.droppedEventsCount).toBe(2);
    expect(after.events?.map((event) => [event.attributes?.length, event.droppedAttributesCount])).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(after.droppedLinksCount).toBe(0xffff_ffff);
    expect(after.links?.[0]).toMatchObject({ attributes: [], droppedAttributesCount: 1 });
    expect(tally.limits).toMatchObject({ 'span-attributes': 2, events: 2, links: 1, 'link-attributes': 1 });
    expect(redactWith(policy, bytes).bytes).toBe(bytes);
  });

  test('what a rule drops is not counted as dropped for a limit', () => {
    const policy = policyOf(
      'rules: [{ id: a, attribute: a0, action: drop }]\nlimits: { span-attributes: 1 }',
    );
    const after = spanOf(redactWith(policy, request({ attributes: many(2) })).bytes);
    expect(after.attributes?.map(({ key }) => key)).toEqual(['a1']);
    expect(after.droppedAttributesCount).toBe(0);
  });

  test('lists nested too deep for anybody to show become the text that is shown for them', () => {
    let value: opentelemetry.proto.common.v1.AnyValue.$Properties = s('joe@shop.test');
    for (let i = 0; i < 40; i++) value = { arrayValue: { values: [value] } };
    const { bytes, tally } = redactWith(
      policyOf('detectors: [email]'),
      request({ attributes: [{ key: 'a', value }] }),
    );
    expect(Buffer.from(bytes).includes('joe@')).toBe(false);
    expect(Buffer.from(bytes).includes('(nested too deep)')).toBe(true);
    expect(tally.limits.nesting).toBe(1);
  });
});

test('a request that no rule touches is given back itself', () => {
  const policy = policyOf(
    'detectors: [card-number, sql-literals]\nrules: [{ id: a, attribute: nobody, action: drop }]',
  );
  const bytes = request({
    attributes: [text('a', 'b')],
    events: [{ name: 'x' }],
    links: [{}],
    status: { message: 'm' },
  });
  expect(redactWith(policy, bytes).bytes).toBe(bytes);
});

test('a request that hashes would make too large is refused', () => {
  const policy = policyOf('rules: [{ id: a, attribute: "*", action: hash }]');
  const redactor = new Redactor(policy, { hash: testHash, maxGrowth: 100 });
  const bytes = request({ attributes: Array.from({ length: 10 }, () => text('a', 'b')) });
  expect(() => redactor.redact(bytes, emptyTally(policy))).toThrow(WireError);
});
