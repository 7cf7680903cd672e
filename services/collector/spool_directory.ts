/**
 * Which files are in a spool's directory, and changes to them that outlive a power cut.
 *
 *     id                           a UUID: names the spool in Kafka (group, transactional id)
 *     lock                         held by the one collector that uses the directory
 *     partitions                   how many the spans topic had when Kafka was last asked
 *     <number>-<ms>-<uuid>.spool   a segment; numbers ascend, a name is never used again
 *     <segment>.corrupt            what of a segment is damaged, or Kafka will never take
 *     <segment>.unreadable         a segment that the disk does not give back
 */
import type { SpoolDisk } from './spool_disk.ts';

const SEGMENT = /^(\d{12})-(\d+)-[\w-]+\.spool$/;
/** Set aside, for people to look at. */
const ASIDE = /\.(corrupt|unreadable)$/;

export interface SegmentName {
  readonly name: string;
  readonly number: number;
  readonly createdMs: number;
}

/** Oldest first. */
export async function segmentNames(disk: SpoolDisk): Promise<SegmentName[]> {
  return (await disk.list()).flatMap((name) => {
    const [, number, createdMs] = SEGMENT.exec(name) ?? [];
    return number === undefined ? [] : [{ name, number: Number(number), createdMs: Number(createdMs) }];
  });
}

export function segmentName(number: number, createdMs: number, id: string): string {
  return `${String(number).padStart(12, '0')}-${createdMs}-${id}.spool`;
}

/** Of all that is set aside. */
export async function bytesAside(disk: SpoolDisk): Promise<number> {
  const names = (await disk.list()).filter((name) => ASIDE.test(name));
  const sizes = await Promise.all(names.map((name) => disk.size(name)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Whole or not at all, whatever crash comes amid it; for good when it resolves. */
export async function writeWhole(disk: SpoolDisk, name: string, bytes: Buffer): Promise<void> {
  const file = await disk.open(`${name}.new`);
  try {
    await file.truncate(0);
    await file.write(bytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(`${name}.new`, name);
  await disk.sync();
}

/** For good when it resolves. */
export async function moveAside(
  disk: SpoolDisk,
  segment: string,
  why: 'unreadable' | 'refused.corrupt',
): Promise<void> {
  try {
    await disk.rename(segment, `${segment}.${why}`);
  } catch (error) {
    // Somebody has removed it: then it stands in nobody's way.
    if (!isMissing(error)) throw error;
  }
  await disk.sync();
}

export async function removeForGood(disk: SpoolDisk, name: string): Promise<void> {
  await disk.remove(name);
  await disk.sync();
}

/** The spool's id, made on the first call. */
export async function readOrMakeId(disk: SpoolDisk, newId: () => string): Promise<string> {
  const known = await readIfThere(disk, 'id');
  if (known !== null) return known.toString().trim();
  const id = newId();
  await writeWhole(disk, 'id', Buffer.from(`${id}\n`));
  return id;
}

const PARTITIONS = 'partitions';

/** Null where none is remembered of this topic. */
export async function readPartitions(disk: SpoolDisk, topic: string): Promise<number | null> {
  const text = (await readIfThere(disk, PARTITIONS))?.toString() ?? '';
  const [count, ofTopic] = text.trim().split(' ');
  return ofTopic === topic && /^[1-9]\d{0,5}$/.test(count ?? '') ? Number(count) : null;
}

export function rememberPartitions(disk: SpoolDisk, topic: string, partitions: number): Promise<void> {
  return writeWhole(disk, PARTITIONS, Buffer.from(`${partitions} ${topic}\n`));
}

async function readIfThere(disk: SpoolDisk, name: string): Promise<Buffer | null> {
  try {
    return await disk.read(name);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
