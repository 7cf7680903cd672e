/** One supervisor a home: a lock file that names its holder, so that a dead holder's lock can be taken over. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRunning, type ProcessIdentity } from './process_table.ts';

/** Null when the lock is now held by `self`, else who holds it. */
export function acquireLock(file: string, self: ProcessIdentity): ProcessIdentity | null {
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${self.pid}`;
  writeFileSync(aside, JSON.stringify(self));
  try {
    for (;;) {
      // Linked whole: nobody ever sees a lock without its holder.
      if (link(aside, file)) return null;
      const holder = readHolder(file);
      if (holder !== null && isRunning(holder)) return holder;
      removeStale(file, holder, `${file}.stale.${self.pid}`);
    }
  } finally {
    rmSync(aside, { force: true });
  }
}

export function releaseLock(file: string): void {
  rmSync(file, { force: true });
}

/** Moved away and looked at again: meanwhile somebody else may have removed it and taken the lock. */
function removeStale(file: string, judged: ProcessIdentity | null, aside: string): void {
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== null && moved.startMark !== judged?.startMark) link(aside, file);
  rmSync(aside, { force: true });
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(file: string): ProcessIdentity | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return null;
  }
}
