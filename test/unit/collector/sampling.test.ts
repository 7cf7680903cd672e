import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ManualTime } from '../../support/manual_time.ts';
import { recordingLog, type LogLine } from '../../support/recording_log.ts';
import { ANY_JAEGER_PORTS, startCollector, type RunningCollector } from '../../support/running_collector.ts';
import { waitFor } from '../../support/wait_for.ts';

const file = (param: number): string =>
  JSON.stringify({
    default_strategy: { type: 'probabilistic', param },
    service_strategies: [{ service: 'till', type: 'ratelimiting', param: 3 }],
  });

let directory = '';
let collector: RunningCollector | null = null;
let time = new ManualTime();
let lines: LogLine[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spanmill-sampling-'));
  time = new ManualTime();
  lines = [];
});

afterEach(async () => {
  await collector?.stop();
  collector = null;
  rmSync(directory, { recursive: true });
});

const path = (): string => join(directory, 'sampling.json');

async function start(samplingFile: string): Promise<RunningCollector> {
  const jaeger = { ...ANY_JAEGER_PORTS, samplingFile };
  collector = await startCollector({ jaeger, timers: time, log: recordingLog(lines) });
  return collector;
}

async function ask({ jaegerPorts }: RunningCollector, question: string): Promise<[number, unknown]> {
  const answer = await fetch(`http://127.0.0.1:${jaegerPorts?.sampling}${question}`);
  const text = await answer.text();
  return [answer.status, answer.headers.get('content-type') === 'application/json' ? JSON.parse(text) : text];
}

const rateOf = async (running: RunningCollector): Promise<unknown> =>
  (await ask(running, '/sampling?service=x'))[1];
const probability = (samplingRate: number) => ({
  ...{ strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate } },
});

describe('sampling strategies over HTTP', () => {
  test('are everything where there is no file', async () => {
    expect(await ask(await start(''), '/sampling?service=shop')).toEqual([200, probability(1)]);
  });

  test('are those of the file, by service', async () => {
    writeFileSync(path(), file(0.25));
    const running = await start(path());
    expect(await ask(running, '/sampling?service=shop')).toEqual([200, probability(0.25)]);
    expect(await ask(running, '/sampling?service=till')).toEqual([
      200,
      { strategyType: 'RATE_LIMITING', rateLimitingSampling: { maxTracesPerSecond: 3 } },
    ]);
  });

  test('have a number for their type where old clients ask', async () => {
    writeFileSync(path(), file(0.25));
    const running = await start(path());
    expect(await ask(running, '/?service=shop')).toEqual([200, { ...probability(0.25), strategyType: 0 }]);
    expect((await ask(running, '/?service=till'))[1]).toMatchObject({ strategyType: 1 });
  });

  test('are asked for with one service', async () => {
    const running = await start('');
    expect(await ask(running, '/sampling')).toEqual([400, 'the parameter service must be given once\n']);
    expect((await ask(running, '/sampling?service=a&service=b'))[0]).toBe(400);
    expect((await ask(running, '/other'))[0]).toBe(404);
  });

  test('have no restrictions of baggage beside them', async () => {
    expect(await ask(await start(''), '/baggageRestrictions?service=shop')).toEqual([200, []]);
  });
});

describe('the sampling file', () => {
  test('that is bad at the start stops the start', async () => {
    writeFileSync(path(), '{"default_strategy": {"type": "const"}}');
    const cause = await start(path()).catch((error: unknown) => error);
    expect(flat(cause as Error)).toContain(
      'default_strategy.type: must be "probabilistic" or "ratelimiting"',
    );
  });

  test('that changes is read again, also where another is put in its place', async () => {
    writeFileSync(path(), file(0.25));
    const running = await start(path());
    writeFileSync(path(), file(0.5));
    time.advance(2_000);
    await waitFor(async () => (await said(running)) === 0.5);
    writeFileSync(join(directory, 'next.json'), file(0.75));
    renameSync(join(directory, 'next.json'), path());
    time.advance(2_000);
    await waitFor(async () => (await said(running)) === 0.75);
  });

  test('that turns bad leaves the strategies as they were, and says so once, until it is good', async () => {
    writeFileSync(path(), file(0.25));
    const running = await start(path());
    const faults = () => lines.filter(({ level }) => level === 'error');
    writeFileSync(path(), '{');
    time.advance(2_000);
    await waitFor(() => faults().length === 1);
    expect(await rateOf(running)).toEqual(probability(0.25));
    expect(await running.metrics()).toMatch(/sampling_file_bad(\{[^}]*\})? 1/);
    rmSync(path());
    time.advance(2_000);
    await waitFor(() => faults().length === 2);
    expect(await rateOf(running)).toEqual(probability(0.25));
    writeFileSync(path(), file(0.5));
    time.advance(2_000);
    await waitFor(async () => (await said(running)) === 0.5);
    expect(await running.metrics()).toMatch(/sampling_file_bad(\{[^}]*\})? 0/);
  });
});

test('a sampling file that comes back as it was is good again', async () => {
  writeFileSync(path(), file(0.25));
  const running = await start(path());
  renameSync(path(), `${path()}.away`);
  time.advance(2_000);
  await waitFor(() => lines.some(({ level }) => level === 'error'));
  renameSync(`${path()}.away`, path());
  time.advance(2_000);
  await waitFor(async () => /sampling_file_bad(\{[^}]*\})? 0/.test(await running.metrics()));
  expect(await rateOf(running)).toEqual(probability(0.25));
});

async function said(running: RunningCollector): Promise<number | undefined> {
  const answer = (await rateOf(running)) as { probabilisticSampling?: { samplingRate: number } };
  return answer.probabilisticSampling?.samplingRate;
}

/** The messages of an error and its causes. */
function flat(error: Error): string {
  return `${error.message} ${error.cause instanceof Error ? flat(error.cause) : ''}`;
}
