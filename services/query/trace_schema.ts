/** The trace answer (trace_answer.ts) and its parts as schemas of the API's document. */
import * as shape from './schema.ts';

const NS = shape.nanosecondsSchema;
const ATTRIBUTES = shape.record(shape.text());

const STEP = shape.object({
  service: shape.text(),
  operation: shape.text(),
  selfTimeNs: NS(),
});

const WARNING = shape.object({
  code: shape.choice([
    'missing-parents',
    'cycle',
    'no-root',
    'several-roots',
    'duplicate-ids',
    'clock-skew',
    'wild-clock',
    'truncated',
    'incomplete',
  ]),
  message: shape.text('For people.'),
  count: shape.integer('Spans concerned; 0 where the warning is about the trace as a whole.'),
  spanIds: shape.array(shape.text(), 'The first of them.'),
});

const SPAN = shape.object({
  spanId: shape.text(),
  parentSpanId: shape.nullable(shape.text(), 'As reported; null for a root.'),
  parent: shape.nullable(shape.integer(), 'Position in spans of the parent that was found.'),
  depth: shape.integer('0 for a root.'),
  service: shape.text(),
  name: shape.text(),
  kind: shape.text('Server, Client, Producer, Consumer, Internal, Unspecified.'),
  status: shape.text('Unset, Ok, Error.'),
  statusMessage: shape.text(),
  startOffsetNs: NS('Since the start of the trace.'),
  durationNs: NS(),
  selfTimeNs: NS('Time in which no child ran.'),
  criticalTimeNs: shape.number(
    'Time in which the end of the trace waited for this span alone; 0 off its critical path.',
  ),
  reportedStartNs: shape.nullable(shape.text(), 'What its clock said, where another start is stored.'),
  attributes: ATTRIBUTES,
  resource: shape.integer('Position in resources.'),
  scope: shape.object({ name: shape.text(), version: shape.text() }),
  traceState: shape.text(),
  events: shape.array(shape.object({ offsetNs: NS(), name: shape.text(), attributes: ATTRIBUTES })),
  links: shape.array(
    shape.object({
      traceId: shape.text(),
      spanId: shape.text(),
      traceState: shape.text(),
      attributes: ATTRIBUTES,
    }),
  ),
  weight: shape.number('Spans that this one stands for, as its sampling says.'),
});

export const TRACE_ANSWER = shape.object({
  traceId: shape.text(),
  startNs: shape.text('Earliest start, nanoseconds since 1970.'),
  durationNs: NS(),
  root: shape.nullable(
    shape.object({ spanId: shape.text(), service: shape.text(), name: shape.text(), durationNs: NS() }),
  ),
  spanCount: shape.integer(),
  errorCount: shape.integer(),
  services: shape.array(
    shape.object({ service: shape.text(), spans: shape.integer(), errors: shape.integer() }),
    'In order of appearance.',
  ),
  fragments: shape.integer('Pieces in which the processor sent the trace.'),
  criticalPath: shape.array(STEP, 'Where the time of the whole trace went; longest first.'),
  warnings: shape.array(WARNING),
  resources: shape.array(ATTRIBUTES, 'Each set of resource attributes once.'),
  spans: shape.array(SPAN, 'Earliest first.'),
});
