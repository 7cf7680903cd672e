/**
 * One SQL statement to ClickHouse over HTTP, its answer as it comes.
 *
 * Not through the services' client: a person's query may ask for gigabytes, which are passed on here piece by piece. The
 * status of the answer is true even so, because the server sends it only once the query has ended.
 */
import { CliError } from './context.ts';
import type { Fetch } from './query_client.ts';

export interface SqlConnection {
  readonly url: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

export interface SqlRequest {
  readonly statement: string;
  /** ClickHouse's name of the format; a FORMAT clause in the statement goes before. */
  readonly format: string;
  /** Whether the statement may change data. */
  readonly write: boolean;
  readonly settings?: Readonly<Record<string, string>>;
}

export interface SqlAnswer {
  /** The format that was answered. */
  readonly format: string;
  readonly body: AsyncIterable<Uint8Array>;
  readonly elapsedNs: number | null;
  readonly readRows: number | null;
}

/** Throws CliError with what the server said. */
export async function requestSql(
  connection: SqlConnection,
  { statement, format, write, settings = {} }: SqlRequest,
  fetcher: Fetch = fetch,
): Promise<SqlAnswer> {
  const url = endpoint(connection.url);
  const parameters = {
    database: connection.database,
    default_format: format,
    wait_end_of_query: '1',
    ...(!write && { readonly: '2' }),
    ...settings,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const response = await send(url, connection, statement, fetcher);
  if (!response.ok) throw new CliError(serverError(await response.text(), response.status, connection));
  const summary = readSummary(response.headers.get('x-clickhouse-summary'));
  return {
    format: response.headers.get('x-clickhouse-format') ?? '',
    body: response.body ?? emptyBody(),
    ...summary,
  };
}

function endpoint(address: string): URL {
  if (URL.canParse(address)) return new URL(address);
  throw new CliError([`${address} is no address of ClickHouse; it must be like http://127.0.0.1:8123`]);
}

async function send(
  url: URL,
  connection: SqlConnection,
  statement: string,
  fetcher: Fetch,
): Promise<Response> {
  const headers = { 'X-ClickHouse-User': connection.user, 'X-ClickHouse-Key': connection.password };
  try {
    return await fetcher(url, { method: 'POST', body: statement, headers });
  } catch (cause) {
    throw new CliError(
      [`no ClickHouse answers at ${url.origin}: run \`make up\`, or give its address with --clickhouse-url`],
      { cause },
    );
  }
}

/** `Code: 62. DB::Exception: Syntax error: ... (SYNTAX_ERROR) (version ...)` without what only ClickHouse's makers need. */
function serverError(body: string, status: number, connection: SqlConnection): string[] {
  const match = /^Code: (\d+)\. DB::Exception: ([\s\S]*?)\s*\((\w+)\)(?: \(version [^)]*\))?\s*$/.exec(
    body.trim(),
  );
  if (match === null) return [`ClickHouse answered with status ${status}: ${body.trim().slice(0, 500)}`];
  const [, code = '', message = '', name = ''] = match;
  const hint = HINTS.get(name)?.(connection);
  const said = message.replace(/\. Expected one of: [\s\S]*$/, '').replace(/\.$/, '');
  return [`ClickHouse refuses (${code} ${name}): ${said}`, ...(hint === undefined ? [] : [hint])];
}

const HINTS = new Map<string, (connection: SqlConnection) => string>([
  ['READONLY', () => 'The query would change something: add --write if that is meant.'],
  ['UNKNOWN_DATABASE', ({ database }) => `\`spanmill migrate\` makes the database ${database}.`],
  ['AUTHENTICATION_FAILED', () => 'See SPANMILL_CLICKHOUSE_USER and SPANMILL_CLICKHOUSE_PASSWORD.'],
]);

function readSummary(header: string | null): { elapsedNs: number | null; readRows: number | null } {
  const summary = header === null ? {} : (JSON.parse(header) as Record<string, string>);
  const figure = (name: string) => (summary[name] === undefined ? null : Number(summary[name]));
  return { elapsedNs: figure('elapsed_ns'), readRows: figure('read_rows') };
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {
  // Nothing: a statement without an answer.
}
