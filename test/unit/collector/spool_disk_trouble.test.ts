import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SpoolRefusedError } from '../../../services/collector/spool_writer.ts';
import { SpoolFixture } from '../../support/spool_fixture.ts';
import { SpoolLives } from '../../support/spool_life.ts';

let setup: SpoolFixture;
beforeEach(async () => {
  setup = new SpoolFixture();
  await setup.createTopic();
});
afterEach(async () => {
  await setup.remove();
  expect(setup.bugs).toEqual([]);
});

const segments = ({ disk }: SpoolLives): string[] => disk.files.filter((name) => name.endsWith('.spool'));
const aside = ({ disk }: SpoolLives): string[] =>
  disk.files.filter((name) => name.endsWith('.unreadable') || name.endsWith('.corrupt'));

/** Three segments, each with one record. */
async function threeSegments(lives: SpoolLives): Promise<void> {
  await lives.begin();
  for (const letter of ['a', 'b', 'c']) await lives.append(letter.repeat(200));
  expect(segments(lives)).toHaveLength(3);
}

const texts = (...letters: string[]): string[] => letters.map((letter) => letter.repeat(200));

test('a segment that cannot be read is set aside after some attempts, and what stands behind it goes on', async () => {
  const lives = new SpoolLives(setup);
  await threeSegments(lives);
  const [, bad = ''] = segments(lives);
  let reads = 0;
  lives.disk.fault = (step, name) => (step === 'read' && name === bad ? (reads++, 'EIO') : null);
  await lives.drainAll();
  expect(lives.stored()).toEqual(texts('a', 'c'));
  expect([reads, aside(lives)]).toEqual([6, [`${bad}.unreadable`]]);
  const text = await setup.registry.expose();
  expect(text).toMatch(/spool_unreadable_segments_total(\{.*\})? 1/);
  expect(text).toMatch(/spool_corrupt_bytes(\{.*\})? 216/);
  expect(setup.logged.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
    expect.stringContaining('take the ending off its name and restart the collector'),
  ]);
});

test('once it can be read again and has its name back, the next life sends it', async () => {
  const lives = new SpoolLives(setup);
  await threeSegments(lives);
  const [bad = ''] = segments(lives);
  lives.disk.fault = (step, name) => (step === 'read' && name === bad ? 'EIO' : null);
  await lives.drainAll();
  lives.crash('power cut');
  lives.disk.fault = () => null;
  lives.disk.put(bad, lives.disk.content(`${bad}.unreadable`));
  await lives.begin();
  await lives.drainAll();
  expect([lives.lost(), lives.doubled()]).toEqual([[], []]);
});

test('a segment that cannot be read keeps nobody from starting', async () => {
  const lives = new SpoolLives(setup);
  await threeSegments(lives);
  lives.crash('power cut');
  const [bad = ''] = segments(lives);
  lives.disk.fault = (step, name) => (step === 'read' && name === bad ? 'EIO' : null);
  await lives.begin();
  await lives.drainAll();
  expect(lives.stored()).toEqual(texts('b', 'c'));
  expect(aside(lives)).toEqual([`${bad}.unreadable`]);
});

test.each(['EIO', 'EMFILE'])('%s that passes costs nothing', async (code) => {
  const lives = new SpoolLives(setup);
  await threeSegments(lives);
  let left = code === 'EMFILE' ? 40 : 5;
  lives.disk.fault = (step, name) => (step === 'read' && name.endsWith('.spool') && left-- > 0 ? code : null);
  await lives.drainAll();
  expect([lives.lost(), aside(lives)]).toEqual([[], []]);
});

test('a segment that somebody removed stands in nobody’s way', async () => {
  const lives = new SpoolLives(setup);
  await threeSegments(lives);
  const [gone = ''] = segments(lives);
  await lives.disk.mount().remove(gone);
  await lives.drainAll();
  expect(lives.stored()).toEqual(texts('b', 'c'));
});

test('a damaged segment on a disk without space for its damage is set aside as a whole', async () => {
  const lives = new SpoolLives(setup);
  await threeSegments(lives);
  const [bad = ''] = segments(lives);
  const bytes = Buffer.from(lives.disk.content(bad));
  bytes.write('?', 100);
  lives.disk.put(bad, bytes);
  lives.disk.fault = (step) => (step === 'write' ? 'ENOSPC' : null);
  await lives.drainAll();
  expect(lives.stored()).toEqual(texts('b', 'c'));
  expect(aside(lives)).toEqual([`${bad}.unreadable`]);
});

test('a full disk refuses, loses nothing of what it had taken, and takes again when there is space', async () => {
  const lives = new SpoolLives(setup, { maxBytes: 700 });
  await threeSegments(lives);
  for (const letter of ['d', 'e']) {
    await expect(lives.append(letter.repeat(200))).rejects.toThrow(SpoolRefusedError);
  }
  expect(segments(lives)).toHaveLength(3);
  lives.crash('power cut');
  await lives.begin();
  await lives.drainAll();
  await lives.append('f'.repeat(200));
  await lives.drainAll();
  expect(lives.stored()).toEqual(texts('a', 'b', 'c', 'f'));
});

test.each(['open', 'write', 'sync', 'syncNames'] as const)(
  'an append whose %s finds no space is refused, and the next one is taken',
  async (failing) => {
    const lives = new SpoolLives(setup);
    await lives.begin();
    let left = 1;
    lives.disk.fault = (step) => (step === failing && left-- > 0 ? 'ENOSPC' : null);
    await expect(lives.append('refused')).rejects.toThrow(SpoolRefusedError);
    await lives.append('taken');
    lives.crash('power cut');
    await lives.begin();
    await lives.drainAll();
    expect(lives.stored()).toEqual(['taken']);
  },
);

test('a disk that neither syncs nor cuts is left with no open file and no file of nothing', async () => {
  const lives = new SpoolLives(setup);
  await lives.begin();
  lives.disk.fault = (step) => (step === 'sync' || step === 'truncate' ? 'EIO' : null);
  for (let i = 0; i < 3; i++) await expect(lives.append('refused')).rejects.toThrow(SpoolRefusedError);
  expect([lives.disk.openFiles, segments(lives)]).toEqual([0, []]);
});

test('a torn tail that cannot be cut off keeps nobody from starting, and is not sent', async () => {
  const lives = new SpoolLives(setup);
  await threeSegments(lives);
  const [torn = ''] = segments(lives);
  lives.disk.put(torn, Buffer.concat([lives.disk.content(torn), Buffer.from('SPNF torn')]));
  lives.crash('power cut');
  lives.disk.fault = (step) => (step === 'truncate' ? 'EIO' : null);
  await lives.begin();
  await lives.drainAll();
  expect(lives.stored()).toEqual(texts('a', 'b', 'c'));
  expect([lives.disk.openFiles, aside(lives)]).toEqual([0, []]);
});
