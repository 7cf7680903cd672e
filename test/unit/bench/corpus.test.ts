import { describe, expect, it } from '@jest/globals';
import { opentelemetry } from '../../../proto/generated/index.js';
import { STATUS_ERROR } from '../../../services/core/otlp/fields.ts';
import { seeded } from '../../support/known_load.ts';
import { VisitBytes } from '../../bench/corpus/visit_bytes.ts';
import { Visits } from '../../bench/corpus/visits.ts';

const START_MS = 1_760_000_000_000;
const VISITS = 2000;

function corpus(seed: number, visits: number): Uint8Array {
  const random = seeded(seed);
  const [maker, bytes] = [new Visits(random), new VisitBytes(random)];
  for (let i = 0; i < visits; i++) bytes.add(maker.next(START_MS + i));
  return bytes.take();
}

function spansOf(bytes: Uint8Array) {
  const { resourceSpans } = opentelemetry.proto.trace.v1.TracesData.decode(bytes);
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    (scopeSpans ?? []).flatMap(({ spans }) => (spans ?? []).map((span) => ({ resource, span }))),
  );
}

describe('the corpus', () => {
  const bytes = corpus(1, VISITS);
  const spans = spansOf(bytes);
  const traces = Map.groupBy(spans, ({ span }) => Buffer.from(span.traceId ?? []).toString('hex'));

  it('is the same for the same seed, and another for another', () => {
    expect(corpus(1, 50)).toEqual(corpus(1, 50));
    expect(corpus(1, 50)).not.toEqual(corpus(2, 50));
  });

  it('has whole traces of 5 to 30 spans, each with one root', () => {
    expect(traces.size).toBe(VISITS);
    for (const of of traces.values()) {
      expect(of.length).toBeGreaterThanOrEqual(5);
      expect(of.length).toBeLessThanOrEqual(30);
      const ids = new Set(of.map(({ span }) => Buffer.from(span.spanId ?? []).toString('hex')));
      const parents = of.map(({ span }) => Buffer.from(span.parentSpanId ?? []).toString('hex'));
      expect(ids.size).toBe(of.length);
      expect(parents.filter((id) => id === '')).toHaveLength(1);
      expect(parents.every((id) => id === '' || ids.has(id))).toBe(true);
    }
  });

  it('has 8 attributes of the resource, 8 to 10 of the span, and about 410 bytes a span', () => {
    for (const { resource, span } of spans) {
      expect(resource?.attributes).toHaveLength(8);
      expect(span.attributes?.length).toBeGreaterThanOrEqual(8);
      expect(span.attributes?.length).toBeLessThanOrEqual(10);
    }
    const bytesASpan = bytes.length / spans.length;
    expect(bytesASpan).toBeGreaterThan(370);
    expect(bytesASpan).toBeLessThan(450);
  });

  it('has spans within the time of their parents, and errors in one trace of seventy', () => {
    for (const of of traces.values()) {
      const root = of.find(({ span }) => span.parentSpanId?.length === 0)?.span;
      for (const { span } of of) {
        expect(Number(span.startTimeUnixNano)).toBeGreaterThanOrEqual(Number(root?.startTimeUnixNano));
        expect(Number(span.endTimeUnixNano)).toBeLessThanOrEqual(Number(root?.endTimeUnixNano));
      }
    }
    const failed = [...traces.values()].filter((of) =>
      of.some(({ span }) => Number(span.status?.code) === STATUS_ERROR),
    );
    expect(failed.length / VISITS).toBeGreaterThan(1 / 140);
    expect(failed.length / VISITS).toBeLessThan(1 / 35);
  });
});
