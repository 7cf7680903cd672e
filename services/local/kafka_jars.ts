/**
 * The jars of the embedded Kafka: resolved once by Maven from deploy/local/pom.xml, then kept. Also says in one line
 * what the machine lacks. It starts nothing.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServerStartError } from './server_process.ts';

const run = promisify(execFile);

const POM_FILE = join(import.meta.dirname, '../../deploy/local/pom.xml');
const MIN_JAVA = 17;
const MAVEN_TIMEOUT_MS = 600_000;
/** By Debian's own choice of version, since each release has another one: 17 in 12, 21 in 13. */
const JAVA_HINT = installHint('default-jre-headless', 'openjdk@17');

/** Makes sure that `jarsDir` holds what the pom asks for; a changed pom resolves anew. True when Maven had to run. */
export async function ensureKafkaJars(jarsDir: string, maven = 'mvn'): Promise<boolean> {
  const marker = join(jarsDir, '.resolved');
  const wanted = createHash('sha256').update(readFileSync(POM_FILE)).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return false;

  // Put in place whole: somebody else may resolve, or start from, the same directory at this moment.
  const fresh = `${jarsDir}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    await resolveWithMaven(maven, fresh);
    writeFileSync(join(fresh, '.resolved'), wanted);
    rmSync(jarsDir, { recursive: true, force: true });
    renameSync(fresh, jarsDir);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw error;
  }
  return true;
}

/** Throws ServerStartError when there is no Java, or one too old for Kafka 4. */
export async function requireJava(java = 'java'): Promise<void> {
  let version: string;
  try {
    version = (await run(java, ['-version'])).stderr;
  } catch (error) {
    throw new ServerStartError(`Kafka needs Java ${MIN_JAVA} or newer, and there is no java: ${JAVA_HINT}`, {
      cause: error,
    });
  }
  const major = Number(/version "(?:1\.)?(\d+)/.exec(version)?.[1]);
  if (major >= MIN_JAVA) return;
  throw new ServerStartError(
    `Kafka needs Java ${MIN_JAVA} or newer, this is ${version.split('\n', 1)[0] ?? ''}: ${JAVA_HINT}`,
  );
}

async function resolveWithMaven(maven: string, jarsDir: string): Promise<void> {
  const args = ['-q', '-B', '-f', POM_FILE, 'dependency:copy-dependencies', `-DoutputDirectory=${jarsDir}`];
  try {
    await run(maven, args, { timeout: MAVEN_TIMEOUT_MS });
  } catch (error) {
    const { code, stdout } = error as { code?: unknown; stdout?: string };
    if (code === 'ENOENT') {
      throw new ServerStartError(
        `Kafka's jars are resolved by Maven, and there is no mvn: ${installHint('maven', 'maven')}`,
        { cause: error },
      );
    }
    const reason = stdout?.split('\n').find((line) => line.includes('[ERROR]')) ?? String(error);
    throw new ServerStartError(`Maven could not resolve Kafka's jars: ${reason}`, { cause: error });
  }
}

function installHint(debian: string, brew: string): string {
  return `apt-get install ${debian} (Debian), brew install ${brew} (macOS)`;
}
