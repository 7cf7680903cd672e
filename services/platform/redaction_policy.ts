/**
 * A redaction policy from its file, and the keyed hash of its rules. The key comes from a file or the environment, never from the policy.
 *
 * Not for when it is read: the collector reads it again when it changes, the command line once.
 */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { PolicyError } from '../core/redaction/located.ts';
import type { KeyedHash, Policy } from '../core/redaction/policy.ts';
import { readPolicy } from '../core/redaction/read_policy.ts';
import { readLocatedYaml } from './located_yaml.ts';

export interface PolicySource {
  readonly file: string;
  /** Where the key is, unless the policy names a file of it; empty where nowhere. */
  readonly redactionKeyFile: string;
  readonly redactionKey: string;
}

export interface LoadedPolicy {
  readonly policy: Policy;
  readonly hash: KeyedHash;
}

/** What a policy is made of: the same text and key make the same policy. */
export interface PolicyText {
  readonly text: string;
  readonly key: string;
}

const MIN_KEY_BYTES = 16;

/** The policy of a text. Throws PolicyError. */
export function parsePolicy(text: string, file: string): Policy {
  const { root, faults } = readLocatedYaml(text, file);
  return readPolicy(root, file, faults);
}

/** Reads policy and key. Throws PolicyError with all faults. */
export async function loadPolicy(
  source: PolicySource,
): Promise<LoadedPolicy & { readonly from: PolicyText }> {
  const { file } = source;
  const text = await readText(file, file);
  const policy = parsePolicy(text, file);
  const keyFile =
    policy.hashKeyFile === null ? source.redactionKeyFile : resolve(dirname(file), policy.hashKeyFile);
  const key = keyFile === '' ? source.redactionKey : (await readText(keyFile, file)).trim();
  if (policy.hashAt !== null && Buffer.byteLength(key) < MIN_KEY_BYTES) {
    const problem =
      key === ''
        ? 'to hash needs a key: name its file with hash-key-file, or give it to the service by environment'
        : `the key of the hashes must have ${MIN_KEY_BYTES} bytes at least`;
    throw new PolicyError([{ ...policy.hashAt, problem }], file);
  }
  return { policy, hash: keyedHash(key), from: { text, key } };
}

/** HMAC-SHA256. */
export const keyedHash =
  (key: string): KeyedHash =>
  (bytes) =>
    createHmac('sha256', key).update(bytes).digest();

async function readText(path: string, policyFile: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new PolicyError([{ line: 1, column: 1, problem: `${path} cannot be read (${code})` }], policyFile);
  }
}
