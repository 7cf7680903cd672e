/**
 * What a spool asks of its directory, and no more: tests and the simulation put a disk in its place that fails, fills up,
 * or forgets what was not synced.
 *
 * Nothing outlives a power cut before its sync: bytes by that of their file, names by that of the directory. Errors are
 * the system's, with `code` and `syscall`.
 */
import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A file that is being written. */
export interface SpoolFile {
  /** All of the bytes, from this position on. */
  write(bytes: Buffer, position: number): Promise<void>;
  /** What was written is there for good. */
  sync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

export interface SpoolDisk {
  /** What people know the directory by. */
  readonly path: string;
  /** Makes the directory where it is missing. Throws when another process has it. */
  take(): Promise<void>;
  leave(): void;
  /** Names of the files, in order. */
  list(): Promise<string[]>;
  size(name: string): Promise<number>;
  read(name: string): Promise<Buffer>;
  /** For writing; made where it is missing. */
  open(name: string): Promise<SpoolFile>;
  rename(from: string, to: string): Promise<void>;
  /** Nothing where there is none. */
  remove(name: string): Promise<void>;
  /** What was made, renamed and removed is so for good. */
  sync(): Promise<void>;
}

/** The disk of this machine. */
export function directoryDisk(path: string): SpoolDisk {
  let lock: DatabaseSync | null = null;
  const at = (name: string): string => join(path, name);
  return {
    path,
    take: async () => {
      await mkdir(path, { recursive: true });
      lock = takeLock(path);
    },
    leave: () => {
      lock?.close();
      lock = null;
    },
    list: async () => (await readdir(path)).sort(),
    size: async (name) => (await stat(at(name))).size,
    read: (name) => readFile(at(name)),
    open: (name) => openFile(at(name)),
    rename: (from, to) => rename(at(from), at(to)),
    remove: (name) => rm(at(name), { force: true }),
    sync: () => syncDirectory(path),
  };
}

async function openFile(path: string): Promise<SpoolFile> {
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT);
  return {
    write: async (bytes, position) => {
      for (let written = 0; written < bytes.length;) {
        const left = bytes.length - written;
        written += (await handle.write(bytes, written, left, position + written)).bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    truncate: (bytes) => handle.truncate(bytes),
    close: () => handle.close(),
  };
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

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
