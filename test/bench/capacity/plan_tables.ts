/** The tables of figures, assumptions and plans, as Markdown. Pure. */
import { ASSUMPTIONS, type Assumptions } from './assumptions.ts';
import { DEFAULTS, type Figures } from './figures.ts';
import { decidedBy, type Plan, type ServicePlan } from './plan.ts';
import { bytes, duration, figure, memory, short, whole } from './units.ts';

export function figuresTable(figures: Figures): string[] {
  const cost = (name: string, micros: number, peak: number | null): string[] => [
    ...[name, micros.toFixed(2), whole(1e6 / micros), peak === null ? '' : memory(peak)],
  ];
  const { collectorBytes, processorBytes, sinkBytes } = figures;
  return [
    ...table(
      ['stage', 'CPU us/span', 'spans/s of one core', 'peak memory'],
      [
        cost('collector', figures.collectorMicros, collectorBytes),
        cost('processor', figures.processorMicros, processorBytes),
        cost('sink', figures.sinkMicros, sinkBytes),
        cost('Kafka, one replica', figures.kafkaMicros, null),
        cost('ClickHouse, one replica, merges included', figures.clickhouseMicros, null),
      ],
    ),
    '',
    ...table(
      ['a span', 'bytes'],
      [
        ['as it is sent, before compression', figure(figures.sentBytes)],
        ['in the topic spans', figure(figures.spansBytes)],
        ['in the topics traces and metrics', figure(figures.publishedBytes)],
        ['in ClickHouse, all tables', figure(figures.clickhouseBytes)],
      ],
    ),
  ];
}

export function assumptionsTable(): string[] {
  const rows = Object.entries(ASSUMPTIONS).map(([name, { value, unit, meaning }]) => {
    return [`\`${name}\``, quantity(value, unit), meaning];
  });
  return table(['name', 'value', 'meaning'], rows, 1);
}

function quantity(value: number, unit: string): string {
  switch (unit) {
    case 'B':
      return bytes(value);
    case 'B/s':
      return `${bytes(value)}/s`;
    case 'bytes':
      return memory(value);
    default:
      return `${figure(value)} ${unit}`.trim();
  }
}

export function planTable(plans: readonly Plan[], assumed: Assumptions): string[] {
  const row = (name: string, of: (plan: Plan) => string): string[] => [name, ...plans.map(of)];
  const service = (name: string, of: (plan: Plan) => ServicePlan): string[][] => [
    row(`**${name}**: cores busy`, (one) => figure(of(one).cores)),
    row('processes', (one) => whole(of(one).processes)),
    row('memory of each', (one) => memory(of(one).memoryBytes)),
  ];
  return table(
    ['spans a second, mean', ...plans.map(({ meanRate }) => short(meanRate))],
    [
      row('at the peak', ({ peakRate }) => short(peakRate)),
      row('arriving at the peak', ({ ingressBytes }) => `${bytes(ingressBytes)}/s`),
      ...service('collector', ({ collector }) => collector),
      row('spool of each, at most', ({ spoolBytes }) => bytes(spoolBytes)),
      ...service('processor', ({ processor }) => processor),
      ...service('sink', ({ sink }) => sink),
      ...kafkaRows(row, assumed),
      ...clickhouseRows(row, assumed),
    ],
  );
}

type Row = (name: string, of: (plan: Plan) => string) => string[];

function kafkaRows(row: Row, { zones }: Assumptions): string[][] {
  return [
    row('**Kafka**: `SPANMILL_TOPIC_PARTITIONS`', ({ kafka }) => whole(kafka.partitions)),
    row('`SPANMILL_TOPIC_TRACES_PARTITIONS`', ({ kafka }) => whole(kafka.tracesPartitions)),
    row('`SPANMILL_TOPIC_METRICS_PARTITIONS`', ({ kafka }) => whole(kafka.metricsPartitions)),
    row('cores busy', ({ kafka }) => figure(kafka.cores)),
    row('network at the peak, in and as much out', ({ kafka }) => `${bytes(kafka.networkBytes)}/s`),
    row('between zones, mean', ({ kafka }) => `${bytes(kafka.betweenZonesBytes)}/s`),
    row('disk', ({ kafka }) => bytes(kafka.diskBytes)),
    row('brokers', ({ kafka }) => whole(kafka.brokers)),
    row('decided by', ({ kafka }) => decidedBy(kafka.wishes, zones)),
    row('partition replicas a broker', ({ kafka }) => whole(kafka.replicasPerBroker)),
    row('page cache a broker', ({ kafka }) => bytes(kafka.cacheBytesPerBroker)),
    row('transactions a second', ({ kafka }) => whole(kafka.transactionsPerSecond)),
    row(`spans a record at a linger of ${duration(DEFAULTS.lingerSeconds)}`, ({ kafka }) =>
      figure(kafka.spansPerRecord),
    ),
    row('`SPANMILL_COLLECTOR_LINGER_MS`', ({ kafka }) => whole(Math.ceil(kafka.lingerSeconds * 1000 - 1e-6))),
  ];
}

function clickhouseRows(row: Row, { clickhouseReplicas }: Assumptions): string[][] {
  return [
    row('**ClickHouse**: cores busy with inserts and merges', ({ clickhouse }) => figure(clickhouse.cores)),
    row('disk', ({ clickhouse }) => bytes(clickhouse.diskBytes)),
    row('nodes', ({ clickhouse }) => whole(clickhouse.nodes)),
    row('decided by', ({ clickhouse }) => decidedBy(clickhouse.wishes, clickhouseReplicas)),
    row('shards', ({ clickhouse }) => whole(clickhouse.shards)),
    row('`SPANMILL_SINK_BATCH_MS`', ({ clickhouse }) => whole(clickhouse.batchSeconds * 1000)),
    row('rows of a batch', ({ clickhouse }) => whole(clickhouse.batchRows)),
    row('rows of a new part', ({ clickhouse }) => whole(clickhouse.rowsPerPart)),
    row('new parts a second, of a shard and table', ({ clickhouse }) => figure(clickhouse.partsPerSecond)),
    row('an insert is known again for', ({ clickhouse }) => duration(clickhouse.rememberedSeconds)),
  ];
}

/** All columns but the first `left` hold numbers, unless there are words in the last. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[], left = 0): string[] {
  const rule = heads.map((_, index) => (index === 0 || (left > 0 && index > left) ? '---' : '---:'));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
