/** `make rebalance`: how long partitions pause when processors come, go and die. See --help. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import kafkajs from 'kafkajs';
import { topicNames } from '../../services/core/contracts.ts';
import { connectKafka } from '../../services/platform/kafka/kafkajs_kafka.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../services/platform/kafka/topics.ts';
import { freePorts } from '../support/free_ports.ts';
import { quietLog } from '../support/quiet_log.ts';
import { serviceEnv } from '../support/servers.ts';
import { BASE_MEMBERS, Drill, type DrillResult } from './rebalance/drill.ts';
import { startDrillKafka } from './rebalance/kafka.ts';
import { Load } from './rebalance/load.ts';
import { Progress } from './rebalance/progress.ts';
import { brokenDemands, doubt, resultTable } from './rebalance/report.ts';

const HELP = `node test/chaos/rebalance.ts [--cycles n] [--client name] [--commit-ms n]

Starts a Kafka of its own, 12 partitions with 40 records a second each, and two processors; then, in each cycle, adds a third,
stops it, kills it, brings it back, and kills it and starts it again at once. Of every partition the longest time
without progress is taken from the positions that are committed, asked each 50 ms, and the gap that is usual in the same
run is taken off. A partition counts as moved when anybody claimed it meanwhile. Prints a Markdown table; exits with 1
where a demand is not met: unmoved 0.5 s, moved 1.5 s beside the replay, after SIGKILL 7 s.

  --cycles n      how often all of it happens (3; a cycle takes about 90 s)
  --client name   the Kafka client of the processors, given to them as SPANMILL_KAFKA_CLIENT
  --commit-ms n   their commit interval, which is how fine progress is seen (200)
`;

const PARTITIONS = 12;
const RECORDS_PER_SECOND = 40;
const GROUP = 'drill';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '3' },
    client: { type: 'string' },
    'commit-ms': { type: 'string', default: '200' },
    help: { type: 'boolean', default: false },
  },
});
const write = (text: string): void => void process.stdout.write(`${text}\n`);
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

if (values.help) write(HELP);
else process.exitCode = await main(Number(values.cycles));

async function main(cycles: number): Promise<number> {
  const undo: (() => unknown)[] = [];
  const end = async (): Promise<void> => {
    for (const one of undo.splice(0).reverse()) await one();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void end().finally(() => process.exit(130)));
  }
  try {
    const result = await measure(cycles, undo);
    write(resultTable(result));
    const doubtful = doubt(result);
    if (doubtful !== null) write(doubtful);
    const broken = brokenDemands(result);
    for (const line of broken) write(`NOT MET: ${line}`);
    return broken.length === 0 ? 0 : 1;
  } finally {
    await end();
  }
}

async function measure(cycles: number, undo: (() => unknown)[]): Promise<DrillResult> {
  const kafka = await startDrillKafka();
  undo.push(() => kafka.stop());
  const topics = topicNames('drill');
  const topic = topics.spans;
  const port = connectKafka({ brokers: [kafka.broker], clientId: 'drill', log: quietLog });
  const setup = await port.admin();
  await setup.ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, prefix: 'drill', partitions: PARTITIONS }));
  await setup.stop();

  const producer = await port.producer();
  undo.push(() => producer.stop());
  const load = new Load({ producer, topic, partitions: PARTITIONS, recordsPerSecond: RECORDS_PER_SECOND });
  undo.push(() => load.stop());
  const admin = new kafkajs.Kafka({ brokers: [kafka.broker], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  undo.push(() => admin.disconnect());
  const progress = new Progress({ admin, group: GROUP, topic, partitions: PARTITIONS });
  undo.push(() => progress.stop());

  const scratch = mkdtempSync(join(tmpdir(), 'spanmill-rebalance-'));
  undo.push(() => rmSync(scratch, { recursive: true, force: true }));
  const ports = await freePorts(BASE_MEMBERS + 1);
  const envs = ports.map((healthPort) => memberEnv(kafka.broker, scratch, healthPort));
  const drill = new Drill({ partitions: PARTITIONS, cycles, progress, tell, envs });
  undo.push(() => drill.stop());
  const result = await drill.run();
  tell(`longest time between two looks: ${progress.longestPollMs} ms; sends that failed: ${load.failures}`);
  return result;
}

function memberEnv(broker: string, scratch: string, healthPort: number): Record<string, string> {
  return serviceEnv({
    SPANMILL_KAFKA_BROKERS: broker,
    SPANMILL_KAFKA_TOPIC_PREFIX: 'drill',
    SPANMILL_PROCESSOR_GROUP: GROUP,
    SPANMILL_PROCESSOR_HEALTH_PORT: String(healthPort),
    SPANMILL_PROCESSOR_SCRATCH_DIRECTORY: scratch,
    SPANMILL_PROCESSOR_COMMIT_INTERVAL_MS: values['commit-ms'],
    ...(values.client !== undefined && { SPANMILL_KAFKA_CLIENT: values.client }),
  });
}
