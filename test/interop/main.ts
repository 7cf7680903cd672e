/**
 * `make interop`: the client libraries of other projects, run as they are, against a whole Spanmill. What each of them
 * sent is looked for in the spans topic and in ClickHouse; the table of it goes to RESULTS.md beside this file.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import startServers from '../support/start_servers.ts';
import stopServers from '../support/stop_servers.ts';
import { ArgumentsError } from '../support/command_line.ts';
import { HELP, readArguments } from './arguments.ts';
import { CLIENTS } from './clients.ts';
import { faultsOf } from './outcome.ts';
import { json, recordedTable, table } from './report.ts';
import { runAll, type Results } from './run_all.ts';

const INTERRUPTED = 130;

const write = (text: string): void => void process.stdout.write(`${text}\n`);

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const wish = readArguments(
      argv,
      CLIENTS.map(({ id }) => id),
    );
    if (wish.wantsHelp) {
      write(HELP);
      return 0;
    }
    return await interop(wish.only);
  } catch (error) {
    if (!(error instanceof ArgumentsError)) throw error;
    process.stderr.write(`interop: ${error.message}\n`);
    return 2;
  }
}

async function interop(only: readonly string[] | null): Promise<number> {
  const clients = CLIENTS.filter(({ id }) => only === null || only.includes(id));
  // The services end with this process, the servers with its end of their input.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(INTERRUPTED));
  await startServers();
  try {
    const results = await runAll(clients, write);
    const text = [table(results.clients), recordedTable(results.recorded)].join('\n\n');
    write(`\n${text}\n`);
    if (only === null) writeResults(text, results);
    return verdict(results);
  } finally {
    await stopServers();
  }
}

/** Zero where all that ran has arrived. */
function verdict({ clients, recorded }: Results): number {
  for (const fault of clients.flatMap(faultsOf)) write(`NOT ARRIVED ${fault}`);
  for (const { name, fault } of recorded) if (fault !== null) write(`NOT ARRIVED ${name}: ${fault}`);
  const skipped = clients.filter((one) => one.skipped !== null).length;
  const failed =
    clients.filter((one) => faultsOf(one).length > 0).length +
    recorded.filter((one) => one.fault !== null).length;
  const passed = clients.length + recorded.length - skipped - failed;
  write(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

function writeResults(text: string, results: Results): void {
  const head = '# Clients against Spanmill\n\nWritten by `make interop`.';
  writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `${head}\n\n${text}\n`);
  writeFileSync(join(import.meta.dirname, 'results.json'), json(results));
}
