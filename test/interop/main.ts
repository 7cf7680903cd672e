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
import { faultsOf, type ClientResult } from './outcome.ts';
import { table } from './report.ts';
import { runAll } from './run_all.ts';

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
  await startServers();
  try {
    const results = await runAll(clients, write);
    const text = table(results);
    write(`\n${text}\n`);
    if (only === null) writeResults(text, results);
    const faults = results.flatMap(faultsOf);
    for (const fault of faults) write(`NOT ARRIVED ${fault}`);
    const ran = results.filter(({ skipped }) => skipped === null).length;
    const wrong = new Set(results.filter((one) => faultsOf(one).length > 0)).size;
    write(`${ran - wrong} passed, ${wrong} failed, ${results.length - ran} skipped`);
    return wrong === 0 && ran > 0 ? 0 : 1;
  } finally {
    await stopServers();
  }
}

function writeResults(text: string, results: readonly ClientResult[]): void {
  const written = 'Written by `make interop`.\n';
  writeFileSync(
    join(import.meta.dirname, 'RESULTS.md'),
    `# Clients against Spanmill\n\n${written}\n${text}\n`,
  );
  writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
}
