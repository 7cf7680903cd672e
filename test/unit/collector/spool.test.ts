import { readdir } from 'node:fs/promises';
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Spool } from '../../../services/collector/spool.ts';
import { directoryDisk, type SpoolDisk, type SpoolFile } from '../../../services/collector/spool_disk.ts';
import { SpoolRefusedError } from '../../../services/collector/spool_writer.ts';
import { diskError } from '../../support/memory_disk.ts';
import { frame, SpoolFixture } from '../../support/spool_fixture.ts';

// Real files, and a disk that others use too.
jest.setTimeout(30_000);

let setup: SpoolFixture;
beforeEach(() => {
  setup = new SpoolFixture();
});
afterEach(() => setup.remove());

const files = async (suffix = '.spool'): Promise<string[]> =>
  (await readdir(setup.directory)).filter((name) => name.endsWith(suffix)).sort();

const path = (name: string): string => join(setup.directory, name);

/** Everything in it, oldest first; it is empty then. */
async function takeAll(spool: Spool): Promise<string[]> {
  const values: string[] = [];
  for (;;) {
    const segment = await spool.oldest();
    if (segment === null) return values;
    values.push(...(await spool.read(segment)).map(({ value }) => value.toString()));
    await spool.remove(segment);
  }
}

/** The directory, with files whose steps go another way. */
function diskWith(change: (file: SpoolFile, name: string) => Partial<SpoolFile>): SpoolDisk {
  const disk = directoryDisk(setup.directory);
  return {
    ...disk,
    open: async (name) => {
      const file = await disk.open(name);
      return name.endsWith('.spool') ? { ...file, ...change(file, name) } : file;
    },
  };
}

test('an answer comes after the sync: what was acknowledged is there after a crash, in order', async () => {
  let synced = 0;
  const spool = await setup.open({
    disk: diskWith((file, name) => ({
      sync: async () => {
        await file.sync();
        synced = statSync(path(name)).size;
      },
    })),
  });
  await spool.append([frame(0, 'a'), frame(1, 'b')]);
  const [name = ''] = await files();
  expect(synced).toBe(statSync(path(name)).size);
  expect(synced).toBe(34);
  await spool.append([frame(0, 'c')]);
  setup.crash();
  expect(await takeAll(await setup.open())).toEqual(['a', 'b', 'c']);
});

test('many appends at once share few syncs', async () => {
  let syncs = 0;
  const spool = await setup.open({
    segmentBytes: 1_000_000,
    disk: diskWith((file) => ({ sync: () => (syncs++, file.sync()) })),
  });
  const texts = Array.from({ length: 100 }, (_, i) => `record ${i}`);
  await Promise.all(texts.map((text) => spool.append([frame(0, text)])));
  expect(syncs).toBeLessThanOrEqual(2);
  expect(await takeAll(spool)).toEqual(texts);
});

test('a segment stays near its size however much comes at once: it is one transaction', async () => {
  const spool = await setup.open({ segmentBytes: 300 });
  const appends = Array.from({ length: 20 }, () => spool.append([frame(0, 'x'.repeat(84))]));
  await Promise.all(appends);
  const sizes = (await files()).map((name) => statSync(path(name)).size);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(600);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2_000);
});

test('it takes no more than its size, in all files together, and again when there is room', async () => {
  const spool = await setup.open({ maxBytes: 1_000, segmentBytes: 300 });
  const append = (): Promise<void> => spool.append([frame(0, 'x'.repeat(84))]);
  for (let i = 0; i < 10; i++) await append();
  await expect(append()).rejects.toThrow(SpoolRefusedError);
  const sizes = (await files()).map((name) => statSync(path(name)).size);
  expect(sizes).toEqual([300, 300, 300, 100]);
  const oldest = await spool.oldest();
  if (oldest !== null) await spool.remove(oldest);
  await append();
  const text = await setup.registry.expose();
  expect(text).toMatch(/spool_refusals_total\{.*reason="full".*\} 1/);
  expect(text).toMatch(/spanmill_collector_spool_bytes(\{.*\})? 800/);
});

test('appends that wait for the disk count against the size, too', async () => {
  const spool = await setup.open({ maxBytes: 250 });
  const append = (): Promise<void> => spool.append([frame(0, 'x'.repeat(84))]);
  const outcomes = await Promise.allSettled([append(), append(), append()]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
});

test.each(['write', 'sync'] as const)('when the %s fails, it is refused and leaves nothing', async (step) => {
  let fail = true;
  const spool = await setup.open({
    disk: diskWith((file, name) => ({
      [step]: (bytes: Buffer, position: number) => {
        if (!fail) return step === 'write' ? file.write(bytes, position) : file.sync();
        if (step === 'write') appendFileSync(path(name), 'half of a fra');
        return Promise.reject(diskError('ENOSPC', step));
      },
    })),
  });
  await expect(spool.append([frame(0, 'refused')])).rejects.toThrow(SpoolRefusedError);
  fail = false;
  await spool.append([frame(0, 'taken')]);
  setup.crash();
  expect(await takeAll(await setup.open())).toEqual(['taken']);
});

test('a failure in a file that holds records leaves those', async () => {
  let fail = false;
  const spool = await setup.open({
    disk: diskWith((file) => ({
      sync: () => (fail ? Promise.reject(diskError('EIO', 'fdatasync')) : file.sync()),
    })),
  });
  await spool.append([frame(0, 'before')]);
  fail = true;
  await expect(spool.append([frame(0, 'refused')])).rejects.toThrow(SpoolRefusedError);
  fail = false;
  await spool.append([frame(0, 'after')]);
  setup.crash();
  expect(await takeAll(await setup.open())).toEqual(['before', 'after']);
});

test('a torn tail is cut off and counted; what stands before it stays', async () => {
  const spool = await setup.open();
  await spool.append([frame(0, 'acknowledged')]);
  setup.crash();
  const [name = ''] = await files();
  const whole = readFileSync(path(name));
  appendFileSync(path(name), whole.subarray(0, whole.length - 3));
  const next = await setup.open();
  expect(statSync(path(name)).size).toBe(whole.length);
  expect(await takeAll(next)).toEqual(['acknowledged']);
  expect(await setup.registry.expose()).toMatch(/spool_torn_bytes_total(\{.*\})? 25/);
});

test('damage within a segment costs what it touches, which is kept aside and said', async () => {
  const spool = await setup.open();
  for (const text of ['first', 'second', 'third']) await spool.append([frame(0, text)]);
  setup.crash();
  const [name = ''] = await files();
  const bytes = readFileSync(path(name));
  bytes.write('SECOND', bytes.indexOf('second'));
  writeFileSync(path(name), bytes);
  expect(await takeAll(await setup.open())).toEqual(['first', 'third']);
  const [aside = ''] = await files('.corrupt');
  expect(readFileSync(path(aside)).toString()).toContain('SECOND');
  expect(await setup.registry.expose()).toMatch(/spool_corrupt_bytes(\{.*\})? 22/);
});

test('a directory belongs to one collector at a time, and keeps its id', async () => {
  const spool = await setup.open();
  await expect(setup.open()).rejects.toThrow('is in use');
  await spool.close();
  const next = await setup.open();
  expect(next.id).toBe(spool.id);
  expect(readdirSync(setup.directory).sort()).toEqual(['id', 'lock']);
});
