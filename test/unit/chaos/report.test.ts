/** The report of a chaos drill. */
import { expect, test } from '@jest/globals';
import type { AuditResult } from '../../chaos/audit.ts';
import { reportTable, type FaultWindow } from '../../chaos/report.ts';

const none = { sent: 0, answered: 0, unknown: 0, refused: 0, lost: 0, doubled: 0 };
const result: AuditResult = {
  sums: {
    ...{ sent: 6_000, answered: 5_990, unknown: 7, refused: 3, lost: 2, doubled: 1, doubledInLog: 1 },
    ...{
      strangers: 0,
      altered: 0,
      splits: 4,
      summaries: 5,
      metricWindows: 6,
      edges: 7,
      poisonsUnexplained: 8,
      rejected: 9,
    },
  },
  perWindow: [
    { ...none, sent: 1_000, answered: 990, unknown: 7, refused: 3 },
    { ...none, sent: 2_000, answered: 2_000, lost: 2 },
    { ...none, sent: 500, answered: 500, doubled: 1 },
    { ...none, sent: 1_000, answered: 1_000 },
  ],
  outside: { ...none, sent: 1_500, answered: 1_500 },
  examples: ['lost: abc/def, which the log holds'],
  database: 'spanmill_audit',
};
const window = (fault: string, seconds: number | null): FaultWindow => ({
  ...{ fault, startedAtMs: 0, healedAtMs: 10_000 },
  recoveredAtMs: seconds === null ? null : 10_000 + seconds * 1000,
});

test('has a row for each kind of fault, the rest, the sums and the findings', () => {
  const windows = [
    window('broker killed', 3),
    window('broker killed', 12.34),
    window('sink killed', null),
    window('broker killed', 1),
  ];
  expect(reportTable(result, windows).split('\n')).toEqual([
    '| fault | times | sent | answered | unknown | refused | lost | doubled | recovery s, median | worst |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    '| broker killed | 3 | 4,000 | 3,990 | 7 | 3 | 2 | 0 | 3.0 | 12.3 |',
    '| sink killed | 1 | 500 | 500 | 0 | 0 | 0 | 1 | never | never |',
    '| (no fault) |  | 1,500 | 1,500 | 0 | 0 | 0 | 0 |  |  |',
    '| **sum** | 4 | **6,000** | **5,990** | **7** | **3** | **2** | **1** |  |  |',
    '',
    '| found by the audit | count |',
    '| --- | ---: |',
    '| spans answered with success and not stored | 2 |',
    '| good spans that a collector turned away for good | 9 |',
    '| spans stored more than once | 1 |',
    '| of these: repeated after their trace was forgotten | 1 |',
    '| rows that nobody sent, or that were refused | 0 |',
    '| spans stored otherwise than sent | 0 |',
    '| traces in more fragments than the log justifies | 4 |',
    '| summaries that disagree with their spans | 5 |',
    '| metric windows (10 s, 1 m, 1 h) that disagree with the spans | 6 |',
    '| edge windows (10 s, 1 m) that disagree with the spans | 7 |',
    '| poisons without a dead letter or with two, and dead letters without a poison | 8 |',
    '',
  ]);
});
