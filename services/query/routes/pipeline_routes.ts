/** `/api/v1/pipeline`: how the pipeline itself does, even while ClickHouse is away. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import { Problem } from '../problem.ts';
import { pipelineFigures } from '../pipeline_figures.ts';
import type { PipelineStore, StorageFigures } from '../pipeline_store.ts';
import { addRoute } from '../route.ts';
import * as shape from '../schema.ts';
import type { Scraper } from '../scraper.ts';
import { StoreError } from '../store.ts';

const FIGURE = shape.nullable(shape.number());
const FLOW_PROPERTIES = {
  total: shape.nullable(shape.number(), 'Since the services started; null where none tells.'),
  perSecond: shape.nullable(shape.number(), 'Since the scrape before; null at the first one.'),
};
const FLOW = shape.object(FLOW_PROPERTIES);
const DELAY = shape.object({ p50: FIGURE, p95: FIGURE, p99: FIGURE }, 'Seconds.');

const STORAGE = shape.object({
  tables: shape.array(
    shape.object({
      table: shape.text(),
      rows: shape.number(),
      bytes: shape.number('On disk.'),
      parts: shape.number(),
    }),
  ),
  spansPerSecond: shape.number('Of the last five minutes by the clocks of the spans.'),
  newestAgeSeconds: shape.nullable(
    shape.number(),
    'Since the start of the newest ten seconds of which metrics are stored; null where there are none in five minutes.',
  ),
});

const PIPELINE = shape.object({
  at: shape.moment(),
  services: shape.array(
    shape.object({ url: shape.text(), up: shape.boolean(), problem: shape.nullable(shape.text()) }),
    'Where the figures are from; empty where SPANMILL_QUERY_SCRAPE is not set.',
  ),
  elapsedSeconds: shape.nullable(shape.number(), 'Between the two scrapes that rates are from.'),
  spans: shape.object({ received: FLOW, acknowledged: FLOW, refused: FLOW, assembled: FLOW, stored: FLOW }),
  delays: shape.object({ transfer: DELAY, analysis: DELAY, commit: DELAY, insert: DELAY, storage: DELAY }),
  collector: shape.object({
    inFlightBytes: FIGURE,
    inFlightLimitBytes: FIGURE,
    spoolBytes: FIGURE,
    spooling: shape.nullable(shape.number(), 'Collectors that write to their spool now.'),
  }),
  traces: shape.object({
    open: FIGURE,
    residentBytes: FIGURE,
    spilledBytes: FIGURE,
    fragments: shape.array(shape.object({ reason: shape.text(), ...FLOW_PROPERTIES })),
  }),
  lag: shape.array(
    shape.object({
      group: shape.choice(['processor', 'sink']),
      topic: shape.nullable(shape.text(), 'Null for the processor, which reads the spans alone.'),
      partition: shape.integer(),
      records: shape.number(),
      seconds: FIGURE,
    }),
  ),
  deadLetters: shape.array(shape.object({ service: shape.text(), reason: shape.text(), ...FLOW_PROPERTIES })),
  sink: shape.object({
    tables: shape.array(
      shape.object({ table: shape.text(), rows: FLOW, inserts: FLOW, bytes: FLOW, failures: FLOW }),
    ),
    batches: shape.array(shape.object({ topic: shape.text(), batches: FLOW, replays: FLOW })),
  }),
  storage: shape.nullable(STORAGE, 'Null while ClickHouse gives no answer.'),
  storageProblem: shape.nullable(shape.text()),
});
export type PipelineAnswer = shape.Infer<typeof PIPELINE>;

const ROUTE = {
  path: '/api/v1/pipeline',
  summary: 'Rates, lag, delays, open traces and dead letters of the pipeline, and what is stored.',
  parameters: {},
  answer: PIPELINE,
};

export function pipelineRoutes(
  app: FastifyInstance,
  store: PipelineStore,
  scraper: Scraper,
  clock: Clock,
): void {
  addRoute(app, clock, ROUTE, async (_asked, { request, signal }) => {
    if (request.tenantScope?.isBound === true) {
      throw new Problem(403, 'the pipeline is of all tenants: a credential with tenant "*" may look at it');
    }
    const [scrapes, { storage, storageProblem }] = await Promise.all([
      scraper.scrape(),
      storageOf(store, signal),
    ]);
    return {
      at: new Date(scrapes.now.atMs).toISOString(),
      services: scrapes.now.targets.map(({ url, problem }) => ({ url, up: problem === null, problem })),
      ...pipelineFigures(scrapes),
      storage,
      storageProblem,
    };
  });
}

/** The page is looked at above all when something is away. */
async function storageOf(
  store: PipelineStore,
  signal: AbortSignal,
): Promise<{ storage: StorageFigures | null; storageProblem: string | null }> {
  try {
    return { storage: await store.storage(signal), storageProblem: null };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { storage: null, storageProblem: PROBLEMS.get(error.failure) ?? 'ClickHouse does not answer' };
  }
}

const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['no-tables', 'the database has no tables yet: run `spanmill migrate`'],
  ['timeout', 'ClickHouse took too long'],
  ['too-large', 'ClickHouse says more than can be read'],
]);
