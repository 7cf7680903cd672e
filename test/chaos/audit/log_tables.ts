/** What the topics hold, as tables of the audit: the spans topic by the rules of assembly, and where dead letters came from. */
import type { TopicNames } from '../../../services/core/contracts.ts';
import { DEFAULT_RULES } from '../../../services/core/trace/assembly.ts';
import { replayedBy, toLetter } from '../../../services/cli/dead_letters/letter.ts';
import type { ClickHouse } from '../../../services/platform/clickhouse/client.ts';
import type { IncomingRecord, Kafka } from '../../../services/platform/kafka/port.ts';
import { readTopic } from '../../../services/platform/kafka/read_topic.ts';
import { toLogRecord } from '../../../services/processor/log_record.ts';
import { ExpectedAssembly } from './expected_assembly.ts';
import { RowBuffer } from './rows.ts';

export interface LogRules {
  readonly forgetMs: number;
  readonly settleMs: number;
  readonly settleCompleteMs: number;
}

type OnRecords = (partition: number, records: readonly IncomingRecord[]) => Promise<void>;

/** Fills `log_spans` and `log_fragments` of the database. */
export async function loadSpansTopic(
  kafka: Kafka,
  topics: TopicNames,
  rules: LogRules,
  clickhouse: ClickHouse,
  database: string,
): Promise<void> {
  const spans = new RowBuffer(clickhouse, `${database}.log_spans`);
  const fragments = new RowBuffer(clickhouse, `${database}.log_fragments`);
  const partitions = new Map<number, ExpectedAssembly>();
  const assemblyOf = (partition: number): ExpectedAssembly => {
    const known = partitions.get(partition);
    if (known !== undefined) return known;
    const assembly = new ExpectedAssembly(
      { ...DEFAULT_RULES, ...rules },
      {
        onSpan: ({ traceId, spanId, offset, appendMs, streamMs, run, isRepeat }) =>
          spans.add(traceId, spanId, partition, offset, appendMs, streamMs, run, Number(isRepeat)),
        onFragment: (fragment) =>
          fragments.add(
            ...[fragment.traceId, fragment.run, fragment.fragment, fragment.spans, fragment.missingParents],
          ),
      },
    );
    partitions.set(partition, assembly);
    return assembly;
  };
  await readAll(kafka, topics.spans, async (partition, records) => {
    const assembly = assemblyOf(partition);
    for (const record of records) assembly.read(toLogRecord(record));
    await spans.flushIfLarge();
    await fragments.flushIfLarge();
  });
  for (const assembly of partitions.values()) assembly.finish();
  await spans.flush();
  await fragments.flush();
}

/** Fills `letters` of the database. */
export async function loadDeadLetters(
  kafka: Kafka,
  topics: TopicNames,
  clickhouse: ClickHouse,
  database: string,
): Promise<void> {
  const letters = new RowBuffer(clickhouse, `${database}.letters`);
  await readAll(kafka, topics.deadLetters, async (partition, records) => {
    for (const record of records) {
      if (replayedBy(record) !== null) continue;
      const { id, reason, sourceTopic, sourcePartition, sourceOffset } = toLetter(partition, record, topics);
      letters.add(id, reason, sourceTopic, sourcePartition, sourceOffset);
    }
    await letters.flushIfLarge();
  });
  await letters.flush();
}

/** As the services read it: what a transaction took back is not there. */
async function readAll(kafka: Kafka, topic: string, onRecords: OnRecords): Promise<void> {
  const admin = await kafka.admin();
  const marks = await admin.watermarks(topic).finally(() => admin.stop());
  const ranges = marks.map(({ partition, low, high }) => ({ partition, from: low, to: high }));
  await readTopic(kafka, { topic, ranges, isolation: 'read_committed', onRecords });
}
