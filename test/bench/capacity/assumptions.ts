/** What is assumed, and nobody measured: change these for your own plan. Each stands in the page with its meaning. */

interface Assumption {
  readonly value: number;
  readonly unit: string;
  readonly meaning: string;
}

const GIB = 1024 ** 3;

export const ASSUMPTIONS = {
  peakFactor: { value: 2, unit: '', meaning: 'the busiest hour over the mean of the day' },
  utilisation: {
    value: 0.6,
    unit: '',
    meaning: 'of a core or a network at the peak: with one of three zones gone, what remains is at 90 %',
  },
  zones: { value: 3, unit: '', meaning: 'failure domains; every fleet is a multiple of them' },
  catchUpFactor: {
    value: 2,
    unit: '',
    meaning: 'times the peak that a group can be scaled to, at full use: an hour of lag is gone in an hour',
  },
  spoolSeconds: {
    value: 600,
    unit: 's',
    meaning: "that collectors' disks bridge at the peak while Kafka is away",
  },
  growth: { value: 2, unit: '', meaning: 'times that load may grow before partitions run out' },
  leastPartitions: { value: 12, unit: 'partitions', meaning: 'of the spans: fewer save nothing' },
  replication: { value: 3, unit: 'replicas', meaning: 'of each Kafka partition, one a zone' },
  followerCpu: {
    value: 0.5,
    unit: '',
    meaning: "a follower's CPU over its leader's: the bench's Kafka has no followers",
  },
  retentionHours: { value: 24, unit: 'h', meaning: 'in Kafka: `SPANMILL_TOPIC_RETENTION_HOURS`' },
  brokerCores: { value: 8, unit: 'cores', meaning: 'of a broker' },
  brokerNetworkBytes: { value: 1.25e9, unit: 'B/s', meaning: 'of a broker, each way (10 Gbit/s)' },
  brokerWriteBytes: { value: 400e6, unit: 'B/s', meaning: "that a broker's disks write on end" },
  brokerDiskBytes: { value: 8e12, unit: 'B', meaning: 'disk of a broker' },
  cacheSeconds: {
    value: 600,
    unit: 's',
    meaning: 'of writes in page cache, so that readers and replays read no disk',
  },
  diskFill: { value: 0.7, unit: '', meaning: 'of a disk, at most; merges and moves need the rest' },
  ttlDays: { value: 30, unit: 'days', meaning: 'in ClickHouse: `SPANMILL_CLICKHOUSE_TTL_TRACES_DAYS`' },
  clickhouseReplicas: { value: 2, unit: 'replicas', meaning: 'of each shard' },
  clickhouseFollowerCpu: {
    value: 0.5,
    unit: '',
    meaning: "a replica's CPU over that of the one that took the insert: it fetches the part and merges it",
  },
  clickhouseUtilisation: {
    value: 0.3,
    unit: '',
    meaning: 'by inserts and merges at the peak; the rest is for questions',
  },
  clickhouseCores: { value: 16, unit: 'cores', meaning: 'of a ClickHouse node' },
  clickhouseDiskBytes: { value: 16e12, unit: 'B', meaning: 'disk of a ClickHouse node' },
  partsPerSecond: {
    value: 15,
    unit: 'parts/s',
    meaning: 'new parts of a table that a shard is given; the bench gives it 12',
  },
  memoryStep: { value: GIB / 2, unit: 'bytes', meaning: "step to which a process's memory is rounded up" },
} as const satisfies Readonly<Record<string, Assumption>>;

export type Assumptions = Readonly<Record<keyof typeof ASSUMPTIONS, number>>;

export const DEFAULT_ASSUMPTIONS = Object.fromEntries(
  Object.entries(ASSUMPTIONS).map(([name, { value }]) => [name, value]),
) as Assumptions;
