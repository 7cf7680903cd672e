/** How each kind of process is started: the two servers, and Node.js processes of ours. */
import { setTimeout as delay } from 'node:timers/promises';
import { startClickHouse } from './clickhouse_server.ts';
import { startKafka } from './kafka_server.ts';
import { clickhouseData, jarsDirectory, kafkaData, logFile } from './paths.ts';
import type { LocalPlan, ProcessPlan } from './plan.ts';
import { startServer, type RunningServer } from './server_process.ts';

export type OnSpawn = (pid: number) => void;

export function launchKafka(plan: LocalPlan, onSpawn: OnSpawn): Promise<RunningServer> {
  return startKafka({
    jarsDir: jarsDirectory(plan.home),
    dataDir: kafkaData(plan.home),
    port: plan.kafkaPort,
    controllerPort: plan.config.kafkaControllerPort,
    logFile: logFile(plan.home, 'kafka'),
    detached: false,
    onSpawn,
  });
}

export function launchClickHouse(plan: LocalPlan, onSpawn: OnSpawn): Promise<RunningServer> {
  return startClickHouse({
    dataDir: clickhouseData(plan.home),
    httpPort: plan.clickhousePort,
    tcpPort: plan.config.clickhouseTcpPort,
    logFile: logFile(plan.home, 'clickhouse'),
    detached: false,
    onSpawn,
  });
}

export function launchNode(
  plan: LocalPlan,
  { name, args, env, readyUrl }: ProcessPlan,
  onSpawn: OnSpawn,
): Promise<RunningServer> {
  return startServer({
    name,
    command: process.execPath,
    args,
    cwd: plan.root,
    env,
    logFile: logFile(plan.home, name),
    detached: false,
    ready: () => (readyUrl === null ? survives() : answers(readyUrl)),
    startTimeoutMs: plan.config.startTimeoutMs,
    onSpawn,
  });
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  await response.body?.cancel();
  return response.ok;
}

/** A process that cannot be asked: one with a fault ends within this time. */
async function survives(): Promise<boolean> {
  await delay(300);
  return true;
}
