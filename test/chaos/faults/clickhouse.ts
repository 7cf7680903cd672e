/** ClickHouse that dies, and ClickHouse that answers in ways that leave the sinks in doubt. */
import type { ProxyMode } from '../clickhouse_proxy.ts';
import type { Fault } from './fault.ts';

/** Another fault at the same time may keep inserts away. */
const INSERT_TIMEOUT_MS = 15_000;

export const CLICKHOUSE: readonly Fault[] = [
  {
    name: 'clickhouse-kill',
    what: 'SIGKILL of ClickHouse in the middle of an insert; it stays down for a minute',
    touches: ['clickhouse'],
    seconds: { short: 8, long: 60 },
    inject: async ({ stack, sleep, note, missed }) => {
      const isInMiddle = await Promise.race([
        stack.proxy.nextInsert().then(() => true),
        sleep(INSERT_TIMEOUT_MS).then(() => false),
      ]);
      await stack.clickhouseServer.kill();
      if (isInMiddle) note('killed between the first and the last byte of an insert');
      else missed('killed; no insert came');
      return () => stack.clickhouseServer.start();
    },
  },
  {
    name: 'clickhouse-outage',
    what: 'ClickHouse down for --outage-seconds: the lag is the buffer, and no process may grow with it',
    touches: ['clickhouse'],
    seconds: { short: 20, long: 60 },
    inject: async ({ stack, holdMs, note }) => {
      await stack.clickhouseServer.kill();
      note(`down for ${holdMs / 1000} s`);
      return () => stack.clickhouseServer.start();
    },
  },
  answering('clickhouse-errors', 'error', 'ClickHouse answers each insert with an error that passes'),
  answering('clickhouse-hangs', 'hang', 'ClickHouse takes inserts and never answers'),
  answering('clickhouse-late', 'late', 'ClickHouse stores inserts and answers when the sink has given up'),
  answering(
    'clickhouse-cuts',
    'cut',
    'ClickHouse stores inserts and the connection breaks before the answer',
  ),
];

function answering(name: string, mode: ProxyMode, what: string): Fault {
  return {
    name,
    what,
    touches: ['clickhouse'],
    seconds: { short: 9, long: 25 },
    inject: ({ stack, note, missed }) => {
      const before = stack.proxy.hurt;
      stack.proxy.setMode(mode);
      return Promise.resolve(() => {
        const hurt = stack.proxy.hurt - before;
        (hurt > 0 ? note : missed)(`${hurt} inserts`);
        stack.proxy.setMode('pass');
        return Promise.resolve();
      });
    },
  };
}
