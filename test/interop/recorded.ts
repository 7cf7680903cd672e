/** Traces that real systems recorded, through Zipkin's door and back out of the query API, whole. */
import { isDeepStrictEqual } from 'node:util';
import { mergeSpans } from '../../services/query/zipkin/merge.ts';
import type { ZipkinSpan } from '../../services/query/zipkin/zipkin_span.ts';
import { recordedTraces, type RecordedTrace } from '../support/recorded_zipkin.ts';
import { until } from '../support/until.ts';

export interface RecordedResult {
  readonly name: string;
  readonly spans: number;
  readonly tags: number;
  readonly annotations: number;
  readonly fault: string | null;
}

/** Not so near that another trace's end is waited for. */
const AGE_MS = 10_000;
const STORED_TIMEOUT_MS = 60_000;

/** Empty where the recordings are not beside the checkout. */
export async function sendRecorded(zipkinPort: number): Promise<readonly RecordedTrace[]> {
  const traces = recordedTraces(Math.floor(Date.now() / 1000) * 1000 - AGE_MS);
  for (const { name, spans } of traces) {
    const answer = await fetch(`http://127.0.0.1:${zipkinPort}/api/v2/spans`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(spans),
    });
    if (answer.status !== 202) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
  }
  return traces;
}

/** What Zipkin itself would answer of them: its own rules merge the reports of a span. */
export async function compareRecorded(
  queryUrl: string,
  { name, spans }: RecordedTrace,
): Promise<RecordedResult> {
  const expected = mergeSpans(spans);
  const counts = {
    name,
    spans: expected.length,
    tags: count(expected, ({ tags }) => Object.keys(tags ?? {}).length),
    annotations: count(expected, ({ annotations }) => annotations?.length ?? 0),
  };
  try {
    const stored = await storedTrace(queryUrl, spans[0]?.traceId ?? '', expected.length);
    return { ...counts, fault: difference(stored, expected) };
  } catch (error) {
    return { ...counts, fault: (error as Error).message };
  }
}

function count(spans: readonly ZipkinSpan[], of: (span: ZipkinSpan) => number): number {
  return spans.reduce((sum, span) => sum + of(span), 0);
}

function storedTrace(queryUrl: string, traceId: string, spans: number): Promise<ZipkinSpan[]> {
  const ask = async (): Promise<ZipkinSpan[] | null> => {
    const answer = await fetch(`${queryUrl}/api/v2/trace/${traceId}`);
    if (!answer.ok) return null;
    const stored = (await answer.json()) as ZipkinSpan[];
    return stored.length >= spans ? stored : null;
  };
  return until(`${spans} spans of trace ${traceId} are stored`, ask, STORED_TIMEOUT_MS);
}

function difference(stored: readonly ZipkinSpan[], expected: readonly ZipkinSpan[]): string | null {
  if (stored.length !== expected.length) return `${stored.length} spans came back, not ${expected.length}`;
  const index = expected.findIndex((span, at) => !isDeepStrictEqual(stored[at], span));
  if (index < 0) return null;
  return `${JSON.stringify(stored[index])} came back, not ${JSON.stringify(expected[index])}`;
}
