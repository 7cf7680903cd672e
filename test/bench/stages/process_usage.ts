/** What processes have used, as the operating system counts it. Linux alone: /proc. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** USER_HZ: clock ticks a second in /proc/PID/stat. */
const TICKS_A_SECOND = 100;
/** Positions in /proc/PID/stat behind the name, which may hold spaces. */
const UTIME = 11;
const STIME = 12;

/** User and system time of all its threads, in microseconds. */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[UTIME]) + Number(fields[STIME])) / TICKS_A_SECOND) * 1e6;
}

/** The most memory that it has had, in bytes. */
export function peakBytes(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

/** Bytes of Kafka's log segments below a directory, of the partitions whose names begin with `topic`. Indices are files of holes. */
export function segmentBytes(directory: string, topic: string): number {
  let bytes = 0;
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (!name.includes(topic) || !name.endsWith('.log')) continue;
    const stat = statSync(join(directory, name), { throwIfNoEntry: false });
    if (stat?.isFile() === true) bytes += stat.size;
  }
  return bytes;
}
