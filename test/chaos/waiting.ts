/** When a pipeline is well again after a fault, and when nothing moves in it any more. */
import { setTimeout as delay } from 'node:timers/promises';
import { parsePrometheusText, sumOf } from '../../services/platform/prometheus_text.ts';
import { METRICS } from '../../services/collector/metrics.ts';
import type { LagSample, LagWatch } from './lag.ts';
import { QUIET_TIMEOUT_MS, RECOVERY_TIMEOUT_MS } from './limits.ts';
import type { Stack } from './stack.ts';

const START_TIMEOUT_MS = 240_000;
const POLL_MS = 250;
/** Ticks come each second while a window or a trace is open: longer than that without one, and none is. */
const QUIET_MS = 6_000;
/** What is usual is some records: of each partition, what came since the last commit. */
const NORMAL_FACTOR = 3;
const NORMAL_LEAST_RECORDS = 60;

/** Resolves when every member is ready and spans come out at the end. */
export async function untilFlowing(stack: Stack): Promise<void> {
  const giveUpAt = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const reason = (await reasonNotReady(stack)) ?? (await reasonNotFlowing(stack));
    if (reason === null) return;
    if (Date.now() > giveUpAt) throw new Error(`the stack did not get going: ${reason}`);
    await delay(POLL_MS);
  }
}

async function reasonNotFlowing({ clickhouse }: Stack): Promise<string | null> {
  const [row] = await clickhouse.query('SELECT count() AS spans FROM otel_traces');
  return Number(row?.['spans']) > 0 ? null : 'no span has been stored yet';
}

/** More than this is behind: from what is usual while nothing is wrong. */
export function normalLag(samples: readonly LagSample[]): number {
  const most = Math.max(0, ...samples.map(({ processor, sink }) => Math.max(processor, sink)));
  return NORMAL_FACTOR * most + NORMAL_LEAST_RECORDS;
}

/** The moment at which all members were ready and the lag was usual again; null when that does not come. */
export async function untilRecovered(stack: Stack, lag: LagWatch, limit: number): Promise<number | null> {
  const sinceMs = Date.now();
  while (Date.now() - sinceMs < RECOVERY_TIMEOUT_MS) {
    const sample = lag.newest(Date.now());
    const isCaughtUp =
      sample !== null && sample.atMs > sinceMs && sample.processor <= limit && sample.sink <= limit;
    if (isCaughtUp && (await reasonNotReady(stack)) === null && (await isDrained(stack))) return Date.now();
    await delay(POLL_MS);
  }
  return null;
}

/** Whether no collector holds records back that Kafka could have by now. */
async function isDrained({ members }: Stack): Promise<boolean> {
  const left = await Promise.all(
    members.collector.map(async (member) =>
      sumOf(parsePrometheusText(await member.metrics()), METRICS.spoolRecords.name),
    ),
  );
  return left.every((records) => records === 0);
}

/** Why the members that should run do not all do their work, or null. */
export async function reasonNotReady(stack: Stack): Promise<string | null> {
  const members = Object.values(stack.members)
    .flat()
    .filter(({ isUp }) => isUp);
  const reasons = await Promise.all(
    members.map(async (member) => {
      const reason = await member.notReady();
      return reason === null ? null : `${member.name}: ${reason}`;
    }),
  );
  return reasons.find((reason) => reason !== null) ?? null;
}

/** True when nothing is behind and nothing has been written for some seconds: everything that can be counted is counted. */
export async function untilQuiet(lag: LagWatch): Promise<boolean> {
  const startedMs = Date.now();
  while (Date.now() - startedMs < QUIET_TIMEOUT_MS) {
    const newest = lag.newest(Date.now());
    if (newest !== null && isQuiet(lag.between(newest.atMs - QUIET_MS, newest.atMs), startedMs)) return true;
    await delay(POLL_MS);
  }
  return false;
}

function isQuiet(samples: readonly LagSample[], startedMs: number): boolean {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || first.atMs < startedMs) return false;
  if (last.atMs - first.atMs < QUIET_MS - 2_000) return false;
  return samples.every(
    ({ processor, sink, position }) => processor === 0 && sink === 0 && position === last.position,
  );
}
