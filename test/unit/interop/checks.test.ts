/** A harness is worth what it notices: each check passes on what was sent, and says what is wrong with anything else. */
import { describe, expect, test } from '@jest/globals';
import type { ArrivedSpan } from '../../interop/arrived_spans.ts';
import * as checks from '../../interop/checks.ts';
import type { Check, Evidence } from '../../interop/features.ts';
import { int, string } from '../../interop/value.ts';

const SPAN: ArrivedSpan = {
  ...{ service: 'shop', resource: { cores: int(2n) }, scopeName: 'lib', scopeVersion: '1' },
  ...{ traceId: '0'.repeat(15) + '10123456789abcdef', spanId: '00000000000000a1', parentSpanId: '' },
  ...{ traceState: '', name: 'root', kind: 'server', startNs: 5_000n, endNs: 9_000n },
  attributes: { text: string('plain') },
  events: [{ timeNs: 6_000n, name: 'retry', attributes: { attempt: int(2n) } }],
  links: [{ traceId: 'aa', spanId: 'bb', traceState: '', attributes: {} }],
  ...{ status: 'Error', statusMessage: 'refused' },
};
const TOLD = {
  ...{ name: 'root', traceId: SPAN.traceId, spanId: SPAN.spanId, parentSpanId: '' },
  ...{ startNs: '5000', endNs: '9000' },
};

function evidence(changes: Partial<ArrivedSpan> = {}): Evidence {
  return { service: 'shop', told: { spans: [TOLD] }, arrived: [{ ...SPAN, ...changes }] };
}

const RETRY = { name: 'retry', attributes: { attempt: int(2n) }, afterNs: 1_000n };
const LINK = { traceId: 'aa', spanId: 'bb', traceState: '', attributes: {} };

const CASES: readonly (readonly [string, Check, Partial<ArrivedSpan>])[] = [
  ['a span id', checks.sameSpans(0n), { spanId: '00000000000000a2' }],
  ['a parent', checks.sameSpans(0n), { parentSpanId: '00000000000000a2' }],
  ['a start', checks.sameSpans(0n), { startNs: 5_001n }],
  ['a start, by a microsecond', checks.sameSpans(999n), { startNs: 6_000n }],
  ['an end', checks.sameSpans(0n), { endNs: 9_001n }],
  ['a name', checks.attributes('root', {}), { name: 'other' }],
  ['a service', checks.attributes('root', {}), { service: 'other' }],
  ['a value', checks.attributes('root', { text: string('plain') }), { attributes: { text: string('') } }],
  ['a lost attribute', checks.attributes('root', { text: string('plain') }), { attributes: {} }],
  ['a resource', checks.resource({ cores: int(2n) }), { resource: { cores: string('2') } }],
  ['a kind', checks.kind('root', 'server'), { kind: 'client' }],
  ['a status', checks.status('root', 'Error', 'refused'), { statusMessage: '' }],
  ['a scope', checks.scope('lib', '1'), { scopeVersion: '' }],
  ['a lost event', checks.events('root', [RETRY]), { events: [] }],
  ["an event's time", checks.events('root', [RETRY]), { startNs: 4_999n }],
  [
    "an event's attribute",
    checks.events('root', [RETRY]),
    { events: [{ timeNs: 6_000n, name: 'retry', attributes: {} }] },
  ],
  ['a lost link', checks.links('root', LINK), { links: [] }],
  ["a link's span", checks.links('root', LINK), { links: [{ ...LINK, spanId: 'cc' }] }],
];

describe('a check', () => {
  test.each(CASES)('notices %s that is not as it was sent', (_what, check, changes) => {
    expect(check(evidence())).toBeNull();
    expect(check(evidence(changes))).toEqual(expect.any(String));
  });

  test('notices spans that were lost, came twice, or were never told of', () => {
    const check = checks.sameSpans(0n);
    expect(check({ ...evidence(), arrived: [] })).toBe('1 spans were sent and 0 arrived');
    expect(check({ ...evidence(), arrived: [SPAN, SPAN] })).toBe('1 spans were sent and 2 arrived');
    expect(check({ ...evidence(), told: { spans: [] } })).toBe('the client sent nothing');
  });

  test('knows ids of 64 bits, and two halves of a span', () => {
    const short = { traceId: `${'0'.repeat(16)}0123456789abcdef` };
    expect(checks.shortTraceId('root')(evidence(short))).toBeNull();
    expect(checks.shortTraceId('root')(evidence())).toContain('not one of 64 bits');
    const half = { ...SPAN, name: 'shared', kind: 'client' };
    const other = { ...half, kind: 'server', service: 'shop-callee' };
    expect(checks.sharedHalves({ ...evidence(), arrived: [half, other] })).toBeNull();
    expect(checks.sharedHalves({ ...evidence(), arrived: [half] })).toBe('1 halves arrived, not two');
    expect(checks.sharedHalves({ ...evidence(), arrived: [half, { ...other, spanId: 'x' }] })).toContain(
      'ids',
    );
  });
});
