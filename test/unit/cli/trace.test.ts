import { describe, expect, it } from '@jest/globals';
import { showTrace, type TraceOptions } from '../../../services/cli/commands/trace.ts';
import { queryClient } from '../../../services/cli/query_client.ts';
import { traceAnswer } from '../../../services/query/trace_answer.ts';
import { storedSpan } from '../../support/trace_fixture.ts';
import { fakeFetch, json, recordedOutput } from '../../support/cli_fakes.ts';

const TRACE = traceAnswer(
  'ab',
  [storedSpan('a', '', 0, 1)],
  { spans: 1, fragments: 1, criticalPath: [] },
  false,
);
const BASE = 'http://query.test:16686';

async function show(id: string | undefined, options: TraceOptions, ...answers: (Response | Error)[]) {
  const output = recordedOutput();
  const { fetcher, asked } = fakeFetch(...answers);
  await showTrace(id, options, queryClient(BASE, fetcher), output);
  return { written: output.written, asked: asked.map(({ url }) => url.href.slice(BASE.length)) };
}

describe('spanmill trace', () => {
  it('asks the query service for the trace and draws it', async () => {
    const { written, asked } = await show('AB12', {}, json(TRACE));
    expect(asked).toEqual(['/api/v1/traces/AB12']);
    expect(written.slice(0, 2)).toEqual(['trace ab', 'shop work a']);
  });

  it('draws for the width that is asked for', async () => {
    const { written } = await show('ab', { width: 60 }, json(TRACE));
    expect(written[6]).toBe(`shop · work a ◆ ${'█'.repeat(33)}      1 ms`);
  });

  it('prints the answer as it came with --json', async () => {
    const { written } = await show('ab', { json: true }, json(TRACE));
    expect(JSON.parse(written.join('\n'))).toEqual(TRACE);
  });

  it('takes for --latest the newest trace of several services that has its root', async () => {
    const traces = [
      { traceId: 'new', root: null },
      { traceId: 'whole', root: { service: 'a', name: 'b' } },
    ];
    const { asked } = await show(undefined, { latest: true }, json({ traces }), json(TRACE));
    expect(asked).toEqual(['/api/v1/traces?minServices=2&since=24h&limit=20', '/api/v1/traces/whole']);
  });

  it('takes a trace of one service where there is none of several', async () => {
    const traces = [{ traceId: 'single', root: null }];
    const { asked } = await show(
      undefined,
      { latest: 'cart' },
      json({ traces: [] }),
      json({ traces }),
      json(TRACE),
    );
    expect(asked).toEqual([
      '/api/v1/traces?service=cart&minServices=2&since=24h&limit=20',
      '/api/v1/traces?service=cart&minServices=1&since=24h&limit=20',
      '/api/v1/traces/single',
    ]);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['nothing to show', () => show(undefined, {}), 'give a trace id, or --latest for the newest trace'],
    ['two wishes', () => show('ab', { latest: true }), 'give a trace id or --latest, not both'],
    [
      'no trace at all',
      () => show(undefined, { latest: 'cart' }, json({ traces: [] }), json({ traces: [] })),
      'no trace with a span of cart came in the last 24 hours',
    ],
    [
      'an unknown id',
      () => show('ab', {}, json({ detail: 'no trace ab is stored' }, 404)),
      'no trace ab is stored',
    ],
    [
      'no query service',
      () => show('ab', {}, new TypeError('fetch failed')),
      'no query service answers at http://query.test:16686: run `make up`, or give its address with --query-url',
    ],
    [
      'another server on the port',
      () => show('ab', {}, new Response('<html>', { status: 200 })),
      'http://query.test:16686 is no query service of Spanmill: its answer is no JSON',
    ],
    [
      'an error of a proxy',
      () => show('ab', {}, new Response('<html>', { status: 502 })),
      'the query service answered with status 502',
    ],
    [
      'a slow query service',
      () => show('ab', {}, Object.assign(new Error('late'), { name: 'TimeoutError' })),
      'the query service at http://query.test:16686 did not answer within 60 s',
    ],
  ])('says what to do about %s', async (_what, run, message) => {
    await expect(run()).rejects.toMatchObject({ name: 'CliError', message });
  });

  it('refuses an address that is none', async () => {
    await expect(queryClient('localhost 16686').get('/')).rejects.toThrow(
      '--query-url localhost 16686 is no address',
    );
  });
});
