/** What an attack is, and what it may use: a target on loopback, a time to end at, and helpers that keep its rate. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface AttackTarget {
  readonly httpPort: number;
  readonly grpcPort: number;
  /** 0 where there is no such listener. */
  readonly udpPort: number;
  /** A token of the attacker's own tenant; some need none. */
  readonly token: string;
  readonly endsMs: number;
}

export interface Attack {
  readonly name: string;
  /** What it does, with its rate, for the table. */
  readonly does: string;
  /** Ends by itself at `endsMs`. What it did and saw, in numbers. */
  readonly run: (target: AttackTarget) => Promise<Readonly<Record<string, number>>>;
}

/** Calls `act` so many times a second until the end, without waiting for it; what it throws is counted under its code. */
export async function atRate(
  { endsMs }: AttackTarget,
  perSecond: number,
  act: (number: number) => Promise<string>,
): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  const count = (what: string): void => void (seen[what] = (seen[what] ?? 0) + 1);
  const startedMs = Date.now();
  let made = 0;
  let pending = 0;
  while (Date.now() < endsMs) {
    const due = Math.floor(((Date.now() - startedMs) / 1000) * perSecond);
    // An attacker has limits as well: what is not answered keeps it from going on.
    for (; made < due && pending < 500; made++) {
      pending++;
      act(made)
        .then(count, (error: unknown) => count(codeOf(error)))
        .finally(() => pending--);
    }
    made = Math.max(made, due - 500);
    await sleep(10);
  }
  return { sent: made, ...seen };
}

function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: string | number; cause?: { code?: string } };
  return String(cause?.code ?? code ?? 'error');
}

/** The status of an answer, its body thrown away. */
export async function post(
  { httpPort, token }: AttackTarget,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${httpPort}/v1/traces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...headers },
    body,
    signal: AbortSignal.timeout(30_000),
  });
  await answer.arrayBuffer();
  return String(answer.status);
}

export const PROTOBUF = { 'content-type': 'application/x-protobuf' };
export const JSON_BODY = { 'content-type': 'application/json' };
export const GZIP = { 'content-encoding': 'gzip' };
