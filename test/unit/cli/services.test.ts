import { describe, expect, it } from '@jest/globals';
import { showServices } from '../../../services/cli/commands/services.ts';
import { queryClient } from '../../../services/cli/query_client.ts';
import { fakeFetch, json, recordedOutput } from '../../support/cli_fakes.ts';

const RANGE = { since: '2026-11-21T09:00:00.000Z', until: '2026-11-21T10:00:00.000Z' };
const CART = {
  service: 'cart',
  spans: 9000,
  calls: 3600,
  errors: 18,
  errorRate: 0.005,
  callsPerSecond: 1,
  p50Ns: 1.2e6,
  p95Ns: 35e6,
  p99Ns: 1.5e9,
};
const LOAD = {
  service: 'load',
  spans: 10,
  calls: 0,
  errors: 0,
  errorRate: null,
  callsPerSecond: 0,
  p50Ns: null,
  p95Ns: null,
  p99Ns: null,
};

async function show(options: Parameters<typeof showServices>[0], services: unknown[]) {
  const output = recordedOutput();
  const { fetcher, asked } = fakeFetch(json({ ...RANGE, services }));
  await showServices(options, queryClient('http://query.test', fetcher), output);
  return { ...output, asked };
}

describe('spanmill services', () => {
  it('shows the token of the environment, and says where to put one when it is asked for', async () => {
    const refused = json({ detail: 'a credential is needed' }, 401);
    const { fetcher, asked } = fakeFetch(json({ ...RANGE, services: [] }), refused);
    const client = queryClient('http://query.test', fetcher, { SPANMILL_QUERY_TOKEN: 'secret' });
    await client.get('/api/v1/services');
    expect(asked[0]?.init.headers).toEqual({ authorization: 'Bearer secret' });
    await expect(client.get('/api/v1/services')).rejects.toThrow(
      'a credential is needed: give one in SPANMILL_QUERY_TOKEN',
    );
  });

  it('prints a table with calls, errors and durations', async () => {
    const { written, notes } = await show({}, [CART, LOAD]);
    expect(written).toEqual([
      'service  calls  calls/s  errors  error rate     p50    p95    p99  spans',
      '───────  ─────  ───────  ──────  ──────────  ──────  ─────  ─────  ─────',
      'cart     3,600        1      18       0.5 %  1.2 ms  35 ms  1.5 s  9,000',
      'load         0        0       0           -       -      -      -     10',
    ]);
    expect(notes).toEqual([
      'from 2026-11-21 09:00:00 to 2026-11-21 10:00:00 UTC. Calls are requests answered and messages taken.',
    ]);
  });

  it('asks for the stretch of time that is wished', async () => {
    const { asked } = await show({ since: '7d', until: '1h' }, [CART]);
    expect(asked.map(({ url }) => url.href)).toEqual(['http://query.test/api/v1/services?since=7d&until=1h']);
  });

  it('says so when nothing came', async () => {
    const { written, notes } = await show({}, []);
    expect(written).toEqual([]);
    expect(notes).toEqual([
      'no spans from 2026-11-21 09:00:00 to 2026-11-21 10:00:00 UTC; --since looks further back',
    ]);
  });

  it('prints the answer with --json', async () => {
    const { written } = await show({ json: true }, [CART]);
    expect(JSON.parse(written.join('\n'))).toEqual({ ...RANGE, services: [CART] });
  });
});
