/**
 * Checks passwords without paying for each request: a right one is remembered by a keyed hash that only this process can make.
 *
 * At most two are computed at a time, since each takes 16 MiB and a thread, and a few wait; over that callers are told to come
 * back. A password is never kept, nor is a wrong one remembered.
 */
import { createHmac } from 'node:crypto';
import type { PasswordIdentity } from './credential_file.ts';
import { parsePasswordHash, passwordMatches, type PasswordHash } from './secret_hash.ts';

const MAX_AT_A_TIME = 2;
const MAX_WAITING = 64;
const MAX_REMEMBERED = 1_000;

/** Of nobody: checked in place of an unknown user's, so that time does not tell which users there are. */
const NOBODY = parsePasswordHash(`scrypt:16384:8:5:${'A'.repeat(22)}:${'A'.repeat(43)}`);

interface UnderWay {
  /** Undefined for a user that there is not. */
  readonly identity: PasswordIdentity | undefined;
  readonly isRight: Promise<boolean>;
}

export class PasswordChecks {
  private readonly key: Buffer;
  private readonly known = new Map<string, PasswordIdentity>();
  private readonly underWay = new Map<string, UnderWay>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  /** `key`: random, of this process alone. */
  constructor(key: Buffer) {
    this.key = key;
  }

  /** Whether this very password was found right before. */
  remembers(user: string, password: string, identity: PasswordIdentity): boolean {
    return this.known.get(this.nameOf(user, password)) === identity;
  }

  /** Null when too many others wait. */
  async check(
    user: string,
    password: string,
    identity: PasswordIdentity | undefined,
  ): Promise<boolean | null> {
    const name = this.nameOf(user, password);
    // A page asks for several things at once.
    const same = this.underWay.get(name);
    // The file may have been read anew since it began.
    if (same !== undefined && same.identity === identity) return same.isRight;
    if (this.waiting.length >= MAX_WAITING) return null;
    const hash = identity?.hash ?? NOBODY;
    if (hash === null) return false;
    const check = { identity, isRight: this.inTurn(password, hash) };
    this.underWay.set(name, check);
    try {
      const isRight = await check.isRight;
      if (isRight && identity !== undefined) this.remember(name, identity);
      return isRight && identity !== undefined;
    } finally {
      if (this.underWay.get(name) === check) this.underWay.delete(name);
    }
  }

  private async inTurn(password: string, hash: PasswordHash): Promise<boolean> {
    if (this.running >= MAX_AT_A_TIME) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running += 1;
    try {
      return await passwordMatches(password, hash);
    } finally {
      // The turn goes to the next, or is given up.
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }

  private remember(name: string, identity: PasswordIdentity): void {
    if (this.known.size >= MAX_REMEMBERED) this.known.clear();
    this.known.set(name, identity);
  }

  private nameOf(user: string, password: string): string {
    return createHmac('sha256', this.key).update(`${user}:${password}`).digest('base64');
  }
}
