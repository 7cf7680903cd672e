/** What became of each feature of a client. Pure. */
import type { ArrivedSpan } from './arrived_spans.ts';
import type { Client } from './client.ts';
import { FEATURES, type Check, type Evidence, type Feature, type Told } from './features.ts';
import { rowFault, rowKey, spanKey, type Row } from './stored_spans.ts';

export type Outcome =
  | { readonly is: 'arrived' | 'arrived as text' | 'not in the protocol' | 'not in the client' }
  | { readonly is: 'fault'; readonly fault: string };

export interface ClientResult {
  readonly id: string;
  readonly library: string;
  readonly protocol: string;
  /** Why it was not run, or null. */
  readonly skipped: string | null;
  readonly outcomes: Readonly<Partial<Record<Feature, Outcome>>>;
}

export function skippedResult({ id, library, protocol }: Client, reason: string): ClientResult {
  return { id, library, protocol, skipped: reason, outcomes: {} };
}

export function resultOf(
  { id, library, protocol, expected }: Client,
  evidence: Evidence,
  rows: ReadonlyMap<string, readonly Row[]>,
): ClientResult {
  const outcomes: Partial<Record<Feature, Outcome>> = {};
  for (const [feature, expectation] of Object.entries(expected) as [
    Exclude<Feature, 'stored'>,
    (typeof expected)['spans'],
  ][]) {
    if (expectation.kind === 'absent') outcomes[feature] = { is: `not in the ${expectation.of}` };
    else outcomes[feature] = outcome(expectation.check, evidence, expectation.isText);
  }
  outcomes.stored = outcome(storedCheck(rows), evidence, false);
  return { id, library, protocol, skipped: null, outcomes };
}

function outcome(check: Check, evidence: Evidence, isText: boolean): Outcome {
  const fault = check(evidence);
  if (fault !== null) return { is: 'fault', fault };
  return { is: isText ? 'arrived as text' : 'arrived' };
}

function storedCheck(rows: ReadonlyMap<string, readonly Row[]>): Check {
  return ({ arrived }) => {
    if (arrived.length === 0) return 'there is nothing to store';
    return arrived.map((span) => rowFault(span, rows.get(spanKey(span)) ?? [])).find(isFault) ?? null;
  };
}

function isFault(fault: string | null): fault is string {
  return fault !== null;
}

export function rowsByKey(rows: readonly Row[]): Map<string, readonly Row[]> {
  return Map.groupBy(rows, rowKey);
}

/** What a client said of itself: JSON on the last line of its output; nothing where it says nothing. */
export function toldBy(stdout: string): Told {
  const line = stdout.trim().split('\n').at(-1) ?? '';
  return line.startsWith('{') ? (JSON.parse(line) as Told) : { spans: [] };
}

/** Of services that a client's own calls. */
const CALLEES = ['-callee', '-payment'];

/**
 * Spans of a client: those of its service and of the services that it calls, and those that it tells of. A span of Zipkin v1
 * that nothing happened in names no service at all.
 */
export function spansOfClient(spans: readonly ArrivedSpan[], service: string, told: Told): ArrivedSpan[] {
  const services = new Set([service, ...CALLEES.map((callee) => service + callee)]);
  const traces = new Set(told.spans.map(({ traceId }) => traceId));
  return spans.filter((span) => services.has(span.service) || traces.has(span.traceId));
}

export function faultsOf({ id, outcomes }: ClientResult): string[] {
  return Object.entries(outcomes).flatMap(([feature, one]) =>
    one.is === 'fault' ? [`${id}, ${FEATURES[feature as Feature]}: ${one.fault}`] : [],
  );
}
