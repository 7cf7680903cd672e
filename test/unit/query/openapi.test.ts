import { describe, expect, it } from '@jest/globals';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { createApi } from '../../../services/query/api.ts';
import { apiRoutes } from '../../../services/query/api_routes.ts';
import { metricsScraper } from '../../../services/query/scraper.ts';
import { quietLog } from '../../support/quiet_log.ts';

const clock = { now: () => Date.UTC(2026, 10, 21, 10) };

async function routesAndPaths() {
  const urls: string[] = [];
  const app = createApi({
    log: quietLog,
    registry: createRegistry('query'),
    requestTimeoutMs: 1000,
    routes: [
      (on) => {
        on.addHook('onRoute', ({ method, url }) => {
          if (method === 'GET') urls.push(url);
        });
      },
      apiRoutes({
        query: () => Promise.resolve([]),
        clock,
        retention: { tenSecondDays: 2, minuteDays: 30 },
        maxTraceSpans: 10,
        scraper: metricsScraper({ urls: [], clock }),
      }),
    ],
  });
  const response = await app.inject('/api/v1/openapi.json');
  return { urls, paths: response.json<{ paths: Readonly<Record<string, object>> }>().paths };
}

describe('the OpenAPI document', () => {
  it('has every route under /api/v1', async () => {
    const { urls, paths } = await routesAndPaths();
    const own = urls.filter((url) => url.startsWith('/api/v1/')).map((url) => url.replace(/:(\w+)/g, '{$1}'));
    expect(own.length).toBeGreaterThan(10);
    expect(Object.keys(paths).sort()).toEqual(own.sort());
  });
});
