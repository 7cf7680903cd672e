/** `/metrics/spans`: counters of spans and edges for Prometheus, with exemplars where OpenMetrics is asked for. */
import type { FastifyInstance } from 'fastify';
import type { CounterStore } from '../counter_store.ts';
import { CONTENT_TYPES, exposition, formatOf } from '../exposition.ts';
import { onlyParameters, type QueryString } from '../parameters.ts';
import { spanFamilies } from '../span_families.ts';

export function spanMetricsRoutes(app: FastifyInstance, store: CounterStore): void {
  app.get<{ Querystring: QueryString }>('/metrics/spans', async (request, reply) => {
    onlyParameters(request.query, ['tenant']);
    const format = formatOf(request.headers.accept);
    const counters = await store.counters(request.tenant, format === 'openmetrics', request.signal);
    return reply.type(CONTENT_TYPES[format]).send(exposition(spanFamilies(counters), format));
  });
}
