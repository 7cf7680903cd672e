/** Asks one question again and again, one at a time, and says how long its answers took. */
import type { Draw, Question } from './questions.ts';

export interface Answered {
  readonly name: string;
  readonly target: number | null;
  /** Milliseconds from request to the last byte of its answer, decompressed. */
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** Of the answers, on average. */
  readonly bytes: number;
}

const WARM_UP_SHARE = 0.25;

export async function ask(
  baseUrl: string,
  question: Question,
  draw: Draw,
  rounds: number,
): Promise<Answered> {
  const times: number[] = [];
  let bytes = 0;
  for (let round = -Math.ceil(rounds * WARM_UP_SHARE); round < rounds; round++) {
    const paths = question.paths(draw);
    const startedMs = performance.now();
    const lengths = await Promise.all(paths.map((path) => answerLength(baseUrl, path)));
    if (round < 0) continue;
    times.push(performance.now() - startedMs);
    bytes += lengths.reduce((sum, length) => sum + length, 0);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  const { name, target } = question;
  return { name, target, p50: at(0.5), p95: at(0.95), max: at(1), bytes: bytes / rounds };
}

async function answerLength(baseUrl: string, path: string): Promise<number> {
  const answer = await fetch(baseUrl + path);
  const body = await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${Buffer.from(body).toString()}`);
  return body.byteLength;
}
