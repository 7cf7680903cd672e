/** A spool's disk as one process of the simulation reaches it: everything takes time, and a write may be torn by what comes amid it. */
import type { SpoolDisk, SpoolFile } from '../../services/collector/spool_disk.ts';
import { MemoryDisk } from '../support/memory_disk.ts';
import type { FaultPlan } from './faults.ts';
import type { Protection } from './protections.ts';
import type { SimProcess } from './sim_process.ts';
import { count } from './tally.ts';

const DISK_MS = 1;

/** A disk that outlives the processes that use it. */
export function makeDisk(faults: FaultPlan, without: Protection | null): MemoryDisk {
  const disk = new MemoryDisk({
    survives: () => faults.toss(),
    ...(without === 'spool fsync' && { lyingSyncs: 'files' }),
  });
  disk.fault = (step, name) => {
    if (!name.endsWith('.spool') || (step !== 'write' && step !== 'sync')) return null;
    count(faults.tally, 'spool written', step === 'sync' ? 1 : 0);
    if (!faults.takeDiskFault()) return null;
    count(faults.tally, `spool ${step} failed`);
    return 'EIO';
  };
  return disk;
}

export function diskOf(process: SimProcess, disk: MemoryDisk): SpoolDisk {
  const mounted = disk.mount();
  const ask = <T>(effect: () => Promise<T>): Promise<T> =>
    process.call(effect, { landsAfterMs: DISK_MS, givesUp: null });
  return {
    path: mounted.path,
    take: () => ask(() => mounted.take()),
    leave: () => mounted.leave(),
    list: () => ask(() => mounted.list()),
    size: (name) => ask(() => mounted.size(name)),
    read: (name) => ask(() => mounted.read(name)),
    open: async (name) => {
      const file = await ask(() => mounted.open(name));
      return {
        write: (bytes, position) => writeInHalves(file, bytes, position, ask),
        sync: () => ask(() => file.sync()),
        truncate: (bytes) => ask(() => file.truncate(bytes)),
        close: () => ask(() => file.close()),
      };
    },
    rename: (from, to) => ask(() => mounted.rename(from, to)),
    remove: (name) => ask(() => mounted.remove(name)),
    sync: () => ask(() => mounted.sync()),
  };
}

async function writeInHalves(
  file: SpoolFile,
  bytes: Buffer,
  position: number,
  ask: <T>(effect: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const half = bytes.length >> 1;
  await ask(() => file.write(bytes.subarray(0, half), position));
  await ask(() => file.write(bytes.subarray(half), position + half));
}
