/**
 * How secrets are kept: never themselves, only what they hash to.
 *
 *     sha256:<64 hex digits>                                    a token of 256 random bits
 *     scrypt:<N>:<r>:<p>:<salt, base64url>:<digest, base64url>  a password
 *
 * One round of SHA-256 is enough for a token: a slow hash protects what can be guessed, and nobody guesses 2^256. A password
 * is chosen by a person, so each guess has to cost memory and time.
 */
import { createHash, scrypt, timingSafeEqual } from 'node:crypto';

export interface TokenHash {
  readonly kind: 'sha256';
  /** Hex. */
  readonly digest: string;
}

export interface PasswordHash {
  readonly kind: 'scrypt';
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

/** 16 MiB and some 100 ms a guess, as OWASP recommends for scrypt with little memory. */
const COST = 2 ** 14;
const BLOCK_SIZE = 8;
const PARALLELIZATION = 5;
const DIGEST_BYTES = 32;
const SALT_BYTES = 16;
const TOKEN_BYTES = 32;
/** What a file may ask for: more would let its writer stop the service. */
const MAX_COST = 2 ** 17;
const MAX_PARALLELIZATION = 16;
/** Marks a token for people and for tools that look for secrets in texts. */
const TOKEN_PREFIX = 'spanmill_';

export type RandomBytes = (bytes: number) => Buffer;

export function newToken(randomBytes: RandomBytes): string {
  return TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
}

export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function hashToken(token: string): string {
  return `sha256:${digestOf(token)}`;
}

export async function hashPassword(password: string, randomBytes: RandomBytes): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = {
    ...{ cost: COST, blockSize: BLOCK_SIZE, parallelization: PARALLELIZATION },
    ...{ salt, digest: Buffer.alloc(DIGEST_BYTES) },
  };
  const digest = await derive(password, hash);
  const parts = [COST, BLOCK_SIZE, PARALLELIZATION, salt.toString('base64url'), digest.toString('base64url')];
  return `scrypt:${parts.join(':')}`;
}

/** Takes as long for a wrong password as for the right one. */
export async function passwordMatches(password: string, hash: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash), hash.digest);
}

/** Null where the text is no such hash. It may be a secret that somebody put in the wrong place: never show it. */
export function parseTokenHash(text: string): TokenHash | null {
  const digest = /^sha256:([0-9a-f]{64})$/.exec(text)?.[1];
  return digest === undefined ? null : { kind: 'sha256', digest };
}

/** The same. */
export function parsePasswordHash(text: string): PasswordHash | null {
  const parts = /^scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2}):([\w-]{22,86}):([\w-]{43})$/.exec(text);
  if (parts === null) return null;
  const [cost = 0, blockSize = 0, parallelization = 0] = parts.slice(1, 4).map(Number);
  const isPowerOfTwo = cost > 1 && Number.isInteger(Math.log2(cost));
  if (!isPowerOfTwo || cost < COST || cost > MAX_COST || blockSize !== BLOCK_SIZE) return null;
  if (parallelization < 1 || parallelization > MAX_PARALLELIZATION) return null;
  const [salt = '', digest = ''] = parts.slice(4);
  return {
    ...{ kind: 'scrypt', cost, blockSize, parallelization },
    ...{ salt: Buffer.from(salt, 'base64url'), digest: Buffer.from(digest, 'base64url') },
  };
}

function derive(password: string, hash: Omit<PasswordHash, 'kind'>): Promise<Buffer> {
  const { cost, blockSize, parallelization, salt, digest } = hash;
  const options = { cost, blockSize, parallelization, maxmem: 256 * cost * blockSize };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, digest.length, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
