/**
 * The page's own types of the API's answers are what the query service declares. The compiler checks it: an assignment below that is
 * wrong fails `make typecheck`.
 */
import { expect, test } from '@jest/globals';
import type { ComparisonAnswer, NormalAnswer } from '../../../services/query/routes/compare_routes.ts';
import type { GraphAnswer } from '../../../services/query/routes/graph_routes.ts';
import type { CriticalPathAnswer } from '../../../services/query/routes/path_routes.ts';
import type { PipelineAnswer } from '../../../services/query/routes/pipeline_routes.ts';
import type { TraceListAnswer } from '../../../services/query/routes/search_routes.ts';
import type {
  ExemplarsAnswer,
  HeatmapAnswer,
  SeriesAnswer,
} from '../../../services/query/routes/series_routes.ts';
import type { OperationsAnswer, ServicesAnswer } from '../../../services/query/routes/service_routes.ts';
import type { TenantsAnswer } from '../../../services/query/routes/tenant_routes.ts';
import type { Infer } from '../../../services/query/schema.ts';
import type { TRACE_ANSWER } from '../../../services/query/trace_schema.ts';
import type {
  CriticalPaths,
  Exemplars,
  FoundTraces,
  Graph,
  Heatmap,
  Operations,
  Series,
  Services,
  Tenants,
} from '../../../services/web/api/answers.ts';
import type { Pipeline } from '../../../services/web/api/pipeline_answer.ts';
import type { Comparison, Normal, Trace } from '../../../services/web/api/trace_answer.ts';

type Fits<Answer, Read> = Answer extends Read ? true : never;

test('the page reads what the service answers', () => {
  const fits: [
    Fits<Infer<typeof TRACE_ANSWER>, Trace>,
    Fits<ComparisonAnswer, Comparison>,
    Fits<NormalAnswer, Normal>,
    Fits<TraceListAnswer, FoundTraces>,
    Fits<ServicesAnswer, Services>,
    Fits<OperationsAnswer, Operations>,
    Fits<SeriesAnswer, Series>,
    Fits<HeatmapAnswer, Heatmap>,
    Fits<ExemplarsAnswer, Exemplars>,
    Fits<GraphAnswer, Graph>,
    Fits<CriticalPathAnswer, CriticalPaths>,
    Fits<PipelineAnswer, Pipeline>,
    Fits<TenantsAnswer, Tenants>,
  ] = [true, true, true, true, true, true, true, true, true, true, true, true, true];
  expect(fits).toHaveLength(13);
});
