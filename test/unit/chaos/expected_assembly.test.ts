/** What the audit takes for justified by a log is what the model of assembly makes of it. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_TENANT } from '../../../services/core/contracts.ts';
import type { AssemblyRules } from '../../../services/core/trace/assembly.ts';
import {
  ExpectedAssembly,
  type JustifiedFragment,
  type LoggedSpan,
} from '../../chaos/audit/expected_assembly.ts';
import { AssemblyModel, type ModelRecord, type ModelSpan } from '../../support/assembly_model.ts';
import { tracesData } from '../../support/otlp_bytes.ts';

const RULES: AssemblyRules = {
  ...{ forgetMs: 900, settleMs: 400, settleCompleteMs: 200, markMs: 1000, maxStepMs: 500 },
  ...{ maxFragmentSpans: 4, maxFragmentBytes: 1_000_000 },
};
const TRACES = 4;
const SPANS = 8;
const traceHex = (trace: number): string => (trace + 1).toString(16).padStart(32, '0');
const spanHex = (span: number): string => (span + 1).toString(16).padStart(16, '0');
/** The same span always has the same parent, or a repetition would have other bytes. */
const parentOf = (span: number): number | null => (span % SPANS === 0 ? null : Math.floor(span / 2));

const span = fc
  .record({ trace: fc.nat(TRACES - 1), number: fc.nat(SPANS - 1) })
  .map(({ trace, number }): ModelSpan => {
    const id = trace * SPANS + number;
    const parent = parentOf(number);
    return { trace, span: id, parent: parent === null ? null : trace * SPANS + parent };
  });
const logs = fc
  .array(
    fc.record({
      elapsed: fc.constantFrom(0, 50, 100, 150, 200, 300, 450, 1_100, 40_000, -300),
      spans: fc.array(span, { maxLength: 5 }),
      cuts: fc.oneof(
        { weight: 9, arbitrary: fc.constant<number[]>([]) },
        { weight: 1, arbitrary: fc.array(fc.nat(TRACES - 1), { maxLength: 2 }) },
      ),
    }),
    { minLength: 3, maxLength: 60 },
  )
  .map((steps): ModelRecord[] => {
    let appendMs = 1_000_000;
    const log = steps.map(({ elapsed, ...rest }) => ({ appendMs: (appendMs += elapsed), ...rest }));
    // Silence, until everything is over.
    const silence = [1, 2, 3].map((tick) => ({ appendMs: appendMs + tick * 1_000, spans: [], cuts: [] }));
    return [...log, ...silence];
  });

function expectedOf(log: readonly ModelRecord[]) {
  const fragments: JustifiedFragment[] = [];
  const spans: LoggedSpan[] = [];
  const assembly = new ExpectedAssembly(RULES, {
    onSpan: (one) => spans.push(one),
    onFragment: (fragment) => fragments.push(fragment),
  });
  for (const [offset, { appendMs, spans: of, cuts }] of log.entries()) {
    const groups = of.map((one) => ({
      service: 'any',
      spans: [
        {
          ...{ traceId: traceHex(one.trace), spanId: spanHex(one.span) },
          ...(one.parent !== null && { parentId: spanHex(one.parent) }),
        },
      ],
    }));
    const cut = cuts.length === 0 ? null : Buffer.from(cuts.map(traceHex).join(''), 'hex');
    assembly.read({ offset, appendMs, tenant: DEFAULT_TENANT, value: tracesData(groups), cut });
  }
  assembly.finish();
  return { fragments, spans };
}

describe('what a log justifies', () => {
  test('is what the model of assembly sends, fragment by fragment', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const model = new AssemblyModel(RULES);
        for (const [offset, record] of log.entries()) model.read(offset, record);
        const sent = model.outputs.flatMap((output) =>
          'fragment' in output ? [[traceHex(output.trace), output.fragment, output.spans.length]] : [],
        );
        const { fragments, spans } = expectedOf(log);
        const ofTrace = (all: readonly (readonly (string | number)[])[], trace: number) =>
          all.filter(([id]) => id === traceHex(trace));
        const justified = fragments.map((one) => [one.traceId, one.fragment, one.spans]);
        for (let trace = 0; trace < TRACES; trace++) {
          expect(ofTrace(justified, trace)).toEqual(ofTrace(sent, trace));
        }
        const taken = sent.reduce((sum, [, , count]) => sum + Number(count), 0);
        expect(spans.filter(({ isRepeat }) => !isRepeat)).toHaveLength(taken);
        expect(spans).toHaveLength(log.reduce((sum, record) => sum + record.spans.length, 0));
      }),
      { numRuns: 200 },
    );
  });

  test('has a missing parent only where the run had not seen it when the fragment left', () => {
    const child = { trace: 0, span: 3, parent: 1 };
    const late: ModelRecord[] = [
      { appendMs: 1_000, spans: [child], cuts: [] },
      { appendMs: 1_300, spans: [], cuts: [] },
      {
        appendMs: 1_600,
        spans: [
          { trace: 0, span: 1, parent: 0 },
          { trace: 0, span: 0, parent: null },
        ],
        cuts: [],
      },
    ];
    const missing = expectedOf(late).fragments.map(({ missingParents }) => missingParents);
    expect(missing).toEqual([1, 0]);
  });

  test('names a run by its first record, and counts a span as new again only in another run', () => {
    const root = { trace: 0, span: 0, parent: null };
    const { spans } = expectedOf([
      { appendMs: 1_000, spans: [root], cuts: [] },
      { appendMs: 1_400, spans: [root], cuts: [] },
      { appendMs: 1_800, spans: [], cuts: [] },
      { appendMs: 2_300, spans: [root], cuts: [] },
    ]);
    expect(spans.map(({ run, isRepeat }) => [run, isRepeat])).toEqual([
      [0, false],
      [0, true],
      [3, false],
    ]);
  });

  test('passes over what is no span', () => {
    const spans: LoggedSpan[] = [];
    const assembly = new ExpectedAssembly(RULES, {
      onSpan: (one) => spans.push(one),
      onFragment: () => undefined,
    });
    const nameless = { traceId: '00'.repeat(16), spanId: spanHex(1) };
    const good = { traceId: traceHex(1), spanId: spanHex(1) };
    const records = [Buffer.from('no protobuf'), tracesData([{ service: 'any', spans: [nameless, good] }])];
    for (const [offset, value] of records.entries()) {
      assembly.read({ offset, appendMs: 1_000, tenant: DEFAULT_TENANT, value, cut: null });
    }
    expect(spans).toMatchObject([{ traceId: traceHex(1), spanId: spanHex(1), offset: 1 }]);
  });
});
