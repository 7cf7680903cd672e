import { describe, expect, it } from '@jest/globals';
import { nanoseconds, traceAnswer, type StoredSpan } from '../../../services/query/trace_answer.ts';
import { storedSpan, TRACE_START_NS } from '../../support/trace_fixture.ts';

const SUMMARY = { spans: 2, fragments: 1, criticalPath: [] };
const answerOf = (spans: StoredSpan[]) => traceAnswer('ab'.repeat(16), spans, SUMMARY, false);

describe('traceAnswer', () => {
  const root = storedSpan('a', '', 0, 100, { service: 'web', kind: 'Server', name: 'GET /' });
  const child = storedSpan('b', 'a', 10, 50, {
    service: 'api',
    status: 'Error',
    events: [
      { timeNs: TRACE_START_NS + 20_000_001n, name: 'exception', attributes: { 'exception.type': 'E' } },
    ],
    links: [{ traceId: 'cd', spanId: 'ef', traceState: '', attributes: { why: 'retry' } }],
  });

  it('says what the trace is as a whole', () => {
    const { spans, resources, ...whole } = answerOf([child, root]);
    expect(whole).toEqual({
      traceId: 'ab'.repeat(16),
      startNs: '1700000000000000000',
      durationNs: 100_000_000,
      root: { spanId: 'a', service: 'web', name: 'GET /', durationNs: 100_000_000 },
      spanCount: 2,
      errorCount: 1,
      services: [
        { service: 'web', spans: 1, errors: 0 },
        { service: 'api', spans: 1, errors: 1 },
      ],
      fragments: 1,
      criticalPath: [],
      warnings: [],
    });
    expect(spans).toHaveLength(2);
    expect(resources).toEqual([{ 'service.name': 'api' }, { 'service.name': 'web' }]);
  });

  it('answers each span with its place in the tree and times since the start of the trace', () => {
    expect(answerOf([root, child]).spans[1]).toEqual({
      spanId: 'b',
      parentSpanId: 'a',
      parent: 0,
      depth: 1,
      service: 'api',
      name: 'work b',
      kind: 'Internal',
      status: 'Error',
      statusMessage: '',
      startOffsetNs: 10_000_000,
      durationNs: 50_000_000,
      selfTimeNs: 50_000_000,
      criticalTimeNs: 50_000_000,
      reportedStartNs: null,
      attributes: {},
      resource: 1,
      scope: { name: '', version: '' },
      traceState: '',
      events: [{ offsetNs: 20_000_001, name: 'exception', attributes: { 'exception.type': 'E' } }],
      links: [{ traceId: 'cd', spanId: 'ef', traceState: '', attributes: { why: 'retry' } }],
      weight: 1,
    });
  });

  it('answers a resource that many spans share once', () => {
    const answer = answerOf([root, storedSpan('c', 'a', 1, 1, { service: 'web' }), child]);
    expect(answer.resources).toHaveLength(2);
    expect(answer.spans.map(({ resource }) => resource)).toEqual([0, 0, 1]);
  });

  it('has no root where only spans with lost parents came', () => {
    expect(answerOf([child]).root).toBeNull();
  });

  it('lasts until the last span ends, be it longer than the root', () => {
    expect(answerOf([root, storedSpan('late', 'a', 90, 60)]).durationNs).toBe(150_000_000);
  });

  it('keeps nanoseconds exact beyond what a number holds', () => {
    const ancient = storedSpan('c', 'a', 0, 0, { startNs: 1n, durationNs: 3n });
    const answer = answerOf([root, ancient]);
    expect(answer.startNs).toBe('1');
    expect(answer.spans.map(({ startOffsetNs }) => startOffsetNs)).toEqual([0, '1699999999999999999']);
    expect(answer.durationNs).toBe('1700000000099999999');
  });

  it('says where a wild clock was corrected', () => {
    const corrected = { ...child, reportedStartNs: 5n };
    const answer = answerOf([root, corrected]);
    expect(answer.spans[1]?.reportedStartNs).toBe('5');
    expect(answer.warnings.map(({ code }) => code)).toEqual(['wild-clock']);
  });
});

describe('nanoseconds', () => {
  it('is a number up to 2^53 - 1 and text from there', () => {
    expect(nanoseconds(9_007_199_254_740_991n)).toBe(9_007_199_254_740_991);
    expect(nanoseconds(9_007_199_254_740_992n)).toBe('9007199254740992');
  });
});
