/** The control records in a partition's log, held against what the log says of the runs that they end. */
import { keyBytes } from '../../services/core/wire/keys.ts';
import { Assembly, type AssemblyRules, type LogRecord } from '../../services/core/trace/assembly.ts';
import { memoryRecordStore } from '../../services/core/trace/record_store.ts';

const nothing = (): void => undefined;

export interface CutsFound {
  /** Runs that were ended by control records. */
  readonly cuts: number;
  readonly violations: readonly string[];
}

/** A cut may end a run that is too old, and none that has just begun. */
export function auditCuts(log: readonly LogRecord[], rules: AssemblyRules, maxRunAgeMs: number): CutsFound {
  const violations: string[] = [];
  let ended = 0;
  let cuts = 0;
  const listener = {
    onFragment: nothing,
    onMark: nothing,
    onRejected: nothing,
    onRunEnd: () => {
      ended++;
    },
  };
  const assembly = new Assembly(rules, { streamMs: 0, appendMs: 0 }, memoryRecordStore, listener);
  for (const record of log) {
    if (record.cut === null) {
      assembly.read(record);
      continue;
    }
    // The passing of time first, then the cut alone.
    assembly.read({ ...record, cut: null });
    const named = new Set(idsIn(record.cut));
    const overdue = assembly.overdueRuns(maxRunAgeMs).filter((run) => {
      return run.tenant === record.tenant && named.has(Buffer.from(keyBytes(run.traceId)).toString('hex'));
    });
    ended = 0;
    assembly.read(record);
    cuts += ended;
    if (ended > overdue.length)
      violations.push(`the cut at ${record.offset} ended a run that was not overdue`);
  }
  return { cuts, violations };
}

function idsIn(cut: Uint8Array): string[] {
  const hex = Buffer.from(cut).toString('hex');
  return hex.match(/.{32}/g) ?? [];
}
