/** `/api/metrics/...`: the figures of Jaeger's monitor, from the metrics that the processor counted before any sampling. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import { firstOf, LAST_MS, wholeNumber } from '../foreign/query_values.ts';
import { valuesOf, type QueryString } from '../parameters.ts';
import { badRequest } from '../problem.ts';
import { jaegerAnswer, jaegerProblem } from './jaeger_answer.ts';
import { KIND_TAGS } from './jaeger_tags.ts';
import { metricFamily, type Figure, type MetricQuery } from './metric_family.ts';
import type { MetricStore } from './metric_store.ts';
import { wordOf } from './tag_condition.ts';

const ROUTE = { config: { problemFormat: jaegerProblem } };

/** The windows of the finest metrics. */
const MIN_STEP_MS = 10_000;
/** Of one series. */
const MOST_POINTS = 11_000;
const MOST_SERVICES = 100;

export function metricRoutes(app: FastifyInstance, store: MetricStore, clock: Clock): void {
  const answer = (figureOf: (query: QueryString) => Figure, path: string): void => {
    app.get<{ Querystring: QueryString }>(path, ROUTE, async ({ query, tenant, signal }) => {
      const figure = figureOf(query);
      const asked = metricQuery(query, tenant, clock.now());
      return metricFamily(figure, asked, await store.windows(asked, signal));
    });
  };
  answer(latencies, '/api/metrics/latencies');
  answer(() => ({ name: 'calls' }), '/api/metrics/calls');
  answer(() => ({ name: 'errors' }), '/api/metrics/errors');
  app.get('/api/metrics/minstep', ROUTE, () => jaegerAnswer(MIN_STEP_MS));
}

function latencies(query: QueryString): Figure {
  const text = firstOf(query, 'quantile') ?? '';
  const quantile = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || quantile > 1) {
    throw badRequest(
      `unable to parse param 'quantile': ${JSON.stringify(text.slice(0, 64))} is none from 0 to 1`,
    );
  }
  return { name: 'latencies', quantile };
}

export function metricQuery(query: QueryString, tenant: string, nowMs: number): MetricQuery {
  const services = valuesOf(query, 'service');
  if (services.length === 0) {
    throw badRequest("unable to parse param 'service': please provide at least one service name");
  }
  if (services.length > MOST_SERVICES) throw badRequest(`at most ${MOST_SERVICES} services at once`);
  const duration = (name: string, otherwise: bigint): number =>
    Number(wholeNumber(query, name, { min: 0n, max: LAST_MS, otherwise }));
  const asked = {
    ...{ tenant, services },
    kinds: spanKinds(query),
    byOperation: booleanParameter(query, 'groupByOperation'),
    endMs: duration('endTs', BigInt(Math.round(nowMs))),
    lookbackMs: duration('lookback', 3_600_000n),
    stepMs: duration('step', 5_000n),
    ratePerMs: duration('ratePer', 600_000n),
  };
  if (asked.stepMs === 0 || asked.lookbackMs / asked.stepMs > MOST_POINTS) {
    throw badRequest(`unable to parse param 'step': more than ${MOST_POINTS} points; make it longer`);
  }
  if (asked.lookbackMs > asked.endMs)
    throw badRequest("unable to parse param 'lookback': longer than time itself");
  return asked;
}

function booleanParameter(query: QueryString, name: string): boolean {
  const text = firstOf(query, name);
  if (text === null || /^(?:0|f|false)$/i.test(text)) return false;
  if (/^(?:1|t|true)$/i.test(text)) return true;
  throw badRequest(
    `unable to parse param '${name}': ${JSON.stringify(text.slice(0, 64))} is neither true nor false`,
  );
}

/** `server` or `SPAN_KIND_SERVER`; servers alone where none is named. */
function spanKinds(query: QueryString): string[] {
  const asked = valuesOf(query, 'spanKind');
  if (asked.length === 0) return ['Server'];
  return asked.map((text) => {
    const tag = text.toLowerCase().replace(/^span_kind_/, '');
    const kind = tag === 'unspecified' ? 'Unspecified' : wordOf(KIND_TAGS, tag);
    if (kind === null)
      throw badRequest(`unable to parse param 'spanKind': unsupported span kind: '${text.slice(0, 64)}'`);
    return kind;
  });
}
