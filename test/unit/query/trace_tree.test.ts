import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildTree, selfTimeNs, type TraceTree } from '../../../services/query/trace_tree.ts';
import type { StoredSpan } from '../../../services/query/trace_answer.ts';
import { storedSpan } from '../../support/trace_fixture.ts';

/** `a(b,c(d))`: each root with its children in order. */
function shape(tree: TraceTree<StoredSpan>): string {
  const write = (node: TraceTree<StoredSpan>['nodes'][number]): string =>
    node.span.spanId + (node.children.length > 0 ? `(${node.children.map(write).join(',')})` : '');
  return tree.roots.map(write).join(' ');
}

const faults = (tree: TraceTree<StoredSpan>) =>
  tree.nodes.filter((node) => node.fault !== null).map((node) => `${node.span.spanId}:${String(node.fault)}`);

describe('buildTree', () => {
  it('puts children under their parents, earliest first, in whatever order they come', () => {
    const tree = buildTree([
      storedSpan('d', 'c', 30, 1),
      storedSpan('c', 'a', 20, 20),
      storedSpan('b', 'a', 10, 5),
      storedSpan('a', '', 0, 100),
    ]);
    expect(shape(tree)).toBe('a(b,c(d))');
    expect(tree.nodes.map((node) => node.depth)).toEqual([0, 1, 1, 2]);
    expect(faults(tree)).toEqual([]);
  });

  it('lists the longer of two spans with the same start first', () => {
    const tree = buildTree([storedSpan('a', 'b', 0, 5), storedSpan('b', '', 0, 10)]);
    expect(tree.nodes.map((node) => node.span.spanId)).toEqual(['b', 'a']);
  });

  it('makes a root of a span whose parent is missing, behind the real roots', () => {
    const tree = buildTree([
      storedSpan('orphan', 'zz', 0, 5),
      storedSpan('a', '', 10, 5),
      storedSpan('b', '', 20, 5),
    ]);
    expect(shape(tree)).toBe('a b orphan');
    expect(faults(tree)).toEqual(['orphan:missing-parent']);
  });

  it('cuts a cycle at its earliest span and keeps what hangs from it', () => {
    const tree = buildTree([
      storedSpan('c', 'b', 2, 1),
      storedSpan('a', 'c', 0, 1),
      storedSpan('b', 'a', 1, 1),
      storedSpan('tail', 'b', 5, 1),
    ]);
    expect(shape(tree)).toBe('a(b(c,tail))');
    expect(faults(tree)).toEqual(['a:cycle']);
  });

  it('makes a root of a span that names itself as its parent', () => {
    const tree = buildTree([storedSpan('a', 'a', 0, 1)]);
    expect(shape(tree)).toBe('a');
    expect(faults(tree)).toEqual(['a:cycle']);
  });

  it('cuts a cycle that the two ends of a shared span make', () => {
    const tree = buildTree([
      storedSpan('a', '', 0, 1, { kind: 'Server' }),
      storedSpan('a', 'a', 1, 1, { kind: 'Client' }),
    ]);
    expect(tree.roots.map(({ span }) => span.kind)).toEqual(['Server']);
    expect(shape(tree)).toBe('a(a)');
    expect(faults(tree)).toEqual(['a:cycle']);
  });

  it('puts the server of a shared span under its client, and its children under the end of their own service', () => {
    const tree = buildTree([
      storedSpan('root', '', 0, 100, { service: 'web' }),
      storedSpan('x', 'root', 10, 50, { service: 'web', kind: 'Client' }),
      storedSpan('x', 'root', 20, 30, { service: 'api', kind: 'Server' }),
      storedSpan('db', 'x', 25, 5, { service: 'api', kind: 'Client' }),
      storedSpan('log', 'x', 11, 1, { service: 'web' }),
      storedSpan('other', 'x', 26, 1, { service: 'elsewhere' }),
    ]);
    expect(shape(tree)).toBe('root(x(log,x(db,other)))');
    expect(faults(tree)).toEqual([]);
  });

  it('keeps each span once and ends for any parent ids', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const span = fc
      .tuple(
        id,
        fc.oneof(id, fc.constant(''), fc.constant('missing')),
        fc.nat(20),
        fc.nat(20),
        fc.constantFrom('Client', 'Server', 'Internal'),
      )
      .map(([spanId, parent, start, duration, kind]) =>
        storedSpan(spanId, parent, start, duration, { kind }),
      );
    fc.assert(
      fc.property(fc.array(span, { maxLength: 12 }), (spans) => {
        const tree = buildTree(spans);
        const reached: unknown[] = [];
        const open = [...tree.roots];
        for (let node = open.pop(); node !== undefined; node = open.pop()) {
          reached.push(node.span);
          open.push(...node.children);
        }
        expect(reached).toHaveLength(spans.length);
        expect(new Set(reached)).toEqual(new Set(spans));
        for (const { span: one, fault, parent } of tree.nodes) {
          if (fault !== null) expect(parent).toBeNull();
          if (parent === null && one.parentSpanId !== '') expect(fault).not.toBeNull();
        }
      }),
    );
  });

  it('builds a chain of 100,000 spans', () => {
    const chain = Array.from({ length: 100_000 }, (_, i) =>
      storedSpan(`s${i}`, i === 0 ? '' : `s${i - 1}`, i, 1),
    );
    const tree = buildTree(chain.reverse());
    expect(tree.roots).toHaveLength(1);
    expect(tree.nodes.at(-1)?.depth).toBe(99_999);
  });
});

describe('selfTimeNs', () => {
  const selfMs = (spans: StoredSpan[]) => Number(selfTimeNs(buildTree(spans).nodes[0] ?? fail())) / 1e6;
  const fail = (): never => {
    throw new Error('no span');
  };

  it('is the whole duration of a span without children', () => {
    expect(selfMs([storedSpan('a', '', 0, 10)])).toBe(10);
  });

  it('counts time in which children overlap once', () => {
    expect(
      selfMs([
        storedSpan('a', '', 0, 100),
        storedSpan('b', 'a', 10, 30),
        storedSpan('c', 'a', 20, 40),
        storedSpan('d', 'a', 25, 5),
      ]),
    ).toBe(50);
  });

  it('counts children only as far as they lie inside the span', () => {
    expect(
      selfMs([
        storedSpan('a', '', 10, 10),
        storedSpan('late', 'a', 18, 50),
        storedSpan('after', 'a', 30, 50),
      ]),
    ).toBe(8);
  });
});
