/** `spanmill redact`: is a redaction policy sound, and what would it do to the spans that are stored? Changes nothing. */
import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, type Command } from 'commander';
import { PolicyError } from '../../core/redaction/located.ts';
import type { Policy } from '../../core/redaction/policy.ts';
import { keyedHash, parsePolicy } from '../../platform/redaction_policy.ts';
import { CLICKHOUSE_SETTINGS } from '../../platform/settings.ts';
import { CliError, type CliContext } from '../context.ts';
import { standardOutput, type Output } from '../output.ts';
import type { Fetch } from '../query_client.ts';
import { dryRun } from '../redact/dry_run.ts';
import { reportLines } from '../redact/report.ts';
import { storedSpans } from '../redact/stored_spans.ts';
import type { SqlConnection } from '../sql_request.ts';
import { plural } from '../units.ts';
import { settingOption } from './sql.ts';

export interface RedactOptions {
  readonly policy: string;
  readonly check?: boolean;
  readonly dryRun?: boolean;
  readonly service?: string;
  /** Seconds. */
  readonly last: number;
  readonly limit: number;
  readonly showValues?: boolean;
}

interface ConnectionOptions {
  readonly clickhouseUrl: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

const MAX_SPANS = 1_000_000;
const HOUR = 3600;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: HOUR, d: 24 * HOUR };

const HELP = `
Examples:
  spanmill redact --check --policy redaction.yaml
  spanmill redact --dry-run --policy redaction.yaml --service checkout --last 30m

Values are shown as what they are like ("card-number, 19 characters"), unless --show-values is given. What would be stored
is shown as it would be. The store has all values as text, so rules for names within lists show no effect here.
How a policy is written: services/core/redaction/README.md; an example: deploy/redaction.example.yaml.`;

export function register(program: Command, { terminal }: CliContext): void {
  const { clickhouseUrl, clickhouseDatabase, clickhouseUser, clickhousePassword } = CLICKHOUSE_SETTINGS;
  program
    .command('redact')
    .description('check a redaction policy, or show what it would do to stored spans')
    .requiredOption('--policy <file>', 'the policy (YAML)')
    .option('--check', 'only say whether the policy is sound')
    .option('--dry-run', 'show what it would do to stored spans; nothing is changed')
    .option('--service <name>', 'spans of this service only')
    .option('--last <time>', 'spans of this time, e.g. 30m, 6h, 2d', parseTime, HOUR)
    .option('--limit <spans>', 'the newest of them, at most', parseLimit, 10_000)
    .option('--show-values', 'show values as they are stored')
    .addOption(settingOption('--clickhouse-url <url>', clickhouseUrl))
    .addOption(settingOption('--database <name>', clickhouseDatabase))
    .addOption(settingOption('--user <name>', clickhouseUser))
    .addOption(settingOption('--password <password>', clickhousePassword))
    .addHelpText('after', HELP)
    .action((options: RedactOptions & ConnectionOptions) => {
      const { clickhouseUrl: url, database, user, password } = options;
      return runRedact(options, { url, database, user, password }, standardOutput(terminal));
    });
}

/** Throws CliError. */
export async function runRedact(
  options: RedactOptions,
  connection: SqlConnection,
  output: Output,
  fetcher?: Fetch,
): Promise<void> {
  const { check = false, dryRun: isDryRun = false, policy: file } = options;
  if (check === isDryRun) throw new CliError(['give either --check or --dry-run']);
  const policy = await readPolicyFile(file);
  if (check) {
    await output.lines([`${file}: sound: ${plural(policy.ids.length, 'rule')}${keyRemark(policy)}`]);
    return;
  }
  const { last, limit, service = null } = options;
  const requests = storedSpans(connection, { service, lastSeconds: last, limit }, fetcher);
  // No stored value is hashed with the true key on a person's terminal.
  const run = await dryRun(policy, keyedHash('dry run'), requests);
  if (run.spans === 0) {
    throw new CliError([
      `no span${service === null ? '' : ` of ${service}`} was stored in that time: see --last`,
    ]);
  }
  const { terminal } = output;
  const width = terminal.isTerminal ? terminal.width : Infinity;
  await output.lines(reportLines(run, { ...terminal, width, showValues: options.showValues === true }));
  if (run.spans === limit) await output.note('there are more: see --limit');
}

async function readPolicyFile(file: string): Promise<Policy> {
  try {
    return parsePolicy(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof PolicyError) throw new CliError(error.message.split('\n'), { cause: error });
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new CliError([`${file} cannot be read (${code})`], { cause: error });
  }
}

function keyRemark({ hashAt, hashKeyFile }: Policy): string {
  if (hashAt === null) return '';
  if (hashKeyFile !== null) return `; its hashes take their key from ${hashKeyFile}`;
  return '; its hashes need SPANMILL_COLLECTOR_REDACTION_KEY_FILE or SPANMILL_COLLECTOR_REDACTION_KEY';
}

function parseTime(text: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  const seconds = Number(match?.[1] ?? 0) * (UNITS[match?.[2] ?? ''] ?? 0);
  if (seconds === 0) throw new InvalidArgumentError('It must be like 30m, 6h or 2d.');
  return seconds;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_SPANS) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MAX_SPANS}.`);
  }
  return limit;
}
