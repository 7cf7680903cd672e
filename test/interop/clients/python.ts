/** Clients in Python: a virtual environment for each set of libraries that can be installed together. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testHome } from '../../support/servers.ts';
import type { Command, Toolchain } from '../client.ts';
import { need } from './run.ts';

const SCRIPTS = join(import.meta.dirname, '../python');
const HOME = join(testHome(), 'interop/venv');
const INSTALL_TIMEOUT_MS = 600_000;

/** Named after their file in python/requirements. */
export type PythonSet = 'otlp' | 'zipkin' | 'jaeger' | 'opentracing';

export function pythonToolchain(set: PythonSet): Toolchain {
  return { name: `Python, ${set}`, prepare: () => prepare(set) };
}

export function python(set: PythonSet, script: string, env: Readonly<Record<string, string>>): Command {
  return {
    command: join(HOME, set, 'bin/python'),
    // Warnings are of libraries that are no longer kept up, which is why they are here.
    args: ['-W', 'ignore', join(SCRIPTS, script)],
    env: { ...env, PYTHONDONTWRITEBYTECODE: '1' },
  };
}

/** Once, until the requirements change. */
async function prepare(set: PythonSet): Promise<void> {
  const requirements = join(SCRIPTS, 'requirements', `${set}.txt`);
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const directory = join(HOME, set);
  const marker = join(directory, '.installed');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(HOME, { recursive: true });
  await need({ command: 'python3', args: ['-m', 'venv', directory] }, INSTALL_TIMEOUT_MS);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
  await need({ command: join(directory, 'bin/python'), args: pip }, INSTALL_TIMEOUT_MS);
  writeFileSync(marker, wanted);
}
