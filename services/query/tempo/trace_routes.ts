/** Tempo's traces by id and search, and what Grafana asks to see whether it is there. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { tempopb } from '../../../proto/generated/index.js';
import type { Clock } from '../../platform/clock.ts';
import type { ForeignStore, ForeignTrace } from '../foreign/foreign_store.ts';
import { PROTOBUF, PROTOBUF_JSON, resourceSpans } from '../foreign/otlp_trace.ts';
import type { QueryString } from '../parameters.ts';
import { notFound } from '../problem.ts';
import type { MatchStore } from './matched_spans.ts';
import { searchAnswer } from './search_answer.ts';
import { TEMPO_ROUTE } from './tempo_answer.ts';
import { tempoSearch, tempoTraceIdParameter } from './tempo_parameters.ts';

export interface TempoOptions {
  readonly store: ForeignStore;
  readonly matches: MatchStore;
  readonly clock: Clock;
}

const PROTOBUF_TYPE = 'application/protobuf';
/** The release of Tempo whose API this follows: Grafana goes by it. */
const TEMPO_VERSION = '2.7.0';

export function tempoTraceRoutes(app: FastifyInstance, { store, matches, clock }: TempoOptions): void {
  byId(app, store, '/tempo/api/traces/:id', answerTrace);
  byId(app, store, '/tempo/api/v2/traces/:id', answerTraceV2);

  app.get<{ Querystring: QueryString }>(
    '/tempo/api/search',
    TEMPO_ROUTE,
    async ({ query, tenant, signal }) => {
      const search = tempoSearch(query, tenant, clock.now());
      const ids = await store.find(search, signal);
      const [facts, spans] = await Promise.all([
        store.facts(search.tenant, ids, signal),
        matches.matches(search, ids, search.spansPerSet, signal),
      ]);
      return searchAnswer(facts, spans, search.fields);
    },
  );

  app.get('/tempo/api/echo', TEMPO_ROUTE, (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send('echo'),
  );

  app.get('/tempo/api/status/buildinfo', TEMPO_ROUTE, () => ({
    ...{
      version: TEMPO_VERSION,
      revision: 'spanmill',
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    },
  }));
}

function byId(
  app: FastifyInstance,
  store: ForeignStore,
  path: string,
  answer: (reply: FastifyReply, trace: ForeignTrace, protobuf: boolean) => FastifyReply,
): void {
  app.get<{ Params: { id: string } }>(
    path,
    TEMPO_ROUTE,
    async ({ params, headers, tenant, signal }, reply) => {
      const traceId = tempoTraceIdParameter(params.id);
      const [trace] = await store.traces(tenant, [traceId], signal);
      if (trace === undefined) throw notFound('trace not found');
      return answer(reply, trace, (headers.accept ?? '').includes(PROTOBUF_TYPE));
    },
  );
}

function answerTrace(reply: FastifyReply, { spans }: ForeignTrace, protobuf: boolean): FastifyReply {
  if (!protobuf) return reply.send({ batches: resourceSpans(spans, PROTOBUF_JSON) });
  const bytes = tempopb.Trace.encode({ resourceSpans: resourceSpans(spans, PROTOBUF) }).finish();
  return reply.type(PROTOBUF_TYPE).send(Buffer.from(bytes));
}

function answerTraceV2(reply: FastifyReply, trace: ForeignTrace, protobuf: boolean): FastifyReply {
  const { spans, truncated, facts } = trace;
  const message = truncated ? `only the first ${spans.length} of ${facts.spans} spans are shown` : '';
  if (!protobuf) {
    const partial = truncated ? { status: 'PARTIAL', message } : {};
    return reply.send({
      trace: { resourceSpans: resourceSpans(spans, PROTOBUF_JSON) },
      metrics: {},
      ...partial,
    });
  }
  const status = truncated ? tempopb.PartialStatus.PARTIAL : tempopb.PartialStatus.COMPLETE;
  const answer = { trace: { resourceSpans: resourceSpans(spans, PROTOBUF) }, status, message };
  return reply.type(PROTOBUF_TYPE).send(Buffer.from(tempopb.TraceByIDResponse.encode(answer).finish()));
}
