/** `/api/v1/services`: what each service did in a stretch of time. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import { onlyParameters, tenantParameter, timeRangeParameters, type QueryString } from '../parameters.ts';
import type { ServiceFigures, Store } from '../store.ts';

export interface ServicesAnswer {
  /** RFC 3339. */
  readonly since: string;
  readonly until: string;
  /** Most calls first. */
  readonly services: readonly ServiceItem[];
}

export interface ServiceItem {
  readonly service: string;
  /** Spans of any kind. */
  readonly spans: number;
  /** Requests answered and messages taken; each counts as often as its sampling says. */
  readonly calls: number;
  readonly errors: number;
  /** Errors in calls, from 0 to 1; null without calls. */
  readonly errorRate: number | null;
  readonly callsPerSecond: number;
  /** Of the calls, in nanoseconds; null without any. */
  readonly p50Ns: number | null;
  readonly p95Ns: number | null;
  readonly p99Ns: number | null;
}

export function serviceRoutes(app: FastifyInstance, store: Store, clock: Clock): void {
  app.get<{ Querystring: QueryString }>('/api/v1/services', async (request): Promise<ServicesAnswer> => {
    onlyParameters(request.query, ['tenant', 'since', 'until']);
    const range = timeRangeParameters(request.query, clock.now());
    const found = await store.services(tenantParameter(request.query), range, request.signal);
    const seconds = (range.untilMs - range.sinceMs) / 1000;
    return {
      since: new Date(range.sinceMs).toISOString(),
      until: new Date(range.untilMs).toISOString(),
      services: found.map((figures) => serviceItem(figures, seconds)),
    };
  });
}

function serviceItem(
  { service, spans, calls, errors, durations }: ServiceFigures,
  seconds: number,
): ServiceItem {
  return {
    service,
    spans,
    calls,
    errors,
    errorRate: calls > 0 ? errors / calls : null,
    callsPerSecond: calls / seconds,
    p50Ns: durations?.p50 ?? null,
    p95Ns: durations?.p95 ?? null,
    p99Ns: durations?.p99 ?? null,
  };
}
