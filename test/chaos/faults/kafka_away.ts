/** All brokers away at once: the collectors' spools take over, with what else may happen to a spool meanwhile. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parsePrometheusText, sumOf, type Labels } from '../../../services/platform/prometheus_text.ts';
import { METRICS } from '../../../services/collector/metrics.ts';
import { encodeFrame } from '../../../services/collector/spool_segment.ts';
import type { Collector } from '../stack.ts';
import { pickOne, until, type Fault, type Stage } from './fault.ts';

/** An append gives up after ten seconds; only then is there an outage for a collector. */
const SPOOLING_TIMEOUT_MS = 30_000;
const FULL_TIMEOUT_MS = 45_000;
const DRAIN_TIMEOUT_MS = 90_000;
const SMALLEST_SPOOL_BYTES = 1024 * 1024;
/** So that a small spool is full in seconds. */
const RATE_FACTOR = 4;
/** Of a record whose write a crash broke off. */
const TORN_VALUE_BYTES = 5_000;
const TORN_BYTES = 3_000;

export const KAFKA_AWAY: readonly Fault[] = [
  {
    name: 'kafka-away',
    what: 'all brokers down; the spools take over, and a collector with a filled spool is killed and restarted',
    touches: ['brokers', 'collector', 'clients'],
    seconds: { short: 20, long: 20 },
    inject: async (stage) => {
      await killBrokers(stage);
      const { member } = await spoolingCollector(stage);
      await member.end('SIGKILL');
      await member.start();
      stage.note(`${member.name} restarted with records in its spool`);
      return () => startBrokers(stage);
    },
  },
  {
    name: 'torn-spool',
    what: 'all brokers down; a collector is killed in the middle of a write into its spool',
    touches: ['brokers', 'collector', 'clients'],
    seconds: { short: 15, long: 15 },
    inject: async (stage) => {
      await killBrokers(stage);
      const { member, spoolDirectory } = await spoolingCollector(stage);
      await member.end('SIGKILL');
      tearTail(spoolDirectory);
      await member.start();
      return async () => {
        await startBrokers(stage);
        const cut = await until('the cut of the torn tail', DRAIN_TIMEOUT_MS, stage, async () => {
          const bytes = sumOf(parsePrometheusText(await member.metrics()), METRICS.spoolTornBytes.name) ?? 0;
          return bytes > 0 ? bytes : null;
        });
        stage.note(`${member.name} cut off ${cut} torn bytes`);
      };
    },
  },
  {
    name: 'spool-full',
    what: 'all brokers down until the spools are at their limit and clients are told to come back',
    touches: ['brokers', 'collector', 'clients'],
    seconds: { short: 15, long: 15 },
    inject: async (stage) => {
      const { collectors } = stage.stack;
      for (const collector of collectors) {
        await restart(collector, stage, { SPANMILL_COLLECTOR_SPOOL_BYTES: String(SMALLEST_SPOOL_BYTES) });
      }
      await fillSpool(stage, 'full', collectors);
      return async () => {
        await healSpool(stage, collectors);
        for (const collector of collectors) await restart(collector, stage);
      };
    },
  },
  {
    name: 'spool-disk-full',
    what: "all brokers down until the disk of a collector's spool is full",
    touches: ['brokers', 'collector', 'clients'],
    seconds: { short: 15, long: 15 },
    obstacle: () => (process.getuid?.() === 0 ? null : 'only root can make a small disk (tmpfs)'),
    inject: async (stage) => {
      const collector = pickOne(stage.stack.collectors, stage.random);
      const disk = join(stage.stack.directory, 'small-disk');
      mkdirSync(disk, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', disk]);
      const unmount = (): void => void execFileSync('umount', ['-l', disk]);
      stage.stack.undoAtEnd.push(unmount);
      await restart(collector, stage, { SPANMILL_COLLECTOR_SPOOL_DIRECTORY: disk });
      await fillSpool(stage, 'disk', [collector]);
      return async () => {
        await healSpool(stage, [collector]);
        await restart(collector, stage);
        unmount();
        stage.stack.undoAtEnd.splice(stage.stack.undoAtEnd.indexOf(unmount), 1);
      };
    },
  },
];

async function killBrokers({ stack }: Stage): Promise<void> {
  await Promise.all(stack.brokers.all.map((broker) => broker.kill()));
}

async function startBrokers({ stack }: Stage): Promise<void> {
  await Promise.all(stack.brokers.all.map((broker) => broker.start()));
}

async function restart(
  { member }: Collector,
  stage: Stage,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await member.end('SIGTERM');
  await member.start(env);
  await until(`readiness of ${member.name}`, SPOOLING_TIMEOUT_MS, stage, async () =>
    (await member.notReady()) === null ? true : null,
  );
}

/** The first collector that has records on its disk. */
function spoolingCollector(stage: Stage): Promise<Collector> {
  return until('spooling', SPOOLING_TIMEOUT_MS, stage, async () => {
    for (const collector of stage.stack.collectors) {
      if ((await figure(collector, METRICS.spoolRecords.name)) > 0) return collector;
    }
    return null;
  });
}

/** What a crash in the middle of a write leaves behind the last good record of the newest segment. */
function tearTail(spoolDirectory: string): void {
  const newest = readdirSync(spoolDirectory)
    .filter((name) => name.endsWith('.spool'))
    .sort()
    .at(-1);
  if (newest === undefined) throw new Error(`there is no segment in ${spoolDirectory} to tear`);
  const whole = Buffer.concat(encodeFrame({ partition: 0, value: Buffer.alloc(TORN_VALUE_BYTES, 'torn') }));
  appendFileSync(join(spoolDirectory, newest), whole.subarray(0, TORN_BYTES));
}

async function fillSpool(
  stage: Stage,
  reason: 'full' | 'disk',
  collectors: readonly Collector[],
): Promise<void> {
  stage.load.setRate(RATE_FACTOR * stage.spansPerSecond);
  await killBrokers(stage);
  const refusals = await until('a refusal of the spool', FULL_TIMEOUT_MS, stage, async () => {
    const counts = await Promise.all(
      collectors.map((collector) => figure(collector, METRICS.spoolRefusals.name, { reason })),
    );
    return counts.every((count) => count > 0) ? counts.reduce((a, b) => a + b) : null;
  });
  stage.load.setRate(stage.spansPerSecond);
  stage.note(`${refusals} appends refused (${reason})`);
}

async function healSpool(stage: Stage, collectors: readonly Collector[]): Promise<void> {
  await startBrokers(stage);
  await until('the end of the drain', DRAIN_TIMEOUT_MS, stage, async () => {
    const left = await Promise.all(
      collectors.map((collector) => figure(collector, METRICS.spoolRecords.name)),
    );
    return left.every((records) => records === 0) ? true : null;
  });
}

async function figure({ member }: Collector, name: string, labels: Labels = {}): Promise<number> {
  return sumOf(parsePrometheusText(await member.metrics()), name, labels) ?? 0;
}
