/** Clients in Java: jars by Maven, and the few classes that use them by javac. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { testHome } from '../../support/servers.ts';
import type { Command, Toolchain } from '../client.ts';
import { need } from './run.ts';

const SOURCES = join(import.meta.dirname, '../java');
const HOME = join(testHome(), 'interop/java');
const TIMEOUT_MS = 600_000;

export const javaToolchain: Toolchain = { name: 'Java', prepare };

export function java(mainClass: string, env: Readonly<Record<string, string>>): Command {
  const classpath = [join(HOME, 'classes'), join(HOME, '*')].join(delimiter);
  return { command: 'java', args: ['-Dfile.encoding=UTF-8', '-cp', classpath, mainClass], env };
}

/** Once, until a source or the pom changes. */
async function prepare(): Promise<void> {
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith('.java'));
  const hash = createHash('sha256');
  for (const name of ['pom.xml', ...sources]) hash.update(readFileSync(join(SOURCES, name)));
  const wanted = hash.digest('hex');
  const marker = join(HOME, '.built');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;

  const fresh = `${HOME}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    const maven = ['-q', '-B', '-f', join(SOURCES, 'pom.xml'), 'dependency:copy-dependencies'];
    const jars = { command: 'mvn', args: [...maven, `-DoutputDirectory=${fresh}`] };
    await need(jars, TIMEOUT_MS);
    const files = sources.map((name) => join(SOURCES, name));
    const classes = ['-d', join(fresh, 'classes')];
    const options = ['-nowarn', '-encoding', 'UTF-8', '-cp', join(fresh, '*'), ...classes];
    await need({ command: 'javac', args: [...options, ...files] }, TIMEOUT_MS);
    writeFileSync(join(fresh, '.built'), wanted);
    rmSync(HOME, { recursive: true, force: true });
    renameSync(fresh, HOME);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
