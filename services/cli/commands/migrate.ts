/** `spanmill migrate`: creates the topics and brings ClickHouse's tables to this version. It can be run again. */
import type { Command } from 'commander';
import { createTopics, migrateTables } from '../../local/prepare.ts';
import { createLog } from '../../platform/log.ts';
import { auditedCommand } from '../audit.ts';
import type { CliContext } from '../context.ts';

export function register(program: Command, context: CliContext): void {
  program
    .command('migrate')
    .description('create the topics in Kafka and the tables in ClickHouse, or bring them up to date')
    .addHelpText('after', '\nAddresses: SPANMILL_KAFKA_BROKERS and SPANMILL_CLICKHOUSE_URL.')
    .action(() => auditedCommand(context, { what: 'migrate' }, () => migrate(context)));
}

async function migrate({ env, write }: CliContext): Promise<void> {
  const log = createLog({ service: 'migrate', level: 'warn', format: 'auto' });
  const { created, different } = await createTopics(env, log);
  write(created.length === 0 ? 'topics: there already\n' : `topics: created ${created.join(', ')}\n`);
  for (const difference of different) write(`topics: left as it is, although different: ${difference}\n`);
  const applied = await migrateTables(env, ({ name, status, durationMs }) => {
    write(`tables: ${name}: ${status} (${Math.round(durationMs)} ms)\n`);
  });
  write(applied === 0 ? 'tables: up to date\n' : `tables: ${applied} migrations applied\n`);
}
