/** Assembly against its model, and recovery against a run without a crash (design: the log is the clock). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_TENANT } from '../../../../services/core/contracts.ts';
import type { AssemblyListener } from '../../../../services/core/trace/analysis.ts';
import { Assembly, type AssemblyRules, type LowWater } from '../../../../services/core/trace/assembly.ts';
import { memoryRecordStore } from '../../../../services/core/trace/record_store.ts';
import { spanKey } from '../../../../services/core/trace/run.ts';
import { keyHex } from '../../../../services/core/wire/keys.ts';
import {
  AssemblyModel,
  type ModelRecord,
  type ModelSpan,
  type Output,
} from '../../../support/assembly_model.ts';
import { tracesData } from '../../../support/otlp_bytes.ts';

const RULES: AssemblyRules = {
  forgetMs: 900,
  settleMs: 400,
  settleCompleteMs: 200,
  markMs: 1000,
  maxStepMs: 500,
  maxFragmentSpans: 4,
  maxFragmentBytes: 1_000_000,
};
const START: LowWater = { offset: 0, clock: { streamMs: 0, appendMs: 0 } };

const traceHex = (trace: number): string => (trace + 1).toString(16).padStart(32, '0');
const spanHex = (span: number): string => (span + 1).toString(16).padStart(16, '0');

/** Tells what assembly says in the model's words. */
class Recorder implements AssemblyListener {
  outputs: Output[] = [];
  private metrics = new Map<string, number>();

  onFragment: AssemblyListener['onFragment'] = (fragment, offset) => {
    const trace = parseInt(keyHex(fragment.traceId), 16) - 1;
    const spans = fragment.spans.map((span) => parseInt(keyHex(spanKey(span.node)), 16) - 1);
    this.outputs.push({ offset, trace, fragment: fragment.number, spans, reason: fragment.reason });
    this.count(`spans ${trace % 3}`, spans.length);
  };
  onRunEnd: AssemblyListener['onRunEnd'] = (_tenant, _traceId, spans) =>
    this.count('ends', spans.nodes.length);
  onMark: AssemblyListener['onMark'] = (offset) => {
    this.outputs.push({ offset, metrics: [...this.metrics].sort() });
    this.metrics = new Map();
  };
  onRejected: AssemblyListener['onRejected'] = (reason) => {
    throw new Error(`rejected: ${reason}`);
  };

  private count(name: string, value: number): void {
    this.metrics.set(name, (this.metrics.get(name) ?? 0) + value);
  }
}

function read(assembly: Assembly, offset: number, record: ModelRecord): void {
  const spans = record.spans.map((span) => ({
    traceId: traceHex(span.trace),
    spanId: spanHex(span.span),
    ...(span.parent !== null && { parentId: spanHex(span.parent) }),
  }));
  assembly.read({
    offset,
    appendMs: record.appendMs,
    tenant: DEFAULT_TENANT,
    value: spans.length > 0 ? tracesData([{ service: 'any', spans }]) : Buffer.alloc(0),
    cut: record.cuts.length > 0 ? Buffer.from(record.cuts.map(traceHex).join(''), 'hex') : null,
  });
}

/** Within one record several traces may settle; in which order is nobody's promise. */
function sorted(outputs: readonly Output[]): string[] {
  return outputs
    .map((output) => `${String(output.offset).padStart(6, '0')} ${JSON.stringify(output)}`)
    .sort();
}

/**
 * What readers of committed transactions see when the owner commits after some records and dies after others. A
 * commit is outputs, position and low water together, or nothing.
 */
