/** What the services find when they start: the topics in Kafka and the tables in ClickHouse. Both can be run again. */
import { clickHouseConnection } from '../platform/clickhouse/client.ts';
import { migrate, type MigrationProgress } from '../platform/clickhouse/migrate.ts';
import { readMigrations } from '../platform/clickhouse/migration_files.ts';
import { MIGRATION_SETTINGS } from '../platform/clickhouse/migration_settings.ts';
import { readConfig } from '../platform/config.ts';
import { connectKafka, kafkaConnection } from '../platform/kafka/connect.ts';
import { TOPIC_SETTINGS } from '../platform/kafka/topic_settings.ts';
import { topicSpecs } from '../platform/kafka/topics.ts';
import type { Log } from '../platform/log.ts';
import { CLICKHOUSE_SETTINGS, KAFKA_SETTINGS } from '../platform/settings.ts';
import { pick, type Environment } from './tables.ts';

export interface TopicsOutcome {
  readonly created: readonly string[];
  /** Topics that exist and are not as configured, in words; they are left alone. */
  readonly different: readonly string[];
}

export async function createTopics(env: Environment, log: Log): Promise<TopicsOutcome> {
  const settings = { ...KAFKA_SETTINGS, ...TOPIC_SETTINGS };
  const config = readConfig(settings, pick(settings, env));
  const admin = await connectKafka({
    ...kafkaConnection(config),
    clientId: 'spanmill-migrate',
    log,
  }).admin();
  try {
    return await admin.ensureTopics(topicSpecs({ ...config, prefix: config.kafkaTopicPrefix }));
  } finally {
    await admin.stop();
  }
}

/** How many migrations were applied now. */
export async function migrateTables(
  env: Environment,
  onProgress: (progress: MigrationProgress) => void = () => undefined,
): Promise<number> {
  const settings = { ...CLICKHOUSE_SETTINGS, ...MIGRATION_SETTINGS };
  const config = readConfig(settings, pick(settings, env));
  let applied = 0;
  await migrate({
    connection: { ...clickHouseConnection(config), database: null },
    config,
    files: await readMigrations(),
    onProgress: (progress) => {
      if (progress.status === 'applied') applied++;
      onProgress(progress);
    },
  });
  return applied;
}
