/** `spanmill sql "<query>"`: SQL on ClickHouse, as a table or for other programs. Reads only, unless told otherwise. */
import { text as readText } from 'node:stream/consumers';
import { Option, type Command } from 'commander';
import { splitStatements } from '../../platform/clickhouse/split_statements.ts';
import { readConfig, type Setting } from '../../platform/config.ts';
import { CLICKHOUSE_SETTINGS } from '../../platform/settings.ts';
import { pick } from '../../local/tables.ts';
import { CliError, type CliContext } from '../context.ts';
import { standardOutput, type Output } from '../output.ts';
import type { Fetch } from '../query_client.ts';
import { requestSql, type SqlAnswer, type SqlConnection } from '../sql_request.ts';
import { renderTable } from '../table.ts';
import { parseTypedTsv, TYPED_TSV } from '../tsv.ts';
import { durationText, plural } from '../units.ts';

const FORMATS = {
  table: TYPED_TSV,
  csv: 'CSVWithNames',
  tsv: 'TabSeparatedWithNames',
  json: 'JSONEachRow',
} as const;
/** A table is for reading; whoever wants more rows wants a file. */
const TABLE_ROWS = 1000;

export interface SqlOptions {
  readonly format: keyof typeof FORMATS;
  readonly write?: boolean;
}

interface ConnectionOptions {
  readonly clickhouseUrl: string;
  readonly database: string;
  readonly user: string;
}

/** Not an option: every user of the machine sees what a process was started with. */
const PASSWORD = { clickhousePassword: CLICKHOUSE_SETTINGS.clickhousePassword };

export function register(program: Command, { terminal, env }: CliContext): void {
  const { clickhouseUrl, clickhouseDatabase, clickhouseUser } = CLICKHOUSE_SETTINGS;
  program
    .command('sql')
    .description('run SQL on ClickHouse; without a query, what comes on standard input')
    .argument('[query]', 'one or more statements, separated by semicolons')
    .addOption(
      new Option('-f, --format <format>', 'how to print the rows')
        .choices(Object.keys(FORMATS))
        .default('table'),
    )
    .option('--write', 'allow statements that change data')
    .addOption(settingOption('--clickhouse-url <url>', clickhouseUrl))
    .addOption(settingOption('--database <name>', clickhouseDatabase))
    .addOption(settingOption('--user <name>', clickhouseUser))
    .action(async (query: string | undefined, options: SqlOptions & ConnectionOptions) => {
      const { clickhouseUrl: url, database, user } = options;
      const { clickhousePassword: password } = readConfig(PASSWORD, pick(PASSWORD, env));
      const script = query ?? (await standardInput());
      await runSql(script, options, { url, database, user, password }, standardOutput(terminal));
    });
}

export function settingOption(flags: string, setting: Setting<string>): Option {
  return new Option(flags, setting.meaning).env(setting.env).default(setting.default ?? '');
}

async function standardInput(): Promise<string> {
  if (process.stdin.isTTY)
    throw new CliError(['give a query: spanmill sql "SELECT count() FROM otel_traces"']);
  return readText(process.stdin);
}

/** Statements one after the other; the first that fails ends it. Throws CliError. */
export async function runSql(
  script: string,
  options: SqlOptions,
  connection: SqlConnection,
  output: Output,
  fetcher?: Fetch,
): Promise<void> {
  const statements = splitStatements(script);
  if (statements.length === 0) throw new CliError(['there is no statement in the query']);
  const isTable = options.format === 'table';
  for (const [index, statement] of statements.entries()) {
    const request = {
      statement,
      format: FORMATS[options.format],
      write: options.write === true,
      settings: isTable ? TABLE_SETTINGS : JSON_SETTINGS,
    };
    const answer = await requestSql(connection, request, fetcher);
    if (isTable && index > 0) await output.lines(['']);
    if (isTable && answer.format === TYPED_TSV) await printTable(answer, output);
    else if (!(await passOn(answer, output))) return;
  }
}

/** The server stops soon after the rows that are shown: nobody waits for the rest of a large table. */
const TABLE_SETTINGS = { max_result_rows: String(TABLE_ROWS + 1), result_overflow_mode: 'break' };

/** One array, which is a JSON document, rather than a document a line. */
const JSON_SETTINGS = { output_format_json_array_of_rows: '1' };

async function printTable(answer: SqlAnswer, output: Output): Promise<void> {
  const { columns, rows } = parseTypedTsv(await readText(answer.body));
  const { terminal } = output;
  const took =
    answer.elapsedNs === null ? '' : ` in ${durationText(answer.elapsedNs, terminal.unicode ? 'µ' : 'u')}`;
  if (columns.length === 0) {
    await output.note(`done${took}`);
    return;
  }
  const shown = rows.slice(0, TABLE_ROWS);
  const width = terminal.isTerminal ? terminal.width : Infinity;
  await output.lines(renderTable(columns, shown, { ...terminal, width }));
  const more = rows.length > shown.length ? '; there are more: see LIMIT, or --format csv' : '';
  await output.note(`${plural(shown.length, 'row')}${took}${more}`);
}

async function passOn(answer: SqlAnswer, output: Output): Promise<boolean> {
  for await (const chunk of answer.body) {
    if (!(await output.text(chunk))) return false;
  }
  return true;
}
