/**
 * The page's own types of the API's answers are what the query service declares. The compiler checks it: an assignment below that is
 * wrong fails `make typecheck`.
 */
import { expect, test } from '@jest/globals';
import type { TraceListAnswer } from '../../../services/query/routes/search_routes.ts';
import type { ServicesAnswer } from '../../../services/query/routes/service_routes.ts';
import type { Infer } from '../../../services/query/schema.ts';
import type { TRACE_ANSWER } from '../../../services/query/trace_schema.ts';
import type { PipelineFigures } from '../../../services/query/pipeline_figures.ts';
import type { FoundTraces, Services } from '../../../services/web/api/answers.ts';
import type { Pipeline } from '../../../services/web/api/pipeline_answer.ts';
import type { Trace } from '../../../services/web/api/trace_answer.ts';

type Fits<Answer, Read> = Answer extends Read ? true : never;

test('the page reads what the service answers', () => {
  const fits: [
    Fits<Infer<typeof TRACE_ANSWER>, Trace>,
    Fits<TraceListAnswer, FoundTraces>,
    Fits<ServicesAnswer, Services>,
    Fits<PipelineFigures, Omit<Pipeline, 'at' | 'services' | 'storage' | 'storageProblem'>>,
  ] = [true, true, true, true];
  expect(fits).toHaveLength(4);
});
