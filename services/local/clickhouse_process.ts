/**
 * Entry of the ClickHouse child process: `node clickhouse_process.ts LIBRARY OPTION...`. It calls the engine's C entry
 * point with a query that opens the listeners and then sleeps: the call blocks this thread for as long as the server
 * lives. So no signal handler of ours could ever run; SIGTERM ends the process by its default action.
 */

/** Sleeps some hundred years, in steps that the engine allows. */
const SERVE_QUERY = [
  'SYSTEM START LISTEN HTTP',
  'SYSTEM START LISTEN TCP',
  'SELECT sleepEachRow(3) FROM numbers(4000000000) SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 10000000 FORMAT Null',
].join('; ');

const [library, ...options] = process.argv.slice(2);
if (library === undefined) throw new Error('usage: clickhouse_process.ts LIBRARY OPTION...');

// An optional dependency: only this process needs it. Other bindings run the call on a stack of their own, which the
// engine refuses.
const { DataType, load, open } = await import('ffi-rs');
open({ library: 'chdb', path: library });
const args = ['clickhouse', ...options, '--multiquery', `--query=${SERVE_QUERY}`];
load({
  library: 'chdb',
  funcName: 'query_stable_v2',
  retType: DataType.I64,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [args.length, args],
});
// The engine prints why it could not serve; it returns only then.
process.exitCode = 1;
