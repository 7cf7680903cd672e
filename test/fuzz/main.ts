/** `make fuzz MINUTES=60 SEED=1 TARGET=name`: all targets one after the other, each for its share of the time. Exits 1 on findings. */
import { join } from 'node:path';
import { argumentsOrExit } from '../support/command_line.ts';
import { fuzzArguments, HELP } from './arguments.ts';
import { findingText, reportRow, reportTable, writeFinding } from './report.ts';
import { supervise, type TargetReport } from './supervise.ts';
import { targetNames } from './targets.ts';

const FINDINGS = join(import.meta.dirname, 'findings');

const { inputs, minutes, seed, target } = argumentsOrExit('fuzz', HELP, fuzzArguments);
const names = (await targetNames()).filter((name) => name.includes(target));
if (names.length === 0) throw new RangeError(`no target is named like ${target}`);
const reports: TargetReport[] = [];
for (const name of names) {
  const maxMs = (minutes * 60_000) / names.length;
  const report = await supervise({ target: name, seed, inputs, maxMs });
  reports.push(report);
  for (const finding of report.findings) {
    process.stdout.write(findingText(finding, writeFinding(FINDINGS, finding)));
  }
  process.stdout.write(`${new Date().toISOString()} ${reportRow(report)}`);
}
process.stdout.write(`\n${reportTable(reports)}`);
process.exitCode = reports.some(({ findings }) => findings.length > 0) ? 1 : 0;
