/**
 * How fast the query API answers on millions of spans: `node test/bench/query/main.ts --help`. A ClickHouse and a query service of its
 * own, loaded with the corpus by the code of processor and sink.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startClickHouse } from '../../../services/local/clickhouse_server.ts';
import { startServer, type RunningServer } from '../../../services/local/server_process.ts';
import { connectClickHouse } from '../../../services/platform/clickhouse/client.ts';
import { describeTerminal } from '../../../services/platform/terminal.ts';
import { ArgumentsError } from '../../support/command_line.ts';
import { freePorts } from '../../support/free_ports.ts';
import { seeded } from '../../support/known_load.ts';
import { serviceEnv, testHome } from '../../support/servers.ts';
import { HELP, readArguments, type QueryBenchArguments } from './arguments.ts';
import { ask, type Answered } from './ask.ts';
import { QUESTIONS, storedTraceIds, storedUsers, type Draw } from './questions.ts';
import { report, tooSlow } from './report.ts';
import { connectionOf, DATABASE, loadedTables, storedLines, type Loaded } from './tables.ts';

const START_TIMEOUT_MS = 60_000;
/** Traces and people to ask for. */
const DRAWN = 500;
const INTERRUPTED = 130;
const QUERY_MAIN = join(import.meta.dirname, '../../../services/query/main.ts');

const write = (line: string): void => void process.stdout.write(`${line}\n`);

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const wish = readArguments(argv);
    if (!wish.wantsHelp) return await bench(wish);
    write(HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof ArgumentsError)) throw error;
    process.stderr.write(`query bench: ${error.message}\n`);
    return 2;
  }
}

async function bench(wish: QueryBenchArguments): Promise<number> {
  const directory = join(testHome(), 'bench-query', `${wish.spans}-${wish.hours}`);
  const started: RunningServer[] = [];
  const end = async (): Promise<void> => {
    for (const server of started.toReversed()) await server.stop();
    if (!wish.keepsData) rmSync(directory, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void end().then(() => process.exit(INTERRUPTED)));
  }
  try {
    mkdirSync(directory, { recursive: true });
    const [httpPort = 0, tcpPort = 0, port = 0, grpcPort = 0] = await freePorts(4);
    const logFile = join(directory, 'clickhouse.log');
    started.push(await startClickHouse({ httpPort, tcpPort, logFile, dataDir: directory, detached: false }));
    const url = `http://127.0.0.1:${httpPort}`;
    const loaded = await loadedTables(wish, directory, url, write);
    started.push(await startQuery({ url, port, grpcPort, directory }));
    const answered = await askAll(loaded, url, `http://127.0.0.1:${port}`, wish.rounds);
    for (const line of ['', ...report(answered, describeTerminal())]) write(line);
    return tooSlow(answered).length === 0 ? 0 : 1;
  } finally {
    await end();
  }
}

function startQuery(options: {
  readonly url: string;
  readonly port: number;
  readonly grpcPort: number;
  readonly directory: string;
}): Promise<RunningServer> {
  const { url, port, grpcPort, directory } = options;
  return startServer({
    name: 'query',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', QUERY_MAIN],
    logFile: join(directory, 'query.log'),
    detached: false,
    env: serviceEnv({
      SPANMILL_CLICKHOUSE_URL: url,
      SPANMILL_CLICKHOUSE_DATABASE: DATABASE,
      SPANMILL_QUERY_PORT: String(port),
      SPANMILL_QUERY_GRPC_PORT: String(grpcPort),
    }),
    ready: async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok,
    startTimeoutMs: START_TIMEOUT_MS,
  });
}

async function askAll(loaded: Loaded, url: string, baseUrl: string, rounds: number): Promise<Answered[]> {
  const clickhouse = connectClickHouse(connectionOf(url));
  try {
    for (const line of await storedLines(clickhouse)) write(line);
    const draw: Draw = {
      ...loaded,
      random: seeded(7),
      traceIds: await storedTraceIds(clickhouse, DRAWN),
      users: await storedUsers(clickhouse, DRAWN),
    };
    const answered: Answered[] = [];
    for (const question of QUESTIONS) {
      answered.push(await ask(baseUrl, question, draw, rounds));
      write(`${question.name}: ${answered.at(-1)?.p50.toFixed(1)} ms`);
    }
    return answered;
  } finally {
    await clickhouse.close();
  }
}
