/**
 * `make attack`: a well-behaved tenant alone, then while another attacks the same collector, for each attack in turn. Exits 1 where a span
 * that was answered with success is lost, or memory goes beyond its limit; latency is for people to judge, who know
 * what else the machine does.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentBytes } from '../../services/local/process_table.ts';
import { testHome } from '../support/servers.ts';
import { argumentsOrExit } from '../support/command_line.ts';
import { attackArguments, HELP } from './arguments.ts';
import type { Attack, AttackTarget } from './attack.ts';
import { ATTACKS } from './attacks.ts';
import { countsOf, grownText } from './collector_counts.ts';
import { attackTable, type AttackResult } from './report.ts';
import { SPANS_A_TRACE } from './spans.ts';
import { MEMORY_LIMIT_BYTES, startStack, VICTIM, type Stack } from './stack.ts';
import { storedTraces } from './stored_traces.ts';
import { Victim, type VictimAnswers } from './victim.ts';

/** Two phases an attack: alone and attacked. */
const FIRST_PHASE = 0xa000_0000;
const RSS_EVERY_MS = 100;
const WARM_MS = 5_000;
/** From the end of an attack to the next calm: what it held is let go. */
const REST_MS = 3_000;
const LOWEST_PRIORITY = 19;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** In a process of its own, after all others. Resolves with what it printed. */
async function runAttack({ name }: Attack, target: AttackTarget): Promise<string> {
  const script = join(import.meta.dirname, 'attacker.ts');
  const command = ['-n', String(LOWEST_PRIORITY), process.execPath, script, name, JSON.stringify(target)];
  const child = spawn('nice', command, {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: target.endsMs - Date.now() + 60_000,
  });
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) text += String(chunk);
  return text.trim();
}

async function underAttack(
  stack: Stack,
  victim: Victim,
  attack: Attack,
  seconds: number,
  phase: number,
): Promise<AttackResult> {
  const ms = seconds * 1000;
  const alone = await victim.sendFor(ms, phase);
  const before = countsOf(await stack.collectorMetrics());
  let rssBytes = 0;
  const look = (): void => void (rssBytes = Math.max(rssBytes, residentBytes(stack.collectorPid) ?? 0));
  const timer = setInterval(look, RSS_EVERY_MS);
  const target: AttackTarget = {
    ...{
      httpPort: stack.httpPort,
      grpcPort: stack.grpcPort,
      udpPort: stack.udpPort,
      token: stack.attackerToken,
    },
    endsMs: Date.now() + ms + 2_000,
  };
  const attacking = runAttack(attack, target);
  // The attacker starts meanwhile.
  await sleep(2_000);
  const attacked = await victim.sendFor(ms, phase + 1);
  const seen = await attacking;
  await sleep(REST_MS);
  clearInterval(timer);
  const counted = grownText(before, countsOf(await stack.collectorMetrics()));
  return { attack: attack.name, does: attack.does, seen, counted, alone, attacked, lost: 0, rssBytes };
}

async function countLost(stack: Stack, results: readonly AttackResult[]): Promise<void> {
  const stored = await storedTraces(stack.kafka, stack.topics.spans, VICTIM);
  const lostOf = ({ acknowledged }: VictimAnswers, phase: number): number => {
    const traces = stored.get(phase);
    return [...acknowledged].reduce(
      (lost, trace) => lost + SPANS_A_TRACE - (traces?.get(trace)?.size ?? 0),
      0,
    );
  };
  for (const [index, result] of results.entries()) {
    const phase = FIRST_PHASE + 2 * index;
    result.lost = lostOf(result.alone, phase) + lostOf(result.attacked, phase + 1);
  }
}

const { attack, seconds } = argumentsOrExit('attack', HELP, attackArguments);
const wanted = attack.split(',');
const attacks = ATTACKS.filter(({ name }) => wanted.some((part) => name.includes(part)));
if (attacks.length === 0) throw new RangeError(`no attack is named like ${attack}`);
const directory = mkdtempSync(join(tmpdir(), 'spanmill-attack-'));
const stack = await startStack(directory, testHome());
const victim = new Victim({ ...stack, token: stack.victimToken });
const results: AttackResult[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stack.stop().finally(() => process.exit(1)));
}
try {
  await victim.sendFor(WARM_MS, FIRST_PHASE - 1);
  for (const [index, one] of attacks.entries()) {
    const result = await underAttack(stack, victim, one, seconds, FIRST_PHASE + 2 * index);
    results.push(result);
    say(`${new Date().toISOString()} ${one.name}: the attacker saw ${result.seen}`);
    say(attackTable([result]).split('\n')[2] ?? '');
  }
  await countLost(stack, results);
} finally {
  victim.close();
  await stack.stop();
}
say(`\n${attackTable(results)}`);
rmSync(directory, { recursive: true, force: true });
const isBroken = results.some(({ lost, rssBytes }) => lost > 0 || rssBytes > MEMORY_LIMIT_BYTES);
process.exitCode = isBroken ? 1 : 0;
