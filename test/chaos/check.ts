/**
 * Load and audit without faults, against a pipeline that runs already and that nobody else sends to:
 *
 *     RATE=500 SECONDS=60 node test/chaos/check.ts
 *     LEDGER=directory node test/chaos/check.ts      audits once more what a load has left behind
 *
 * Where the pipeline is, SPANMILL_* says as for its services; a second collector is named by MORE_COLLECTORS=port/port (gRPC and
 * HTTP). Prints the report; ends with 1 where something is not as promised.
 */
import { topicNames } from '../../services/core/contracts.ts';
import { SETTINGS as COLLECTOR_SETTINGS } from '../../services/collector/config.ts';
import { pick } from '../../services/local/tables.ts';
import { connectClickHouse } from '../../services/platform/clickhouse/client.ts';
import { readConfig } from '../../services/platform/config.ts';
import { connectKafka } from '../../services/platform/kafka/kafkajs_kafka.ts';
import { CLICKHOUSE_SETTINGS } from '../../services/platform/settings.ts';
import { SETTINGS as PROCESSOR_SETTINGS } from '../../services/processor/config.ts';
import { quietLog } from '../support/quiet_log.ts';
import { audit } from './audit.ts';
import { startLoad } from './load.ts';
import { untilQuiet } from './quiet.ts';
import { brokenPromises, reportTable } from './report.ts';

const { RATE = '500', SECONDS = '60', SEED = '1', LEDGER, MORE_COLLECTORS = '' } = process.env;
const processor = readConfig(PROCESSOR_SETTINGS, pick(PROCESSOR_SETTINGS, process.env));
const collector = readConfig(COLLECTOR_SETTINGS, pick(COLLECTOR_SETTINGS, process.env));
const stored = readConfig(CLICKHOUSE_SETTINGS, pick(CLICKHOUSE_SETTINGS, process.env));
/** A mark of the metrics, a batch of the sink, and room. */
const AFTER_FORGET_MS = 20_000;
const QUIET_TIMEOUT_MS = 600_000;
/** Sums of hours of load take their time. */
const ANSWER_TIMEOUT_MS = 600_000;

const clickhouse = connectClickHouse({
  ...{ url: stored.clickhouseUrl, database: stored.clickhouseDatabase },
  ...{ user: stored.clickhouseUser, password: stored.clickhousePassword, timeoutMs: ANSWER_TIMEOUT_MS },
});
const kafka = connectKafka({ brokers: processor.kafkaBrokers.split(','), clientId: 'audit', log: quietLog });
try {
  const directory = LEDGER ?? (await send());
  const { forgetMs, settleMs, settleCompleteMs, kafkaTopicPrefix } = processor;
  const result = await audit(
    {
      ...{ clickhouse, kafka, topics: topicNames(kafkaTopicPrefix), ledger: { directory } },
      ...{ forgetMs, settleMs, settleCompleteMs, poisons: [] },
    },
    [],
  );
  write(reportTable(result, []));
  write(`ledger: ${directory}; tables of the audit: ${result.database}`);
  const { sent, answered, unknown, refused } = result.sums;
  write(`${sent} spans sent, ${answered} answered, ${unknown} unknown, ${refused} refused`);
  for (const broken of brokenPromises(result)) {
    write(`BROKEN: ${broken}`);
    process.exitCode = 1;
  }
} finally {
  await clickhouse.close();
}

/** The ledger's directory. */
async function send(): Promise<string> {
  const ports = [
    `${collector.grpcPort}/${collector.httpPort}`,
    ...MORE_COLLECTORS.split(',').filter((text) => text !== ''),
  ].map((text) => text.split('/'));
  const load = startLoad({
    ...{ seed: Number(SEED), spansPerSecond: Number(RATE), forgetMs: processor.forgetMs },
    collectors: ports.map(([grpc = '', http = '']) => ({
      ...{ grpc: `127.0.0.1:${grpc}`, http: `http://127.0.0.1:${http}` },
    })),
  });
  await new Promise((resolve) => setTimeout(resolve, Number(SECONDS) * 1000));
  await load.stop();
  const quietMs = processor.forgetMs + AFTER_FORGET_MS;
  const isQuiet = await untilQuiet({ clickhouse, quietMs, timeoutMs: QUIET_TIMEOUT_MS });
  if (!isQuiet) {
    write('BROKEN: the pipeline has not fallen quiet: what follows may not be the end of it');
    process.exitCode = 1;
  }
  return load.ledger.directory;
}

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}
