/** How a client of the chaos drill sees a request through, and what its ledger then says. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ledger, REQUESTS_FILE, SPANS_FILE } from '../../chaos/ledger.ts';
import { deliver, type DeliveryContext } from '../../chaos/load/delivery.ts';
import type { Attempt, AttemptOptions } from '../../chaos/load/targets.ts';
import { Traffic } from '../../chaos/load/traffic.ts';

const ANSWERED: Attempt = { kind: 'answered' };
const REFUSED: Attempt = { kind: 'refused', retryAfterMs: null };
const AMBIGUOUS: Attempt = { kind: 'ambiguous', retryAfterMs: null };
const START_MS = 1_800_000_000_000;
const RULES = { timeoutMs: 1_000, repeatWithinMs: 10_000, repeatShare: 0, repeatPauseMs: 100 };

describe('a delivery', () => {
  let directory = '';
  let ledger: Ledger;
  let nowMs = START_MS;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'spanmill-test-'));
    ledger = new Ledger(directory);
    nowMs = START_MS;
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Sends one request to two targets that end attempts as told; the last answer goes on. Attempts take `takesMs`. */
  async function run(answers: readonly Attempt[], changes: Partial<DeliveryContext> = {}, takesMs = 0) {
    const tried: { target: number; options: AttemptOptions }[] = [];
    const target = (number: number) => ({
      send: (_: Buffer, options: AttemptOptions) => {
        nowMs += takesMs;
        tried.push({ target: number, options });
        return Promise.resolve(answers[tried.length - 1] ?? answers.at(-1) ?? ANSWERED);
      },
      close: () => undefined,
    });
    const traffic = new Traffic(1, 100);
    traffic.take(START_MS, true);
    const [request] = traffic.take(START_MS + 1_000, true);
    if (request === undefined) throw new Error('there is no request');
    ledger.onSent(request.number, request.spans);
    const waits: number[] = [];
    await deliver(request, 0, {
      targets: [target(0), target(1)],
      ...{ ledger, rules: RULES, random: () => 0.5, now: () => nowMs },
      disconnectEarly: () => 0,
      endsAtMs: () => START_MS + 600_000,
      sleep: (ms) => {
        waits.push(ms);
        nowMs += ms;
        return Promise.resolve();
      },
      ...changes,
    });
    ledger.flush();
    const lines = readFileSync(join(directory, REQUESTS_FILE), 'utf8').trimEnd().split('\n');
    const [line = ''] = lines;
    const [number, sentAt, answeredAt, outcome, attempts, ambiguous] = line.split('\t');
    expect(lines).toHaveLength(1);
    expect(Number(number)).toBe(request.number);
    return { outcome, attempts, ambiguous, sentAt, answeredAt, waits, tried, request };
  }

  test('that is answered at once is written down as such, with its spans', async () => {
    const { request, waits, tried, ...line } = await run([ANSWERED]);
    expect(line).toEqual({
      ...{ outcome: 'answered', attempts: '1', ambiguous: '0' },
      ...{ sentAt: String(START_MS), answeredAt: String(START_MS) },
    });
    expect([waits, tried.length]).toEqual([[], 1]);
    const spans = readFileSync(join(directory, SPANS_FILE), 'utf8').trimEnd().split('\n');
    expect(spans.map((text) => text.split('\t').slice(0, 2))).toEqual(
      request.spans.map(({ traceId, spanId }) => [traceId, spanId]),
    );
    expect(ledger.counts).toEqual({
      ...{ sent: request.spans.length, answered: request.spans.length, unknown: 0, refused: 0, rejected: 0 },
    });
  });

  test('goes to the other collector after a failure', async () => {
    const { outcome, tried, ambiguous } = await run([AMBIGUOUS, REFUSED, ANSWERED]);
    expect([outcome, ambiguous]).toEqual(['answered', '1']);
    expect(tried.map(({ target }) => target)).toEqual([0, 1, 0]);
  });

  test('waits as long as the collector says', async () => {
    const { waits } = await run([{ ...REFUSED, retryAfterMs: 5_000 }, ANSWERED]);
    expect(waits).toEqual([5_000]);
  });

  test('waits longer each time where the collector says nothing', async () => {
    const { waits } = await run([REFUSED, REFUSED, REFUSED, ANSWERED]);
    expect(waits).toEqual([150, 300, 600]);
  });

  test('whose end is not known is given up once a repetition might come twice', async () => {
    const { outcome, attempts } = await run([AMBIGUOUS], {}, 4_000);
    // At 0 s, 4 s and 9 s; the next would come later than 10 s.
    expect([outcome, attempts]).toEqual(['unknown', '3']);
    expect(nowMs - START_MS).toBeLessThan(16_000);
  });

  test('that was turned away for certain may wait for minutes', async () => {
    const answers = [...Array<Attempt>(100).fill(REFUSED), ANSWERED];
    const { outcome, attempts } = await run(answers);
    expect([outcome, attempts]).toEqual(['answered', '101']);
    expect(nowMs - START_MS).toBeGreaterThan(60_000);
  });

  test('that nobody took until the end is refused, or unknown where one attempt may have got through', async () => {
    const endsAtMs = () => START_MS + 5_000;
    expect((await run([REFUSED], { endsAtMs })).outcome).toBe('refused');
    rmSync(directory, { recursive: true });
    ledger = new Ledger(directory);
    nowMs = START_MS;
    expect((await run([REFUSED, AMBIGUOUS, REFUSED], { endsAtMs })).outcome).toBe('unknown');
  });

  test('that is called no good is not tried again, and told as what it is', async () => {
    const { outcome, attempts } = await run([AMBIGUOUS, { kind: 'rejected' }]);
    expect([outcome, attempts]).toEqual(['rejected', '2']);
    expect(ledger.counts.rejected).toBeGreaterThan(0);
  });

  test('is repeated now and then though it was answered', async () => {
    const { outcome, tried } = await run([ANSWERED], { rules: { ...RULES, repeatShare: 1 } });
    expect(outcome).toBe('answered');
    expect(tried.map(({ target }) => target)).toEqual([0, 1]);
  });

  test('is left by some clients before the answer', async () => {
    const { tried } = await run([AMBIGUOUS, ANSWERED], { disconnectEarly: () => 1 });
    expect(tried.map(({ options }) => options)).toEqual([
      { timeoutMs: 1_000, leaveAfterMs: 15 },
      { timeoutMs: 1_000, leaveAfterMs: 15 },
    ]);
  });
});
