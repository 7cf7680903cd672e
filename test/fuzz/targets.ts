/** Every decoder that is fuzzed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FuzzTarget } from './target.ts';

/** Each in a file of its own, loaded when it is asked for. */
const FILES = [
  ...['otlp', 'zipkin', 'jaeger', 'ingest', 'redaction', 'pipeline', 'kafka', 'http', 'query', 'storage'],
].filter((name) => existsSync(join(import.meta.dirname, `${name}.ts`)));

async function all(): Promise<FuzzTarget[]> {
  const modules = await Promise.all(
    FILES.map((name) => import(`./${name}.ts`) as Promise<{ readonly targets: readonly FuzzTarget[] }>),
  );
  return modules.flatMap(({ targets }) => targets);
}

export async function targetNames(): Promise<string[]> {
  return (await all()).map(({ name }) => name);
}

export async function findTarget(name: string): Promise<FuzzTarget> {
  const target = (await all()).find((one) => one.name === name);
  if (target === undefined) throw new RangeError(`there is no target ${name}`);
  return target;
}
