/** `/healthz`, `/readyz` and `/metrics`, as every service has them. */
import type { FastifyInstance } from 'fastify';
import type { MetricRegistry } from '../../platform/metrics.ts';
import { Problem } from '../problem.ts';

export interface Readiness {
  /** Null when the service can answer, else why not and what to do. Never throws. */
  notReady(signal: AbortSignal): Promise<string | null>;
}

/** Probes and Prometheus have no credentials, and nothing here is of a tenant. */
const OPEN = { config: { open: true } };

export function healthRoutes(app: FastifyInstance, registry: MetricRegistry, readiness: Readiness): void {
  app.get('/healthz', OPEN, (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok\n'));

  app.get('/readyz', OPEN, async (request, reply) => {
    const reason = await readiness.notReady(request.signal);
    if (reason !== null) throw new Problem(503, reason);
    return reply.type('text/plain; charset=utf-8').send('ready\n');
  });

  app.get('/metrics', OPEN, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.expose()),
  );
}
