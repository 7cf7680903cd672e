/** The traffic of the chaos drill: seeded, at its rate, each span once, when it is due. */
import { describe, expect, test } from '@jest/globals';
import { SpanIndex } from '../../../services/core/otlp/span_index.ts';
import { SHAPES } from '../../chaos/load/shapes.ts';
import { Traffic, type TrafficRequest } from '../../chaos/load/traffic.ts';

const START_MS = 1_800_000_000_000;

function run(traffic: Traffic, ms: number, makesMore = true): TrafficRequest[] {
  const requests: TrafficRequest[] = [];
  for (let at = 0; at <= ms; at += 50) requests.push(...traffic.take(START_MS + at, makesMore));
  return requests;
}

const spansIn = (requests: readonly TrafficRequest[]) => requests.flatMap(({ spans }) => spans);

describe('the traffic of the chaos drill', () => {
  test('is the same for the same seed, and another for another', () => {
    const ids = (seed: number) =>
      spansIn(run(new Traffic(seed, 500), 5_000)).map((span) => span.traceId + span.spanId);
    expect(ids(7)).toEqual(ids(7));
    expect(ids(8)).not.toEqual(ids(7));
  });

  test('keeps its rate, also when that changes', () => {
    const traffic = new Traffic(7, 500);
    const first = run(traffic, 20_000);
    const spans = spansIn(first).length + spansIn(traffic.takeRest()).length;
    expect(spans).toBeGreaterThan(9_500);
    expect(spans).toBeLessThan(12_500);
  });

  test('gives every span once, in requests that hold just the spans they say', () => {
    const traffic = new Traffic(7, 400);
    const requests = [...run(traffic, 10_000), ...traffic.takeRest()];
    const keys = spansIn(requests).map(({ traceId, spanId }) => `${traceId}/${spanId}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(requests.map(({ number }) => number)).toEqual(requests.map((_, i) => i + 1));
    const index = new SpanIndex();
    for (const { bytes, spans } of requests) {
      index.read(bytes);
      expect(index.count).toBe(spans.length);
    }
  });

  test('sends the pieces of a trace at different times', () => {
    const requests = run(new Traffic(7, 400), 10_000);
    const [first] = spansIn(requests);
    const traces = Map.groupBy(
      requests.flatMap(({ number, spans }) => spans.map(({ traceId }) => ({ number, traceId }))),
      ({ traceId }) => traceId,
    );
    expect(first).toBeDefined();
    const inPieces = [...traces.values()].filter((of) => new Set(of.map(({ number }) => number)).size > 1);
    expect(inPieces.length).toBeGreaterThan(traces.size / 2);
  });

  test('begins no trace while its senders cannot keep up, and finishes those that were begun', () => {
    const traffic = new Traffic(7, 400);
    const begun = new Set(spansIn(run(traffic, 2_000)).map(({ traceId }) => traceId));
    const later = traffic.take(START_MS + 4_000, false);
    expect(later.length).toBeGreaterThan(0);
    for (const { traceId } of spansIn(later)) expect(begun).toContain(traceId);
    expect(spansIn(traffic.take(START_MS + 60_000, false)).length).toBeGreaterThan(0);
    expect(traffic.take(START_MS + 90_000, false)).toEqual([]);
  });

  test('sets the clocks of some services wrong', () => {
    const traffic = new Traffic(7, 400);
    traffic.skewClockMs = -3_600_000;
    const spans = spansIn(run(traffic, 5_000));
    const isSkewed = ({ startMs }: { startMs: number }) => startMs < START_MS - 3_000_000;
    expect(new Set(spans.filter(isSkewed).map(({ service }) => service))).toEqual(
      new Set(['catalog', 'worker']),
    );
  });

  test('has shapes whose shares add up', () => {
    expect(SHAPES.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  });
});
