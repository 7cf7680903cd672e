import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ScratchStore } from '../../../services/processor/scratch_store.ts';

const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);

describe('scratch store', () => {
  let directory: string;
  let full: unknown[];
  let told: [resident: number, spilled: number][];
  const store = (budgetBytes: number, at = directory): ScratchStore =>
    new ScratchStore({
      directory: at,
      budgetBytes,
      fileBytes: 250,
      onDiskFull: (error) => full.push(error),
      onChange: (...bytesHeld) => told.push(bytesHeld),
    });

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'scratch-'));
    full = [];
    told = [];
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('keeps what fits the budget in memory', () => {
    const scratch = store(1000);
    const held = scratch.hold(bytes(600, 1));
    expect([scratch.residentBytes, scratch.spilledBytes]).toEqual([600, 0]);
    expect(held.read(10, 20)).toMatchObject({ start: 10, end: 20 });
  });

  test('moves the oldest records out over the budget and reads them back byte for byte', () => {
    const scratch = store(250);
    const records = [1, 2, 3, 4, 5, 6].map((fill) => scratch.hold(bytes(100, fill)));
    expect([scratch.residentBytes, scratch.spilledBytes]).toEqual([200, 400]);
    records.forEach((record, i) => {
      const { buf, start, end } = record.read(40, 60);
      expect([...buf.subarray(start, end)]).toEqual(new Array(20).fill(i + 1));
    });
  });

  test('leaves no file behind by name, whatever becomes of the process', () => {
    const scratch = store(0);
    scratch.hold(bytes(100, 1));
    expect(scratch.spilledBytes).toBe(100);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('counts a record out when its last holder releases it, in memory and on disk', () => {
    const scratch = store(150);
    const spilled = scratch.hold(bytes(100, 1));
    const resident = scratch.hold(bytes(100, 2));
    spilled.retain();
    spilled.release();
    expect(scratch.spilledBytes).toBe(100);
    spilled.release();
    resident.release();
    expect([scratch.residentBytes, scratch.spilledBytes]).toEqual([0, 0]);
  });

  test('tells with every change how much is in memory and how much on disk', () => {
    const scratch = store(150);
    const spilled = scratch.hold(bytes(100, 1));
    const resident = scratch.hold(bytes(80, 2));
    spilled.release();
    resident.release();
    expect(told).toEqual([
      [100, 0],
      [80, 100],
      [80, 0],
      [0, 0],
    ]);
  });

  test('keeps records in memory and says so when the disk takes no more', () => {
    const noDirectory = join(directory, 'file');
    writeFileSync(noDirectory, '');
    const scratch = store(50, noDirectory);
    const held = scratch.hold(bytes(100, 7));
    expect(full).toHaveLength(1);
    expect(scratch.residentBytes).toBe(100);
    expect(held.read(0, 1).buf[0]).toBe(7);
  });
});
