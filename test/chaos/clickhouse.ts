/** The ClickHouse of a drill: killed and started again at the same place. */
import { join } from 'node:path';
import { startClickHouse } from '../../services/local/clickhouse_server.ts';
import { CLICKHOUSE_QUERY_BYTES } from './limits.ts';
import type { Roster } from './roster.ts';

export interface ClickHouseServer {
  readonly name: string;
  readonly url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
}

const NAME = 'clickhouse';

export function clickHouseServer(options: {
  readonly directory: string;
  readonly logDirectory: string;
  readonly httpPort: number;
  readonly tcpPort: number;
  readonly roster: Roster;
}): ClickHouseServer {
  const { directory, logDirectory, httpPort, tcpPort, roster } = options;
  return {
    name: NAME,
    url: `http://127.0.0.1:${httpPort}`,
    start: async () => {
      await startClickHouse({
        ...{ httpPort, tcpPort, detached: true },
        dataDir: join(directory, NAME),
        logFile: join(logDirectory, `${NAME}.log`),
        maxMemoryBytes: CLICKHOUSE_QUERY_BYTES,
        onSpawn: (pid) => roster.add(NAME, pid),
      });
    },
    kill: async () => {
      roster.signal(NAME, 'SIGKILL');
      await roster.gone(NAME);
    },
  };
}