function published(
  log: readonly ModelRecord[],
  commitAfter: ReadonlySet<number>,
  dieAfter: ReadonlySet<number>,
): Output[] {
  const seen: Output[] = [];
  const died = new Set<number>();
  let committed = { position: 0, low: START };
  let recorder = new Recorder();
  let assembly = new Assembly(RULES, START.clock, memoryRecordStore, recorder);
  let pending: Output[] = [];
  for (let offset = 0; offset < log.length;) {
    const record = log[offset];
    if (record === undefined) break;
    recorder.outputs = [];
    read(assembly, offset, record);
    if (offset >= committed.position) pending.push(...recorder.outputs);
    const step = offset++;
    if (commitAfter.has(step) && offset > committed.position) {
      seen.push(...pending);
      pending = [];
      committed = { position: offset, low: assembly.lowWater(offset) };
    }
    if (dieAfter.has(step) && !died.has(step)) {
      died.add(step);
      pending = [];
      recorder = new Recorder();
      assembly = new Assembly(RULES, committed.low.clock, memoryRecordStore, recorder);
      offset = committed.low.offset;
    }
  }
  return [...seen, ...pending];
}

const step = fc.record({
  /** Milliseconds since the record before; now and then the broker's clock steps back or an outage passes. */
  elapsed: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(0, 0, 50, 100, 200, 300) },
    { weight: 1, arbitrary: fc.constantFrom(1100, 40_000, -300) },
  ),
  spans: fc.array(
    fc.record({
      trace: fc.integer({ min: 0, max: 5 }),
      /** A repeat of one of the last spans, or a new one. */
      repeat: fc.option(fc.integer({ min: 0, max: 7 }), { freq: 6 }),
      parent: fc.option(fc.integer({ min: -3, max: 3 }), { freq: 3 }),
    }),
    { maxLength: 4 },
  ),
  cuts: fc.oneof(
    { weight: 15, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 2 }) },
  ),
});

const logs = fc.array(step, { minLength: 5, maxLength: 80 }).map((steps): ModelRecord[] => {
  let appendMs = 1_000_000;
  let next = 10;
  const past: ModelSpan[] = [];
  return steps.map(({ elapsed, spans, cuts }) => {
    appendMs += elapsed;
    const taken = spans.map(({ trace, repeat, parent }): ModelSpan => {
      const repeated = repeat === null ? undefined : past.at(-1 - repeat);
      if (repeated !== undefined) return repeated;
      const number = next++;
      // A parent a little before or behind: known, to come, or never there. Parents never are the span itself.
      const span = { trace, span: number, parent: parent === null || parent === 0 ? null : number + parent };
      past.push(span);
      return span;
    });
    return { appendMs, spans: taken, cuts };
  });
});
const offsets = fc.array(fc.integer({ min: 0, max: 79 }), { maxLength: 12 }).map((list) => new Set(list));

describe('assembly', () => {
  test('says what its model says, for any log', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const model = new AssemblyModel(RULES);
        log.forEach((record, offset) => model.read(offset, record));
        expect(sorted(published(log, new Set(), new Set()))).toEqual(sorted(model.outputs));
      }),
      { numRuns: 2_000 },
    );
  });

  test('publishes after any crashes exactly what a run without a crash publishes', () => {
    fc.assert(
      fc.property(logs, offsets, offsets, (log, commitAfter, dieAfter) => {
        const undisturbed = sorted(published(log, new Set(), new Set()));
        expect(sorted(published(log, commitAfter, dieAfter))).toEqual(undisturbed);
      }),
      { numRuns: 5_000 },
    );
  });

  test('loses no span, whatever crashes', () => {
    fc.assert(
      fc.property(logs, offsets, offsets, (log, commitAfter, dieAfter) => {
        // Enough silence at the end for every run to end: records of time alone, one maximal step each.
        const last = log.at(-1)?.appendMs ?? 0;
        const ticks = Array.from({ length: 4 }, (_, i) => ({
          appendMs: last + 40_000 + (i + 1) * 500,
          spans: [],
          cuts: [],
        }));
        const outputs = published([...log, ...ticks], commitAfter, dieAfter);
        const handedOn = outputs.flatMap((output) => ('spans' in output ? output.spans : []));
        const sent = new Set(log.flatMap((record) => record.spans.map((span) => span.span)));
        expect(new Set(handedOn)).toEqual(sent);
      }),
      { numRuns: 1_000 },
    );
  });
});
