/** What a run of the fuzzer says at its end: a table for people, and each finding as a file that can be kept as a regression. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './campaign.ts';
import type { TargetReport } from './supervise.ts';

const COLUMNS = [
  'target',
  'inputs',
  'seconds',
  'outcomes',
  'findings',
  'slowest ms',
  'heap growth MB',
  'RSS MB',
];

export function reportTable(reports: readonly TargetReport[]): string {
  const rows = reports.map(reportRow).join('');
  const total = cells('**sum**', {
    inputs: sum(reports, ({ inputs }) => inputs),
    seconds: sum(reports, ({ seconds }) => seconds),
    outcomes: sum(reports, ({ outcomes }) => outcomes),
    findings: reports.flatMap(({ findings }) => findings),
    slowestMs: Math.max(0, ...reports.map(({ slowestMs }) => slowestMs)),
    heapGrowthBytes: Math.max(0, ...reports.map(({ heapGrowthBytes }) => heapGrowthBytes)),
    rssBytes: Math.max(0, ...reports.map(({ rssBytes }) => rssBytes)),
  });
  const separator = COLUMNS.map((_, index) => (index === 0 ? '---' : '---:'));
  return line(COLUMNS) + line(separator) + rows + line(total);
}

export const reportRow = (report: TargetReport): string => line(cells(report.target, report));

const line = (row: readonly string[]): string => `| ${row.join(' | ')} |\n`;

function cells(name: string, report: Omit<TargetReport, 'target'>): string[] {
  return [
    name,
    report.inputs.toLocaleString('en-US'),
    report.seconds.toFixed(1),
    String(report.outcomes),
    String(report.findings.length),
    report.slowestMs.toFixed(1),
    megabytes(report.heapGrowthBytes).toFixed(1),
    megabytes(report.rssBytes).toFixed(0),
  ];
}

const megabytes = (bytes: number): number => bytes / 1024 / 1024;

const sum = (reports: readonly TargetReport[], of: (report: TargetReport) => number): number =>
  reports.reduce((total, report) => total + of(report), 0);

/** Path of the written file. */
export function writeFinding(folder: string, { target, input }: Finding): string {
  const directory = join(folder, target);
  mkdirSync(directory, { recursive: true });
  const name = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const path = join(directory, `${name}.bin`);
  writeFileSync(path, input);
  return path;
}

const MAX_HEX_BYTES = 200;

export function findingText(finding: Finding, path: string): string {
  const { input, iteration, problem, seed, stack, target } = finding;
  const hex = Buffer.from(input.subarray(0, MAX_HEX_BYTES)).toString('hex');
  const rest = input.length > MAX_HEX_BYTES ? ` … (${input.length} bytes)` : '';
  return `FINDING ${target}: ${problem}\n  seed ${seed}, iteration ${iteration}, ${path}\n  ${hex}${rest}\n${stack}\n`;
}
