/**
 * Says who a caller is, by what it shows, or why nobody. One for all listeners of a service.
 *
 * A token is looked up by its SHA-256: how long that takes tells about the digest of what was shown, which nobody can steer
 * towards the digest of a token. Passwords are compared in constant time. Failures are counted, and limited by address.
 */
import { digestOf } from './secret_hash.ts';
import type { Clock } from '../clock.ts';
import { counter, type Metrics } from '../metrics.ts';
import type { CredentialFile, Identity, Use } from './credential_file.ts';
import { LoginLimits } from './login_limits.ts';
import { PasswordChecks } from './password_checks.ts';
import { presentedBy, type Caller, type Presented } from './presented.ts';

export type Verdict =
  | { readonly kind: 'known'; readonly identity: Identity }
  /** 401, UNAUTHENTICATED. */
  | { readonly kind: 'unknown'; readonly problem: string }
  /** 403, PERMISSION_DENIED. */
  | { readonly kind: 'forbidden'; readonly problem: string }
  /** 429, RESOURCE_EXHAUSTED. */
  | { readonly kind: 'limited'; readonly problem: string; readonly retryAfterMs: number };

export const AUTH_METRICS = {
  failures: counter(
    'spanmill_auth_failures_total',
    'Requests refused for who sent them: nothing shown, not readable, unknown, expired, not for this use, or too many failures.',
    ['reason'],
  ),
};

export interface AuthenticatorOptions {
  readonly credentials: () => CredentialFile;
  readonly clock: Clock;
  /** Random, of this process alone. */
  readonly key: Buffer;
  readonly metrics: Metrics<typeof AUTH_METRICS>;
}

/** When too many passwords wait to be checked. */
const BUSY_RETRY_MS = 1_000;

export class Authenticator {
  private readonly options: AuthenticatorOptions;
  private readonly limits: LoginLimits;
  private readonly passwords: PasswordChecks;

  constructor(options: AuthenticatorOptions) {
    this.options = options;
    this.limits = new LoginLimits(options.clock);
    this.passwords = new PasswordChecks(options.key);
  }

  async authenticate(caller: Caller, use: Use): Promise<Verdict> {
    const presented = presentedBy(caller);
    const found = await this.find(presented, caller.address);
    if (found === undefined) return this.failed(caller.address, presented.kind);
    if ('kind' in found) return found;
    if (found.expiresMs !== null && found.expiresMs <= this.options.clock.now()) {
      return this.refuse('expired', { kind: 'unknown', problem: 'this credential has expired' });
    }
    if (!found.uses.has(use)) {
      return this.refuse('forbidden', {
        kind: 'forbidden',
        problem: `this credential is not for use ${use}`,
      });
    }
    return { kind: 'known', identity: found };
  }

  private find(
    presented: Presented,
    address: string,
  ): Identity | undefined | Promise<Identity | Verdict | undefined> {
    const file = this.options.credentials();
    switch (presented.kind) {
      case 'token':
        return file.tokens.get(digestOf(presented.secret));
      case 'api-key':
        return file.apiKeys.get(digestOf(presented.secret));
      case 'certificate':
        return file.certificates.get(presented.subject);
      case 'basic':
        return this.checkPassword(presented.user, presented.password, address);
      case 'nothing':
      case 'malformed':
        return undefined;
    }
  }

  /** Costs time, so the address pays before, and has it back where the password was right. */
  private async checkPassword(
    user: string,
    password: string,
    address: string,
  ): Promise<Identity | Verdict | undefined> {
    const identity = this.options.credentials().users.get(user);
    if (identity !== undefined && this.passwords.remembers(user, password, identity)) return identity;
    const waitMs = this.limits.take(address);
    if (waitMs > 0) return this.limited(waitMs);
    const isRight = await this.passwords.check(user, password, identity);
    this.limits.giveBack(address);
    if (isRight === null) return this.limited(BUSY_RETRY_MS);
    return isRight ? identity : undefined;
  }

  private failed(address: string, presented: Presented['kind']): Verdict {
    // Showing nothing is no guess.
    if (presented === 'nothing') {
      return this.refuse('missing', { kind: 'unknown', problem: 'a credential is needed' });
    }
    const waitMs = this.limits.take(address);
    if (waitMs > 0) return this.limited(waitMs);
    const isMalformed = presented === 'malformed';
    return this.refuse(isMalformed ? 'malformed' : 'unknown', {
      kind: 'unknown',
      problem: isMalformed ? 'the credential cannot be read' : 'there is no such credential',
    });
  }

  private limited(retryAfterMs: number): Verdict {
    return this.refuse('limited', {
      kind: 'limited',
      problem: 'too many failed logins from this address',
      retryAfterMs,
    });
  }

  private refuse(reason: string, verdict: Verdict): Verdict {
    this.options.metrics.failures.add(1, { reason });
    return verdict;
  }
}
