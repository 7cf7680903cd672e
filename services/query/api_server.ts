/** Lets the API listen, and lets it finish what it has begun when the service stops. */
import type { FastifyInstance } from 'fastify';
import { explain } from '../platform/health_server.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';

export interface ApiServerOptions {
  readonly host: string;
  readonly port: number;
  readonly log: Log;
}

export function apiServer(app: FastifyInstance, { host, port, log }: ApiServerOptions): Part {
  return {
    name: 'query API',
    start: async () => {
      try {
        const address = await app.listen({ host, port });
        log.info({ address }, 'answers queries');
      } catch (error) {
        throw explain(error as NodeJS.ErrnoException, port);
      }
    },
    stop: () => app.close(),
  };
}
