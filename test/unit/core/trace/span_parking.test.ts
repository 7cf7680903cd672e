import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SpanTable, type SpanNode } from '../../../../services/core/trace/run.ts';
import { SpanParking } from '../../../../services/core/trace/span_parking.ts';

const id = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => String.fromCharCode(...bytes));
const ns = fc.double({ min: 0, max: 2 ** 64, noNaN: true });
const edge = fc.record({
  service: fc.string(),
  startMs: fc.maxSafeInteger(),
  durationNs: ns,
  isError: fc.boolean(),
  weight: fc.double({ min: 1, noNaN: true }),
  peer: fc.option(fc.record({ name: fc.string(), type: fc.constantFrom('rpc', 'database') })),
  links: fc.array(id, { maxLength: 3 }),
});
const node: fc.Arbitrary<SpanNode> = fc.record({
  spanId: id,
  parentId: fc.oneof(fc.constant(''), id),
  kind: fc.nat(),
  fingerprint: fc.integer(),
  sameId: fc.constant(null),
  edge: fc.option(edge),
  position: fc.constant(0),
});

function nodes(count: number, from = 0): SpanNode[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ spanId: String(from + i).padStart(8, '0'), parentId: '', kind: 1, fingerprint: i },
    ...{ sameId: null, edge: null, position: 0 },
  }));
}

describe('parked nodes', () => {
  test('come back as they were, whoever was parked and fetched beside them', () => {
    const runs = fc.array(fc.tuple(fc.array(node, { maxLength: 20 }), fc.nat()), { maxLength: 40 });
    fc.assert(
      fc.property(runs, (parked) => {
        const parking = new SpanParking();
        const held = parked.map(([run, key]) => ({ run, key, where: parking.park(run) }));
        for (const { run, where } of held.toSorted((a, b) => a.key - b.key)) {
          expect(where === null ? null : parking.fetch(where)).toEqual(run);
        }
      }),
    );
  });

  test('come back as they were from places that others had before', () => {
    const parking = new SpanParking();
    const waiting: { run: SpanNode[]; where: ReturnType<SpanParking['park']> }[] = [];
    for (let turn = 0; turn < 3_000; turn++) {
      const links = turn % 7 === 0 ? ['linked 1'] : [];
      const end = {
        service: `s${turn}`,
        startMs: turn,
        durationNs: 1,
        isError: false,
        weight: 1,
        peer: null,
        links,
      };
      const run = nodes(10, turn * 10).map((one, i) => ({ ...one, edge: i % 3 === 0 ? end : null }));
      waiting.push({ run, where: parking.park(run) });
      // Some thousands wait at any time, so that there are several lots, and each is used over and over.
      const oldest = waiting.length > 900 ? waiting.shift() : undefined;
      if (oldest === undefined || oldest.where === null) continue;
      expect(parking.fetch(oldest.where)).toEqual(oldest.run);
    }
    expect(waiting).toHaveLength(900);
  });

  test('of a run that is too large stay where they are', () => {
    const spans = new SpanTable();
    for (const one of nodes(5_000)) spans.add(one);
    const [first] = spans.nodes;
    spans.park(new SpanParking());
    expect(spans.nodes[0]).toBe(first);
  });
});

describe('a table whose nodes are parked', () => {
  test.each([1, 3, 40])('finds all of %i spans, takes more, and may be parked again', (count) => {
    const parking = new SpanParking();
    const spans = new SpanTable();
    const [one, ...others] = nodes(count + 1);
    for (const other of others) spans.add(other);
    spans.park(parking);
    spans.park(parking);
    expect(spans.find('00000001')).toEqual(others[0]);
    spans.park(parking);
    if (one !== undefined) spans.add(one);
    spans.park(parking);
    expect(spans.nodes).toEqual([...others, one]);
    expect(spans.find('no such.')).toBeUndefined();
  });

  test('knows which spans share an id', () => {
    const spans = new SpanTable();
    const kinds = [1, 2, 3];
    for (const kind of kinds) for (const one of nodes(2)) spans.add({ ...one, kind });
    const chain = (): number[] => {
      const found: number[] = [];
      for (let at = spans.find('00000001') ?? null; at !== null; at = at.sameId) found.push(at.kind);
      return found;
    };
    const before = chain();
    expect(before.toSorted()).toEqual(kinds);
    spans.park(new SpanParking());
    expect(chain()).toEqual(before);
  });
});
