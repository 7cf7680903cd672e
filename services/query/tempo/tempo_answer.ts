/** How Tempo tells errors: a line of text. */
import type { FastifyReply } from 'fastify';
import type { Problem } from '../problem.ts';

export const TEMPO_ROUTE = {
  config: {
    problemFormat: (reply: FastifyReply, { message }: Problem): void => {
      void reply.type('text/plain; charset=utf-8').send(message);
    },
  },
};
