import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clockAdjustments, type SkewSpan } from '../../../../services/query/jaeger/clock_skew.ts';

const MS = 1_000_000n;

function skewSpan(
  spanId: string,
  parentSpanId: string,
  host: string,
  startMs: number,
  durationMs: number,
): SkewSpan {
  return {
    ...{ spanId, parentSpanId, host, asynchronous: false },
    startNs: BigInt(startMs) * MS,
    durationNs: BigInt(durationMs) * MS,
  };
}
const shifts = (spans: SkewSpan[], maxMs = 1000) =>
  clockAdjustments(spans, BigInt(maxMs) * MS).map(({ shiftNs }) => Number(shiftNs / MS));
const warnings = (spans: SkewSpan[], maxMs = 1000) =>
  clockAdjustments(spans, BigInt(maxMs) * MS).map((one) => one.warnings);

describe('clockAdjustments', () => {
  it('puts a span of another host into the middle of its parent, and its own children move along', () => {
    const spans = [
      skewSpan('a', '', 'x', 0, 100),
      skewSpan('b', 'a', 'y', 300, 40),
      skewSpan('c', 'b', 'y', 310, 10),
    ];
    expect(shifts(spans)).toEqual([0, -270, -270]);
    expect(warnings(spans)[2]).toEqual(["This span's timestamps were adjusted by -270ms"]);
  });

  it('leaves alone what fits, what is on the same host, and what is asynchronous', () => {
    const spans = [
      skewSpan('a', '', 'x', 100, 100),
      skewSpan('b', 'a', 'y', 120, 40),
      skewSpan('c', 'a', 'x', 500, 10),
      { ...skewSpan('d', 'a', 'y', 500, 10), asynchronous: true },
    ];
    expect(shifts(spans)).toEqual([0, 0, 0, 0]);
    expect(warnings(spans)).toEqual([[], [], [], []]);
  });

  it('only sees to it that a longer span does not start before its parent', () => {
    const parent = skewSpan('a', '', 'x', 100, 50);
    expect(shifts([parent, skewSpan('b', 'a', 'y', 40, 80)])).toEqual([0, 60]);
    expect(shifts([parent, skewSpan('b', 'a', 'y', 140, 80)])).toEqual([0, 0]);
  });

  it('compares with the parent as it was moved', () => {
    const spans = [
      skewSpan('a', '', 'x', 0, 100),
      skewSpan('b', 'a', 'y', 300, 40),
      skewSpan('c', 'b', 'x', 45, 10),
    ];
    expect(shifts(spans)).toEqual([0, -270, 0]);
  });

  it('tells of a shift beyond the limit, and makes none', () => {
    const spans = [skewSpan('a', '', 'x', 0, 100), skewSpan('b', 'a', 'y', 3000, 40)];
    expect(shifts(spans)).toEqual([0, 0]);
    expect(warnings(spans)[1]).toEqual([
      'max clock skew adjustment delta of 1s exceeded; not applying calculated delta of -2.97s',
    ]);
    expect(warnings(spans, 0)[1]).toEqual([
      'clock skew adjustment disabled; not applying calculated delta of -2.97s',
    ]);
  });

  it('tells of parents that are missing and of ids that come twice', () => {
    const spans = [
      skewSpan('a', 'zz', 'x', 0, 100),
      skewSpan('b', 'a', 'x', 0, 10),
      skewSpan('b', 'a', 'x', 5, 10),
    ];
    expect(warnings(spans)).toEqual([
      ['parent span ID=zz is not in the trace; skipping clock skew adjustment'],
      [],
      ['duplicate span IDs; skipping clock skew adjustment'],
    ]);
  });

  it('ends, whoever is whose parent', () => {
    const ids = fc.constantFrom('a', 'b', 'c', '');
    const any = fc.record({
      id: ids,
      parent: ids,
      host: fc.constantFrom('x', 'y'),
      start: fc.nat(1000),
      length: fc.nat(1000),
    });
    fc.assert(
      fc.property(fc.array(any), (list) => {
        const spans = list.map(({ id, parent, host, start, length }) =>
          skewSpan(id, parent, host, start, length),
        );
        expect(clockAdjustments(spans, 1n)).toHaveLength(spans.length);
      }),
    );
  });
});
