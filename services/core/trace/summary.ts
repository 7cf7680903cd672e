/** What is said of a fragment as a whole: TraceSummary of proto/spanmill/v1/trace_batch.proto, as the processor makes it. */
import { compareText, OTHER } from '../metrics/deltas.ts';
import { decodeUtf8 } from '../otlp/attributes.ts';
import { limitName } from '../otlp/limit_name.ts';
import { getOrAdd } from '../get_or_add.ts';
import { sortFew } from '../sort_few.ts';
import { readSpanView } from '../otlp/span_view.ts';
import type { SpanView } from '../otlp/span_view.ts';
import type { Fragment } from './run.ts';
import type { SpanFacts } from './span_facts.ts';
import type { SpanTree } from './span_tree.ts';
import { addNs, compareTimes, fromMs, LATEST, setTime } from './unix_time.ts';
import type { MutableTime, UnixTime } from './unix_time.ts';

export interface PathStep {
  readonly service: string;
  readonly operation: string;
  readonly selfTimeNs: number;
}

export interface TraceSummary {
  /** After clamping. */
  readonly start: UnixTime;
  readonly end: UnixTime;
  readonly spans: number;
  readonly errors: number;
  /** Of the span without a parent; empty and 0 where the fragment has none. The name is as it was sent, cut at 200 characters. */
  readonly rootService: string;
  readonly rootName: string;
  readonly rootDurationNs: number;
  /** Sorted, without repeats. */
  readonly services: readonly string[];
  /** Longest first; sums to the root's duration, the last step being `__other__` where there are too many. */
  readonly criticalPath: readonly PathStep[];
  readonly missingParents: number;
}

/** Steps that a summary lists; the rest is one step. */
export const MAX_PATH_STEPS = 50;

/** Of up to so many spans the steps are looked through from end to end: a map for them takes longer. */
const FEW_SPANS = 32;

/** `pathNs` is each span's time on the critical path, by position. `view` is used for reading and left anywhere. */
export function summarise(
  fragment: Fragment,
  facts: readonly SpanFacts[],
  tree: SpanTree,
  pathNs: Float64Array,
  view: SpanView,
): TraceSummary {
  // One object for the times of all spans: they are compared, and hardly one is kept.
  const time = { low: 0, high: 0 };
  const start = { ...LATEST };
  const end = { low: 0, high: 0 };
  let errors = 0;
  const services = new Set<string>();
  for (const span of facts) {
    setToStart(time, span);
    if (compareTimes(time, start) < 0) setTime(start, time);
    addNs(time, span.durationNs);
    if (compareTimes(time, end) > 0) setTime(end, time);
    if (span.isError) errors++;
    services.add(span.service);
  }
  const root = tree.hasRoot ? facts[tree.top] : undefined;
  return {
    start,
    end,
    spans: facts.length,
    errors,
    rootService: root?.service ?? '',
    rootName: root === undefined ? '' : readName(fragment, tree.top, view),
    rootDurationNs: root?.durationNs ?? 0,
    services: sortFew([...services], compareText),
    criticalPath: steps(facts, pathNs),
    missingParents: tree.missingParents,
  };
}

function setToStart(time: MutableTime, span: SpanFacts): void {
  if (span.isClamped) {
    setTime(time, fromMs(span.startMs));
    return;
  }
  time.low = span.startLow;
  time.high = span.startHigh;
}

function readName(fragment: Fragment, position: number, view: SpanView): string {
  const span = fragment.spans[position];
  if (span === undefined) return '';
  readSpanView(view, span.buf, span.start, span.end);
  return limitName(decodeUtf8(span.buf, view.nameStart, view.nameEnd));
}

interface MutableStep extends PathStep {
  selfTimeNs: number;
}

function steps(facts: readonly SpanFacts[], pathNs: Float64Array): PathStep[] {
  const all: MutableStep[] = [];
  const byOperation = facts.length > FEW_SPANS ? new Map<string, MutableStep[]>() : null;
  for (let position = 0; position < facts.length; position++) {
    const selfTimeNs = pathNs[position] ?? 0;
    const span = facts[position];
    if (selfTimeNs === 0 || span === undefined) continue;
    const { service, operation } = span;
    const candidates = byOperation === null ? all : getOrAdd(byOperation, operation, () => []);
    const known = findStep(candidates, service, operation);
    if (known !== undefined) {
      known.selfTimeNs += selfTimeNs;
      continue;
    }
    const step = { service, operation, selfTimeNs };
    all.push(step);
    if (candidates !== all) candidates.push(step);
  }
  const sorted: PathStep[] = sortFew(all, longestFirst);
  if (sorted.length <= MAX_PATH_STEPS) return sorted;
  const rest = sorted.splice(MAX_PATH_STEPS - 1);
  const selfTimeNs = rest.reduce((sum, step) => sum + step.selfTimeNs, 0);
  return [...sorted, { service: OTHER, operation: OTHER, selfTimeNs }];
}

function findStep(
  steps: readonly MutableStep[],
  service: string,
  operation: string,
): MutableStep | undefined {
  for (const step of steps) if (step.operation === operation && step.service === service) return step;
  return undefined;
}

function longestFirst(a: PathStep, b: PathStep): number {
  return (
    b.selfTimeNs - a.selfTimeNs || compareText(a.service, b.service) || compareText(a.operation, b.operation)
  );
}
