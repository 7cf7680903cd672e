/**
 * A spool's directory: whose it is (lock, id), which files are in it, and changes to them that outlive a power cut.
 *
 *     id                           a UUID: names the spool in Kafka (group, transactional id)
 *     lock                         held by the one collector that uses the directory
 *     <number>-<ms>-<uuid>.spool   a segment; numbers ascend, a name is never used again
 *     <segment>.corrupt            what of a segment could not be read, or Kafka will never take
 */
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';

const SEGMENT = /^(\d{12})-(\d+)-[\w-]+\.spool$/;
const CORRUPT = '.corrupt';

export interface SegmentName {
  readonly name: string;
  readonly number: number;
  readonly createdMs: number;
}

export class SpoolDirectory {
  readonly path: string;
  readonly id: string;
  private readonly lock: DatabaseSync;

  private constructor(path: string, id: string, lock: DatabaseSync) {
    this.path = path;
    this.id = id;
    this.lock = lock;
  }

  /** Throws when another collector has it. */
  static async open(path: string): Promise<SpoolDirectory> {
    await mkdir(path, { recursive: true });
    const lock = takeLock(path);
    try {
      return new SpoolDirectory(path, await readOrMakeId(path), lock);
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  close(): void {
    if (this.lock.isOpen) this.lock.close();
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Oldest first. */
  async segments(): Promise<SegmentName[]> {
    const names = (await readdir(this.path)).sort();
    return names.flatMap((name) => {
      const [, number, createdMs] = SEGMENT.exec(name) ?? [];
      return number === undefined ? [] : [{ name, number: Number(number), createdMs: Number(createdMs) }];
    });
  }

  async corruptBytes(): Promise<number> {
    const names = (await readdir(this.path)).filter((name) => name.endsWith(CORRUPT));
    const sizes = await Promise.all(names.map(async (name) => (await stat(this.file(name))).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Written whole before it counts: repeated after a crash, it is the same file again. */
  async keepAside(segment: string, bytes: Buffer): Promise<void> {
    await writeFile(this.file(segment + CORRUPT), bytes, { flush: true });
    await this.sync();
  }

  async remove(name: string): Promise<void> {
    await rm(this.file(name), { force: true });
    await this.sync();
  }

  /** Files made and removed are so for good. */
  sync(): Promise<void> {
    return syncDirectory(this.path);
  }
}

export function segmentName(number: number, createdMs: number): string {
  return `${String(number).padStart(12, '0')}-${createdMs}-${randomUUID()}.spool`;
}

/**
 * Node.js has no file locks but SQLite's: the kernel lets go of it when the process dies, however it dies, and it holds
 * between containers that share a volume, where process ids mean nothing.
 */
function takeLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(join(path, 'lock'));
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw new Error(`the spool in ${path} is in use: every collector needs a directory of its own`, {
      cause: error,
    });
  }
}

async function readOrMakeId(path: string): Promise<string> {
  const file = join(path, 'id');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const id = randomUUID();
  await writeFile(`${file}.new`, `${id}\n`, { flush: true });
  await rename(`${file}.new`, file);
  await syncDirectory(path);
  return id;
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
