/** `/api/v1/traces/{id}`: one trace by its id, whole. */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import { TENANT, TRACE_ID } from '../declared_parameters.ts';
import { notFound } from '../problem.ts';
import { addRoute, type Asked } from '../route.ts';
import type { StoredTrace, TraceStore } from '../store.ts';
import { traceAnswer, type TraceAnswer } from '../trace_answer.ts';
import { TRACE_ANSWER } from '../trace_schema.ts';

const TRACE = {
  path: '/api/v1/traces/:id',
  summary: 'One trace: its tree, its spans, where its time went, and what to know before trusting it.',
  parameters: { id: TRACE_ID, tenant: TENANT },
  answer: TRACE_ANSWER,
  statuses: [304, 404],
};

export function traceRoutes(app: FastifyInstance, store: TraceStore, clock: Clock): void {
  addRoute<typeof TRACE.parameters, TraceAnswer>(app, clock, TRACE, async ({ id, tenant }, asked) => {
    if (await isKnown(store, tenant, id, asked)) {
      await asked.reply.code(304).send();
      return undefined as never;
    }
    const trace = await loadTrace(store, tenant, id, asked.signal);
    if (trace.version !== null) {
      // Asked again each time, and mostly answered with 304: late spans may still come.
      void asked.reply
        .header('etag', entityTag(tenant, id, trace.version))
        .header('cache-control', 'no-cache');
    }
    return traceAnswer(trace.traceId, trace.spans, trace.summary, trace.truncated);
  });
}

/** Only a summary is read to tell that the client's answer is the one of today. */
async function isKnown(store: TraceStore, tenant: string, id: string, asked: Asked): Promise<boolean> {
  const known = asked.request.headers['if-none-match'];
  if (known === undefined) return false;
  const version = await store.version(tenant, id, asked.signal);
  return version !== null && known.includes(entityTag(tenant, id, version));
}

/** Changes with the form of the answer, too: raise the number then. */
const ANSWER_FORM = 1;

function entityTag(tenant: string, id: string, version: string): string {
  const of = [ANSWER_FORM, tenant, id, version].join('/');
  return `"${createHash('sha256').update(of).digest('base64url').slice(0, 22)}"`;
}

/** Throws a 404. */
export async function loadTrace(
  store: TraceStore,
  tenant: string,
  id: string,
  signal: AbortSignal,
): Promise<StoredTrace> {
  const trace = await store.trace(tenant, id, signal);
  if (trace === null) throw notFound(unknownTrace(id));
  return trace;
}

function unknownTrace(traceId: string): string {
  return (
    `no trace ${traceId} is stored. A trace comes about ten seconds after its last span; ` +
    'older ones may have expired, and the id must be complete'
  );
}
