/** What would keep the local stack from starting, found before anything is started: one line each, with what to do. */
import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { requireJava } from './kafka_jars.ts';
import { jarsDirectory } from './paths.ts';
import type { LocalPlan } from './plan.ts';
import { isPortFree } from './ports.ts';
import type { PortUse } from './port_uses.ts';

const MEGABYTE = 1024 * 1024;

/** Empty when nothing is in the way. */
export async function findObstacles(plan: LocalPlan): Promise<string[]> {
  const found = [
    await javaObstacle(),
    mavenObstacle(plan),
    spaceObstacle(plan.home, plan.config.minFreeMegabytes),
    ...sharedPorts(plan.ports),
    ...(await Promise.all(firstUses(plan.ports).map(portObstacle))),
  ];
  return found.filter((obstacle) => obstacle !== null);
}

async function javaObstacle(): Promise<string | null> {
  try {
    await requireJava();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Maven is asked for only when the jars are not there yet. */
function mavenObstacle({ home, env }: LocalPlan): string | null {
  const isNeeded = !existsSync(join(jarsDirectory(home), '.resolved'));
  if (!isNeeded || isOnPath('mvn', env['PATH'] ?? '')) return null;
  return "mvn is missing: Maven fetches Kafka's jars, once. Install it with: apt-get install maven (Debian), brew install maven (macOS)";
}

export function isOnPath(program: string, path: string): boolean {
  return path.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function spaceObstacle(directory: string, minMegabytes: number): string | null {
  mkdirSync(directory, { recursive: true });
  const { bavail, bsize } = statfsSync(directory);
  const free = Math.floor((bavail * bsize) / MEGABYTE);
  if (free >= minMegabytes) return null;
  return (
    `the disk is nearly full: ${free} MB are free under ${directory}, ${minMegabytes} MB are wanted. ` +
    'Make room, or set SPANMILL_HOME to a directory on another disk (SPANMILL_LOCAL_MIN_FREE_MB sets the limit)'
  );
}

export async function portObstacle({ process, port, remedy }: PortUse): Promise<string | null> {
  if (await isPortFree(port)) return null;
  return `port ${port} is taken, ${process} needs it: stop what listens there, or choose another with ${remedy}`;
}

/** Two probes of one port would find each other. */
function firstUses(ports: readonly PortUse[]): PortUse[] {
  return ports.filter(({ port }, index) => ports.findIndex((use) => use.port === port) === index);
}

/** Two of ours on one port: nobody listens there yet, so the probe would not see it. */
export function sharedPorts(ports: readonly PortUse[]): string[] {
  const byPort = Map.groupBy(ports, ({ port }) => port);
  return [...byPort]
    .filter(([, uses]) => uses.length > 1)
    .map(([port, uses]) => {
      const owners = uses.map((use) => `${use.process} (${use.remedy})`).join(' and ');
      return `port ${port} is given to ${owners}: change one of them`;
    });
}
