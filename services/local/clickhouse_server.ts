/**
 * A real ClickHouse server without Docker: the engine of the npm package chdb in a process of its own
 * (clickhouse_process.ts). It keeps what it acknowledged over any end, since a part is on disk before its insert
 * is answered; so an orderly stop is a plain SIGTERM. Before it starts again it forgets the tokens of inserts that it had not finished.
 */
import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  requireFreePort,
  requireSpace,
  ServerStartError,
  startServer,
  type RunningServer,
} from './server_process.ts';

export interface ClickHouseServerOptions {
  readonly dataDir: string;
  readonly httpPort: number;
  readonly tcpPort: number;
  readonly logFile: string;
  /** Outlives the process that started it. */
  readonly detached: boolean;
  readonly onSpawn?: (pid: number) => void;
  /** What all queries together may use; a query beyond it fails, the server goes on. */
  readonly maxMemoryBytes?: number;
}

const FORGET_UNFINISHED_INSERTS = join(
  import.meta.dirname,
  '../../deploy/clickhouse/forget_unfinished_inserts.sh',
);
const DEFAULT_MAX_MEMORY = 2 * 1024 ** 3;
const MIN_FREE_BYTES = 1024 ** 3;
const START_TIMEOUT_MS = 60_000;

const LIBRARY_PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@chdb/lib-linux-x64-gnu',
  'linux-arm64': '@chdb/lib-linux-arm64-gnu',
  'darwin-x64': '@chdb/lib-darwin-x64',
  'darwin-arm64': '@chdb/lib-darwin-arm64',
};

/** Resolves when the server answers on its HTTP port. Throws ServerStartError. */
export async function startClickHouse(options: ClickHouseServerOptions): Promise<RunningServer> {
  const library = findLibrary();
  await requireFreePort('ClickHouse', options.httpPort);
  await requireFreePort('ClickHouse', options.tcpPort);
  requireSpace('ClickHouse', options.dataDir, MIN_FREE_BYTES);

  const configFile = join(options.dataDir, 'config.xml');
  writeFileSync(configFile, serverConfig(options));
  const engineDir = join(options.dataDir, 'data');
  await forgetUnfinishedInserts(engineDir, options.logFile);
  return startServer({
    name: 'ClickHouse',
    command: process.execPath,
    args: [
      join(import.meta.dirname, 'clickhouse_process.ts'),
      library,
      `--config-file=${configFile}`,
      // The level in the file is not honoured.
      '--log-level=warning',
      `--path=${engineDir}`,
      '--listen_host=127.0.0.1',
      `--http_port=${options.httpPort}`,
      `--tcp_port=${options.tcpPort}`,
    ],
    logFile: options.logFile,
    detached: options.detached,
    ...(options.onSpawn !== undefined && { onSpawn: options.onSpawn }),
    ready: async () => (await fetch(`http://127.0.0.1:${options.httpPort}/ping`)).ok,
    startTimeoutMs: START_TIMEOUT_MS,
  });
}

/** After a kill the engine takes an insert that it was busy with for done: its rows would be lost. */
async function forgetUnfinishedInserts(engineDir: string, logFile: string): Promise<void> {
  const { stdout } = await promisify(execFile)('sh', [FORGET_UNFINISHED_INSERTS, engineDir]);
  mkdirSync(dirname(logFile), { recursive: true });
  appendFileSync(logFile, stdout);
}

/** Where the engine is. Throws ServerStartError when it is not installed, or not built for this machine. */
function findLibrary(): string {
  const platform = `${process.platform}-${process.arch}`;
  const packageName = LIBRARY_PACKAGES[platform];
  if (packageName === undefined) {
    throw new ServerStartError(
      `the embedded ClickHouse is not built for ${platform}: start a ClickHouse server and give its address`,
    );
  }
  try {
    const require = createRequire(import.meta.url);
    require.resolve('ffi-rs');
    const directory = dirname(createRequire(require.resolve('chdb')).resolve(packageName));
    const library = join(directory, 'libchdb.so');
    if (existsSync(library)) return library;
    throw new Error(`there is no ${library}`);
  } catch (error) {
    throw new ServerStartError(
      'the embedded ClickHouse is not installed (optional packages chdb and ffi-rs): run npm ci without --omit=optional',
      { cause: error },
    );
  }
}

function serverConfig(options: ClickHouseServerOptions): string {
  return `<clickhouse>
  <logger><console>1</console></logger>
  <max_server_memory_usage>${options.maxMemoryBytes ?? DEFAULT_MAX_MEMORY}</max_server_memory_usage>
  <mark_cache_size>${64 * 1024 * 1024}</mark_cache_size>
</clickhouse>
`;
}
