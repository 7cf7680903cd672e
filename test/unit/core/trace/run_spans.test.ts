import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readSpanView, SpanView } from '../../../../services/core/otlp/span_view.ts';
import { FewSpans } from '../../../../services/core/trace/few_spans.ts';
import { ManySpans } from '../../../../services/core/trace/many_spans.ts';
import type { HeldRecord } from '../../../../services/core/trace/record_store.ts';
import { SpanTable, type EdgeEnd, type SpanNode } from '../../../../services/core/trace/run.ts';
import type { Arrival, RunSpans } from '../../../../services/core/trace/run_spans.ts';
import { knownKind, noFacts, type NodeFacts } from '../../../../services/core/trace/span_facts.ts';
import { spanFingerprint } from '../../../../services/core/trace/span_fingerprint.ts';
import { SpanRows } from '../../../../services/core/trace/span_rows.ts';
import { NONE } from '../../../../services/core/trace/unsent_spans.ts';
import { encodeSpan, headerOf, type SpanSpec } from '../../../support/fragments.ts';

const RUNS = 3;
const label = fc.constantFrom('a', 'b', 'c', 'd', 'e', '\xff\xfe\xfd\xfc\xfb');
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const spec: fc.Arbitrary<SpanSpec> = fc.record(
  {
    id: label,
    parent: label,
    service: fc.constantFrom('web', 'cart'),
    kind: fc.integer({ min: -1, max: 5 }),
    duration: fc.nat({ max: 3 }),
  },
  { requiredKeys: ['id', 'service', 'kind'] },
);
const facts = fc.record({
  operation: fc.string(),
  status: fc.nat({ max: 2 }),
  startLow: uint32,
  startHigh: uint32,
  durationNs: fc.double({ min: 0, max: 2 ** 64, noNaN: true }),
  weight: fc.double({ min: 1, max: 2 ** 60, noNaN: true }),
  peer: fc.option(
    fc.record({ name: fc.string(), type: fc.constantFrom('rpc' as const, 'database' as const) }),
    { nil: null },
  ),
  links: fc.array(fc.record({ low: int32, high: int32 }), { maxLength: 2 }),
});
type Step =
  | {
      readonly what: 'span';
      readonly run: number;
      readonly spec: SpanSpec;
      readonly facts: Partial<NodeFacts>;
    }
  | { readonly what: 'send'; readonly run: number; readonly startMs: number }
  | { readonly what: 'end' | 'grow'; readonly run: number };
const run = fc.nat({ max: RUNS - 1 });
const span = fc.record({ what: fc.constant('span' as const), run, spec, facts });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: span },
    {
      weight: 5,
      arbitrary: fc.record({ what: fc.constant('send' as const), run, startMs: fc.maxSafeInteger() }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ what: fc.constantFrom('end' as const, 'end' as const, 'grow' as const), run }),
    },
  ),
  { maxLength: 120, size: 'max' },
);

/** A record that counts who needs it. */
class CountedRecord implements HeldRecord {
  held = 1;
  private readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  read = (start: number, end: number) => ({ buf: this.bytes, start, end });
  retain = (): number => ++this.held;
  release = (): number => --this.held;
}

/** As it is now, since nodes and their facts are lent. Of spans that are sent, what edges need. */
function plain({ idLow, idHigh, parentLow, parentHigh, kind, fingerprint, ...node }: SpanNode): unknown {
  const { service, startMs, durationNs, isError, weight, peer, links } = node.facts;
  const edge: EdgeEnd = { service, startMs, durationNs, isError, weight, peer, links };
  const { operation, status, startLow, startHigh, kind: knownAs } = node.facts;
  const unsent = { ...edge, startMs: 0, operation, status, startLow, startHigh, knownAs };
  return {
    ...{ idLow, idHigh, parentLow, parentHigh, kind, fingerprint },
    ...{ sameId: node.sameId?.fingerprint ?? null, facts: node.edge === null ? unsent : edge },
  };
}
const nodesOf = (table: SpanTable) => table.nodes.map(plain);

/** All that can be seen of runs that take these steps. */
function seen(taken: readonly Step[], begin: () => RunSpans): unknown[] {
  const runs = Array.from({ length: RUNS }, begin);
  const records: CountedRecord[] = [];
  const view = new SpanView();
  const log: unknown[] = [];
  for (const step of taken) {
    const spans = runs[step.run];
    if (spans === undefined) continue;
    if (step.what === 'span') {
      const bytes = encodeSpan(step.spec);
      readSpanView(view, bytes, 0, bytes.length);
      const record = new CountedRecord(bytes);
      const hash = spanFingerprint(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
      const header = headerOf(step.spec.service ?? '');
      const arrival: Arrival = { view, fingerprint: hash, header, facts: noFacts(), record };
      const isKnown = spans.has(arrival);
      if (!isKnown) {
        const { kind } = view;
        const isError = step.facts.status === 2;
        Object.assign(arrival.facts, {
          service: header.service,
          kind: knownKind(kind),
          ...step.facts,
          isError,
        });
        spans.add(arrival);
        records.push(record);
      }
      log.push(isKnown, spans.isComplete, spans.count, spans.unsent, spans.lastHeader?.service);
    } else if (step.what === 'send') {
      spans.send((unsent, known) => {
        log.push(
          unsent.map(({ node, header, buf }) => [plain(node), header.service, [...buf]]),
          nodesOf(known),
        );
        for (const { node } of unsent) {
          expect(known.nodes).toContain(node);
          node.facts.startMs = step.startMs;
          node.edge = node.facts;
        }
      });
    } else if (step.what === 'end') {
      spans.release();
      log.push(nodesOf(spans.end()));
      runs[step.run] = begin();
    } else if (spans instanceof FewSpans) {
      runs[step.run] = spans.toMany();
    }
    log.push(records.map(({ held }) => held));
  }
  return log;
}

test('few spans and many behave alike, also those that were few, and whoever had their rows before', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const rows = new SpanRows();
      const many = () => new ManySpans(new SpanTable(), []);
      expect(seen(taken, () => new FewSpans(rows))).toEqual(seen(taken, many));
    }),
    { numRuns: 200 },
  );
});

test('rows are used again, and never by two runs at once', () => {
  const rows = new SpanRows();
  const view = new SpanView();
  const bytes = encodeSpan({ id: 'a' });
  readSpanView(view, bytes, 0, bytes.length);
  const record = new CountedRecord(bytes);
  const arrival = { view, fingerprint: 1, header: headerOf('web'), facts: noFacts(), record };
  const add = (run: number[]): number => run.push(rows.add(arrival, run.at(-1) ?? NONE));
  const twoRuns = (): number[][] => {
    const runs: [number[], number[]] = [[], []];
    for (let span = 0; span < 9; span++) runs.forEach(add);
    add(runs[1]);
    return runs;
  };
  const before = twoRuns();
  expect(new Set(before.flat()).size).toBe(19);
  for (const row of before.flat()) rows.remove(row);
  const after = twoRuns();
  expect(new Set(after.flat()).size).toBe(19);
  expect(Math.max(...after.flat())).toBeLessThan(19 + 2 * 4);
});
