/**
 * ClickHouse as Spanmill uses it, over HTTP by @clickhouse/client: rows out, statements, and Native blocks in.
 *
 * Not for what the statements say. Every answer's status is sent only once the statement has ended (`wait_end_of_query`), and
 * an insert's answer is read to its end, because an exception may come after a 200. Errors are those of errors.ts.
 */
import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { constants, createZstdCompress } from 'node:zlib';
import { ClickHouseLogLevel, createClient, parseError, type ClickHouseClient } from '@clickhouse/client';
import { ConfigError, type Config } from '../config.ts';
import type { CLICKHOUSE_SETTINGS } from '../settings.ts';
import { readClientTls, type ClientTlsFiles } from '../tls/client_tls.ts';
import { insertError, statementError } from './errors.ts';

export interface ClickHouseOptions {
  readonly url: string;
  /** Null where the database may not exist yet: statements then name it themselves. */
  readonly database: string | null;
  readonly user: string;
  readonly password: string;
  /** For an address of https; read when the connection is set up. */
  readonly tls?: ClientTlsFiles;
  /** Longest silence on a connection while an answer is awaited. */
  readonly timeoutMs: number;
  /** Compress what is inserted: worth it on a network, a waste on one machine. */
  readonly compressInserts?: boolean;
  readonly maxConnections?: number;
}

export interface BlockInsert {
  readonly table: string;
  readonly columns: readonly string[];
  /** A block of the Native format with these columns. */
  readonly bytes: Buffer;
  /** Two inserts into a table with the same token count once (within its deduplication window). */
  readonly token: string;
  /** Rows are stored as they are, though the table's engine could merge some of them at once. */
  readonly isDistinct?: boolean;
}

type ClientOptions = NonNullable<Parameters<typeof createClient>[0]>;

export type Row = Readonly<Record<string, unknown>>;
export type QueryParams = Readonly<Record<string, unknown>>;

/** For one statement alone. */
export interface QueryOptions {
  /** Ends the wait; the server is told by the closed connection. */
  readonly signal?: AbortSignal;
  /** ClickHouse's settings, e.g. limits of a query. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

export interface ClickHouse {
  /** Rows as objects; 64-bit integers come as strings, since a number would lose their end. `{name:Type}` takes params. */
  query(sql: string, params?: QueryParams, options?: QueryOptions): Promise<Row[]>;
  /** The answer in a format of ClickHouse's, e.g. PrettyCompact, as it came. */
  text(sql: string, format: string, params?: QueryParams): Promise<string>;
  /** A statement without an answer. */
  command(sql: string, params?: QueryParams): Promise<void>;
  /** Throws ClickHouseRefusedError or ClickHouseUnavailableError. */
  insertBlock(insert: BlockInsert): Promise<void>;
  close(): Promise<void>;
}

const ANSWER_SETTINGS = { wait_end_of_query: 1, output_format_json_quote_64bit_integers: 1 } as const;
const INSERT_SETTINGS = {
  wait_end_of_query: 1,
  // An insert that has been answered is stored; ClickHouse's own default is to answer first and store later.
  async_insert: 0,
  // Views drop what their table drops, or a repeated insert would count twice in the rollups.
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // On a cluster the answer waits for the shards.
  distributed_foreground_insert: 1,
} as const;

type ConnectionConfig = Config<typeof CLICKHOUSE_SETTINGS>;

/** The part of the options that the settings give. Throws ConfigError where they do not fit each other. */
export function clickHouseConnection(
  config: ConnectionConfig,
): Pick<ClickHouseOptions, 'url' | 'user' | 'password' | 'timeoutMs' | 'tls'> {
  const { clickhouseUrl: url, clickhouseUser: user, clickhousePassword: password } = config;
  return { url, user, password, timeoutMs: config.clickhouseTimeoutMs, tls: tlsFiles(config) };
}

function tlsFiles(config: ConnectionConfig): ClientTlsFiles {
  const { clickhouseTlsCaFile: caFile, clickhouseTlsCertFile: certFile } = config;
  const keyFile = config.clickhouseTlsKeyFile;
  if ((certFile === '') !== (keyFile === '')) {
    throw new ConfigError([
      'SPANMILL_CLICKHOUSE_TLS_CERT_FILE and SPANMILL_CLICKHOUSE_TLS_KEY_FILE must be set together',
    ]);
  }
  if (!isEncrypted(config.clickhouseUrl) && (caFile !== '' || certFile !== '')) {
    throw new ConfigError([
      'files for TLS with ClickHouse are of use only where SPANMILL_CLICKHOUSE_URL is https://',
    ]);
  }
  return { caFile, certFile, keyFile };
}

