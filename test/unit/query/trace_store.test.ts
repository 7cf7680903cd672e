import { describe, expect, it } from '@jest/globals';
import type { ClickHouse, Row } from '../../../services/platform/clickhouse/client.ts';
import {
  ClickHouseStatementError,
  ClickHouseUnavailableError,
} from '../../../services/platform/clickhouse/errors.ts';
import { limitedQuery } from '../../../services/query/queries.ts';
import { StoreError } from '../../../services/query/store.ts';
import { traceStore } from '../../../services/query/trace_store.ts';

const SUMMARY_ROW: Row = {
  spans: 2,
  fragments: 2,
  version: 'v',
  criticalPath: [
    ['web', 'GET /', '10'],
    ['api', 'GET /x', '30'],
    ['web', 'GET /', '25'],
  ],
};
const SPAN_ROW: Row = {
  spanId: 'aa',
  parentSpanId: '',
  service: 'web',
  name: 'GET /',
  kind: 'Server',
  status: 'Ok',
  statusMessage: '',
  startNs: '100',
  durationNs: '18446744073709551615',
  reportedStartNs: '0',
  scopeName: '',
  scopeVersion: '',
  traceState: '',
  attributes: { a: 'b' },
  resourceAttributes: {},
  events: [['150', 'e', { k: 'v' }]],
  links: [['11', '22', 'ts', { l: 'm' }]],
  weight: 4,
};

/** Answers one list of rows after the other, and keeps what was asked. */
function fakeClickHouse(...answers: (Row[] | Error)[]) {
  const asked: Readonly<Record<string, unknown>>[] = [];
  const query: ClickHouse['query'] = (_sql, params = {}, options = {}) => {
    asked.push({ ...params, settings: options.settings });
    const answer = answers.shift() ?? [];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return {
    asked,
    store: traceStore(
      limitedQuery({ clickhouse: { query }, timeoutMs: 2500, maxAnswerBytes: 1000, maxRowsRead: 500 }),
      2,
    ),
  };
}

const signal = new AbortController().signal;

describe('traceStore', () => {
  it('reads the spans of a trace and its summary, and merges the steps of fragments', async () => {
    const { store, asked } = fakeClickHouse([SUMMARY_ROW], [SPAN_ROW]);
    const trace = await store.trace('default', 'ab', signal);
    expect(asked[1]).toMatchObject({ tenant: 'default', traceIds: ['ab'], limit: 3 });
    expect(trace?.summary.criticalPath).toEqual([
      { service: 'web', operation: 'GET /', selfTimeNs: 35 },
      { service: 'api', operation: 'GET /x', selfTimeNs: 30 },
    ]);
    expect(trace?.spans[0]).toMatchObject({
      startNs: 100n,
      durationNs: 18446744073709551615n,
      reportedStartNs: null,
      events: [{ timeNs: 150n, name: 'e', attributes: { k: 'v' } }],
      links: [{ traceId: '11', spanId: '22', traceState: 'ts', attributes: { l: 'm' } }],
      weight: 4,
    });
    expect(trace?.truncated).toBe(false);
  });

  it('limits every query in time and bytes', async () => {
    const { store, asked } = fakeClickHouse([SUMMARY_ROW], [SPAN_ROW]);
    await store.trace('default', 'ab', signal);
    for (const { settings } of asked) {
      expect(settings).toMatchObject({
        max_execution_time: 3,
        timeout_overflow_mode: 'throw',
        max_result_bytes: '1000',
        result_overflow_mode: 'throw',
        max_rows_to_read: '500',
        read_overflow_mode: 'throw',
      });
    }
  });

  it('cuts a trace that has more spans than allowed', async () => {
    const { store } = fakeClickHouse([SUMMARY_ROW], [SPAN_ROW, SPAN_ROW, SPAN_ROW]);
    expect(await store.trace('default', 'ab', signal)).toMatchObject({
      truncated: true,
      spans: { length: 2 },
    });
  });

  it('knows no trace without a summary, nor one whose spans are gone', async () => {
    const { store } = fakeClickHouse([], [SPAN_ROW], [SUMMARY_ROW], []);
    expect(await store.trace('default', 'ab', signal)).toBeNull();
    expect(await store.trace('default', 'ab', signal)).toBeNull();
  });

  it('gives a trace a version once all of its spans are there, which the limit is part of', async () => {
    const { store } = fakeClickHouse(
      [SUMMARY_ROW],
      [SPAN_ROW],
      [SUMMARY_ROW],
      [SPAN_ROW, SPAN_ROW],
      [SUMMARY_ROW],
    );
    expect(await store.trace('default', 'ab', signal)).toMatchObject({ version: null });
    expect(await store.trace('default', 'ab', signal)).toMatchObject({ version: 'v-2' });
    expect(await store.version('default', 'ab', signal)).toBe('v-2');
    expect(await store.version('default', 'ab', signal)).toBeNull();
  });

  const withCode = (code: string) => ({ cause: Object.assign(new Error('said'), { code }) });
  it.each<[Error, string]>([
    [new ClickHouseUnavailableError('x', withCode('159')), 'timeout'],
    [new ClickHouseUnavailableError('x', withCode('396')), 'too-large'],
    [new ClickHouseUnavailableError('x', withCode('ECONNREFUSED')), 'unavailable'],
    [new ClickHouseUnavailableError('x'), 'unavailable'],
    [new ClickHouseStatementError('x', withCode('60')), 'no-tables'],
  ])('takes %j for %s', async (error, failure) => {
    const { store } = fakeClickHouse(error);
    const thrown = await store.trace('default', 'ab', signal).catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(StoreError);
    expect(thrown).toMatchObject({ failure, cause: error });
  });

  it('lets a statement that is wrong be seen as the bug that it is', async () => {
    const bug = new ClickHouseStatementError('syntax', withCode('62'));
    await expect(fakeClickHouse(bug).store.trace('default', 'ab', signal)).rejects.toBe(bug);
  });
});
