/**
 * A disk in memory for a spool: a power cut takes what was not synced, bytes by file and names by directory. Tests make
 * its operations fail, take away its space, and switch off its syncs to see that they are needed.
 */
import type { SpoolDisk, SpoolFile } from '../../services/collector/spool_disk.ts';

interface Inode {
  /** As the running system sees it. */
  bytes: Buffer;
  /** As a power cut leaves it. */
  synced: Buffer;
}

export type DiskStep =
  'list' | 'read' | 'open' | 'write' | 'sync' | 'truncate' | 'rename' | 'remove' | 'syncNames';

/** What an operation fails with; null where it does not. */
export type DiskFault = (step: DiskStep, name: string) => string | null;

export interface MemoryDiskOptions {
  /** Syncs that say they are done, and do nothing. */
  readonly lyingSyncs?: 'files' | 'names';
  readonly maxBytes?: number;
  /** After a power cut, whether something that was not synced is there all the same. Nothing is, by default. */
  readonly survives?: () => boolean;
}

export class MemoryDisk {
  /** Asked before every operation. */
  fault: DiskFault = () => null;
  private readonly options: MemoryDiskOptions;
  private names = new Map<string, Inode>();
  private syncedNames = new Map<string, Inode>();
  private life = 0;
  /** Files that were opened and not closed. */
  openFiles = 0;
  private takenBy: number | null = null;

  constructor(options: MemoryDiskOptions = {}) {
    this.options = options;
  }

  /** Names of the files, in order. */
  get files(): string[] {
    return [...this.names.keys()].sort();
  }

  content(name: string): Buffer {
    return this.inode(name).bytes;
  }

  /** Writes past everything: what bit rot and tests do. */
  put(name: string, bytes: Buffer): void {
    const inode = { bytes, synced: bytes };
    this.names.set(name, inode);
    this.syncedNames.set(name, inode);
  }

  /** What the process of before still asks is never answered, and changes nothing. */
  crash(how: 'kill' | 'power cut'): void {
    this.life += 1;
    this.takenBy = null;
    if (how === 'kill') return;
    const survives = this.options.survives ?? (() => false);
    const names = new Map(this.syncedNames);
    for (const [name, inode] of this.names) {
      if (names.get(name) !== inode && survives()) names.set(name, inode);
    }
    for (const name of this.syncedNames.keys()) {
      if (!this.names.has(name) && survives()) names.delete(name);
    }
    for (const inode of new Set([...names.values()])) {
      if (!survives()) inode.bytes = inode.synced;
      inode.synced = inode.bytes;
    }
    this.names = names;
    this.syncedNames = new Map(names);
  }

  /** The disk as the process has it that starts now. */
  mount(): SpoolDisk {
    const { life } = this;
    const run = <T>(step: DiskStep, name: string, effect: () => T): Promise<T> =>
      this.run(life, step, name, effect);
    return {
      path: '/memory',
      take: () =>
        run('open', 'lock', () => {
          if (this.takenBy !== null) throw new Error('the spool in /memory is in use');
          this.takenBy = life;
        }),
      leave: () => {
        if (this.takenBy === life) this.takenBy = null;
      },
      list: () => run('list', '', () => this.files),
      size: (name) => run('list', name, () => this.inode(name).bytes.length),
      read: (name) => run('read', name, () => Buffer.from(this.inode(name).bytes)),
      open: (name) => run('open', name, () => this.open(run, name)),
      rename: (from, to) =>
        run('rename', from, () => {
          this.names.set(to, this.inode(from));
          this.names.delete(from);
        }),
      remove: (name) => run('remove', name, () => void this.names.delete(name)),
      sync: () =>
        run('syncNames', '', () => {
          if (this.options.lyingSyncs !== 'names') this.syncedNames = new Map(this.names);
        }),
    };
  }

  private open(
    run: <T>(step: DiskStep, name: string, effect: () => T) => Promise<T>,
    name: string,
  ): SpoolFile {
    const empty = Buffer.alloc(0);
    const inode = this.names.get(name) ?? { bytes: empty, synced: empty };
    this.names.set(name, inode);
    this.openFiles += 1;
    return {
      write: (bytes, position) => run('write', name, () => this.write(inode, bytes, position)),
      sync: () =>
        run('sync', name, () => {
          if (this.options.lyingSyncs !== 'files') inode.synced = inode.bytes;
        }),
      truncate: (bytes) => run('truncate', name, () => void (inode.bytes = inode.bytes.subarray(0, bytes))),
      close: () => {
        this.openFiles -= 1;
        return Promise.resolve();
      },
    };
  }

  /** As much as there is space for, as a file system does. */
  private write(inode: Inode, bytes: Buffer, position: number): void {
    const used = [...new Set(this.names.values())].reduce((sum, one) => sum + one.bytes.length, 0);
    const room = Math.max(0, (this.options.maxBytes ?? Infinity) - used);
    const written = bytes.subarray(0, Math.min(bytes.length, room));
    const grown = Buffer.alloc(Math.max(inode.bytes.length, position + written.length));
    inode.bytes.copy(grown);
    written.copy(grown, position);
    inode.bytes = grown;
    if (written.length < bytes.length) throw diskError('ENOSPC', 'write');
  }

  private async run<T>(life: number, step: DiskStep, name: string, effect: () => T): Promise<T> {
    await Promise.resolve();
    if (life !== this.life) return new Promise<never>(() => undefined);
    const code = this.fault(step, name);
    if (code !== null) throw diskError(code, step);
    const result = effect();
    await Promise.resolve();
    return life === this.life ? result : new Promise<never>(() => undefined);
  }

  private inode(name: string): Inode {
    const found = this.names.get(name);
    if (found === undefined) throw diskError('ENOENT', 'open');
    return found;
  }
}

export function diskError(code: string, syscall: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });
}