const isEncrypted = (url: string): boolean => url.startsWith('https:');

const DEFAULT_MAX_CONNECTIONS = 10;

/** Throws Error where a file of `tls` cannot be used. */
export function connectClickHouse(options: ClickHouseOptions): ClickHouse {
  const client = createClient({
    url: options.url,
    ...(options.database !== null && { database: options.database }),
    request_timeout: options.timeoutMs,
    max_open_connections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    ...identity(options),
    ...encryption(options),
    application: 'spanmill',
    // Errors reach our own log, with what was being done.
    log: { level: ClickHouseLogLevel.OFF },
  });
  const compress = options.compressInserts ?? false;
  return {
    query: (sql, params, options) => query(client, sql, params, options),
    text: (sql, format, params) =>
      answerText(client, `${sql.replace(/[;\s]+$/, '')}\nFORMAT ${format}`, params),
    command: async (sql, params) => {
      await answerText(client, sql, params);
    },
    insertBlock: (insert) => insertBlock(client, insert, compress),
    close: () => client.close(),
  };
}

/** A user without a password is known by its certificate; ClickHouse takes one of the two only. */
function identity({ user, password, tls }: ClickHouseOptions): Partial<ClientOptions> {
  if (password !== '' || tls === undefined || tls.certFile === '') return { username: user, password };
  const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-SSL-Certificate-Auth': 'on' };
  return { set_basic_auth_header: false, http_headers: headers };
}

/** An agent of ours: the client's own takes no certificate without an authority, and takes it for a login. */
function encryption({ url, tls, maxConnections }: ClickHouseOptions): Partial<ClientOptions> {
  if (tls === undefined || !isEncrypted(url)) return {};
  const maxSockets = maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  return { http_agent: new Agent({ ...readClientTls(tls), keepAlive: true, maxSockets }) };
}

async function query(
  client: ClickHouseClient,
  sql: string,
  params?: QueryParams,
  options?: QueryOptions,
): Promise<Row[]> {
  const lines = await answerText(client, `${sql}\nFORMAT JSONEachRow`, params, options);
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** The whole answer. An exception that came behind a 200 is found at its end. */
async function answerText(
  client: ClickHouseClient,
  sql: string,
  params: QueryParams = {},
  { signal, settings }: QueryOptions = {},
): Promise<string> {
  try {
    const { stream, response_headers: headers } = await client.exec({
      query: sql,
      query_params: { ...params },
      clickhouse_settings: { ...settings, ...ANSWER_SETTINGS },
      ...(signal !== undefined && { abort_signal: signal }),
    });
    const answer = await readText(stream);
    throwIfException(answer, headers);
    return answer;
  } catch (error) {
    throw statementError(error);
  }
}

async function insertBlock(client: ClickHouseClient, insert: BlockInsert, compress: boolean): Promise<void> {
  const columns = insert.columns.map((name) => `\`${name}\``).join(', ');
  const source = Readable.from([insert.bytes], { objectMode: false });
  try {
    const { stream } = await client.exec({
      query: `INSERT INTO ${insert.table} (${columns}) FORMAT Native`,
      values: compress ? source.pipe(zstd()) : source,
      clickhouse_settings: {
        ...INSERT_SETTINGS,
        insert_deduplication_token: insert.token,
        ...(insert.isDistinct === true && { optimize_on_insert: 0 }),
      },
      ...(compress && { http_headers: { 'Content-Encoding': 'zstd' } }),
    });
    const answer = await readText(stream);
    // An insert that went well says nothing.
    if (answer.trim() !== '') throw parseError(answer);
  } catch (error) {
    throw insertError(error);
  }
}

const zstd = () => createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } });

/** How an exception looks that ClickHouse wrote behind the beginning of an answer: marked by a tag that the headers name. */
const EXCEPTION_TAIL_BYTES = 16 * 1024;

function throwIfException(answer: string, headers: Readonly<Record<string, unknown>>): void {
  const tag = headers['x-clickhouse-exception-tag'];
  const tail = answer.slice(-EXCEPTION_TAIL_BYTES);
  const begin = typeof tag === 'string' ? tail.lastIndexOf(`__exception__\r\n${tag}`) : -1;
  if (begin >= 0) throw parseError(tail.slice(begin));
}
