/** A short run of every fuzz target, and the inputs that once failed. The long one is `make fuzz`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { attempt, runCampaign, type Finding } from '../../fuzz/campaign.ts';
import { supervise } from '../../fuzz/supervise.ts';
import { findTarget, targetNames } from '../../fuzz/targets.ts';
import { dice } from '../../fuzz/mutate/dice.ts';
import { mutate } from '../../fuzz/mutate/mutate.ts';
import { seeded } from '../../support/known_load.ts';

const INPUTS = 1_000;
/** Of a slow machine. What hangs is found by the watch over each input. */
const MAX_MS = 120_000;
const REGRESSIONS = join(import.meta.dirname, '../../fuzz/regressions');

const names = await targetNames();

describe.each(names)('%s', (name) => {
  test(
    `takes ${INPUTS.toLocaleString('en-US')} inputs without an error that is not its own`,
    async () => {
      const report = await supervise({ target: name, seed: 1, inputs: INPUTS, maxMs: MAX_MS });
      expect(report.findings).toEqual([]);
      expect(report.inputs).toBeGreaterThanOrEqual(INPUTS);
    },
    MAX_MS + 60_000,
  );

  test('takes what once failed', async () => {
    const target = await findTarget(name);
    const folder = join(REGRESSIONS, name);
    const files = existsSync(folder) ? readdirSync(folder) : [];
    const failures = [];
    for (const file of files) {
      const { failure } = await attempt(target, readFileSync(join(folder, file)));
      if (failure !== null) failures.push({ file, failure });
    }
    expect(failures).toEqual([]);
  });
});

describe('the fuzzer', () => {
  const broken = {
    name: 'broken',
    seeds: [Buffer.from('{"a":[1,2,3],"b":"text"}')],
    run: (bytes: Uint8Array) => {
      if (Buffer.from(bytes).includes('[[')) throw new TypeError(`at ${bytes.length}`);
    },
  };
  const campaign = async (seed: number): Promise<Finding[]> => {
    const findings: Finding[] = [];
    await runCampaign(broken, {
      ...{ seed, firstIteration: 0, inputs: 5_000, deadlineMs: Infinity, found: [] },
      ...{ now: () => 0, onInput: () => undefined, onSeed: () => undefined },
      onFinding: (finding) => findings.push(finding),
    });
    return findings;
  };

  test('finds what a decoder does not expect, once, and makes it small', async () => {
    const [finding, ...others] = await campaign(1);
    expect(finding).toMatchObject({ target: 'broken', problem: 'TypeError: at #', seed: 1 });
    expect(Buffer.from(finding?.input ?? []).toString()).toBe('[[');
    expect(others).toEqual([]);
  });

  test('finds the same again with the same seed', async () => {
    const inputs = (findings: readonly Finding[]) =>
      findings.map(({ iteration, input }) => [iteration, Buffer.from(input).toString()]);
    expect(inputs(await campaign(7))).toEqual(inputs(await campaign(7)));
  });

  test('makes other inputs than its seeds', () => {
    const seed = Buffer.from([0x0a, 2, 8, 1, 0x12, 1, 0x61]);
    const chance = dice(seeded(3));
    const made = Array.from({ length: 200 }, () => mutate(seed, chance, [seed]).toString('hex'));
    expect(new Set(made).size).toBeGreaterThan(150);
  });
});
