/**
 * Writes the README's configuration tables from the settings that the services read:
 * `node services/cli/docs.ts` writes, `--check` only tells whether something would change (exit 1).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_SETTINGS } from '../../demo/settings.ts';
import * as collector from '../collector/config.ts';
import { CLI_SETTINGS, LOCAL_SETTINGS } from '../local/settings.ts';
import { MIGRATION_SETTINGS } from '../platform/clickhouse/migration_settings.ts';
import type { Settings } from '../platform/config.ts';
import { TOPIC_SETTINGS } from '../platform/kafka/topic_settings.ts';
import { AUDIT_SETTINGS, CLICKHOUSE_SETTINGS, KAFKA_SETTINGS, LOG_SETTINGS } from '../platform/settings.ts';
import * as processor from '../processor/config.ts';
import * as query from '../query/config.ts';
import * as sink from '../sink/config.ts';

const SHARED: Settings = { ...KAFKA_SETTINGS, ...CLICKHOUSE_SETTINGS, ...LOG_SETTINGS, ...AUDIT_SETTINGS };
const MIGRATE: Settings = { ...TOPIC_SETTINGS, ...MIGRATION_SETTINGS };
const TABLES: readonly (readonly [title: string, settings: Settings])[] = [
  ['All services', SHARED],
  ['Collector', collector.SETTINGS],
  ['Processor', processor.SETTINGS],
  ['Sink', sink.SETTINGS],
  ['Query', query.SETTINGS],
  ['`spanmill migrate`', MIGRATE],
  ['`make up` and the command line', { ...LOCAL_SETTINGS, ...CLI_SETTINGS, ...DEMO_SETTINGS }],
];
const BEGIN = '<!-- configuration: made by `make docs` -->';
const END = '<!-- end of configuration -->';

/** The text between the markers. */
export function configurationTables(): string {
  return TABLES.map(([title, settings]) => {
    // A setting that several read stands once.
    const elsewhere = [SHARED, MIGRATE]
      .filter((table) => table !== settings)
      .flatMap((table) => Object.values(table));
    const others = new Set(elsewhere.map(({ env }) => env));
    const own = Object.values(settings).filter(({ env }) => settings === SHARED || !others.has(env));
    const rows = own.map(({ env, default: byDefault, unit, meaning, isSecret }) => {
      const name = isSecret === true ? `\`${env}\` or \`${env}_FILE\`` : `\`${env}\``;
      const value =
        byDefault === undefined
          ? 'required'
          : byDefault === ''
            ? ''
            : `\`${byDefault as string | number | boolean}\``;
      return `| ${name} | ${value} | ${unit.replaceAll('|', '\\|')} | ${meaning} |`;
    });
    return [`**${title}**`, '', '| name | default | unit | meaning |', '|---|---|---|---|', ...rows, ''].join(
      '\n',
    );
  }).join('\n');
}

/** `readme` with the tables of today between its markers. */
export function withConfiguration(readme: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`README.md lacks its markers ${BEGIN} and ${END}`);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${configurationTables()}\n${readme.slice(end)}`;
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '../../README.md');
  const before = readFileSync(path, 'utf8');
  const after = withConfiguration(before);
  if (before === after) process.stdout.write('README.md: the configuration tables are those of today\n');
  else if (process.argv.includes('--check')) {
    process.stderr.write('README.md: the configuration tables are out of date; run `make docs`\n');
    process.exitCode = 1;
  } else writeFileSync(path, after);
}
