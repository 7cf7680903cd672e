/** The spool on a disk that really fills up: a tmpfs of some pages, where this machine lets us mount one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { directoryDisk } from '../../../services/collector/spool_disk.ts';
import { SpoolRefusedError } from '../../../services/collector/spool_writer.ts';
import { frame, SpoolFixture } from '../../support/spool_fixture.ts';

const SIZE = 256 * 1024;
const VALUE = 'x'.repeat(20_000);

const directory = mkdtempSync(join(tmpdir(), 'spanmill-full-disk-'));
const obstacle = mount();

function mount(): string | null {
  if (process.getuid?.() !== 0) return 'only root may mount a tmpfs';
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', directory], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `this machine does not let root mount a tmpfs: ${(error as Error).message}`;
  }
}

afterAll(() => {
  if (obstacle === null) execFileSync('umount', [directory]);
  rmSync(directory, { recursive: true, force: true });
});

const name = 'a disk without space: spans are refused, those that were taken stay, and with space it goes on';
if (obstacle !== null) test.skip(`${name} (skipped: ${obstacle})`, () => undefined);
else {
  test(name, async () => {
    const setup = new SpoolFixture();
    await setup.createTopic();
    const options = { disk: directoryDisk(directory), maxBytes: 100_000_000, segmentBytes: 60_000 };
    let spool = await setup.open(options);
    const taken: string[] = [];
    const refused: unknown[] = [];
    while (refused.length < 3) {
      const text = `${taken.length + refused.length} ${VALUE}`;
      await spool.append([frame(0, text)]).then(
        () => taken.push(text),
        (error: unknown) => refused.push(error),
      );
    }
    expect(taken.length).toBeGreaterThan(5);
    expect(statfsSync(directory).bavail * 4096).toBeLessThan(2 * VALUE.length);
    expect(refused.every((error) => error instanceof SpoolRefusedError)).toBe(true);
    expect((refused[0] as Error).cause).toMatchObject({ code: 'ENOSPC' });

    // As a process that died: what it had taken is there for the next one.
    await spool.close();
    spool = await setup.open(options);
    setup.drain(spool).start();
    await setup.until(() => spool.isEmpty);
    await spool.append([frame(0, `after ${VALUE}`)]);
    setup.drain(spool).start();
    await setup.until(() => spool.isEmpty);
    expect(setup.stored(0)).toEqual([...taken, `after ${VALUE}`]);
    await setup.remove();
  });
}
