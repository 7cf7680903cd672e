/** What one pass over a request has at hand: the request, its edits so far, and what they were made for. */
import { Edits, mark, resetEdits, undo, type Mark } from './edits.ts';
import {
  LIMITS,
  type KeyedHash,
  type Limit,
  type Limits,
  type Place,
  type Policy,
  type Rule,
} from './policy.ts';

/** One change, for people who want to see what a policy does. */
export interface Change {
  /** Id of the rule, or name of the limit. */
  readonly cause: string;
  readonly place: Place;
  /** Of the attribute; empty for texts that have none. */
  readonly name: string;
  readonly before: Uint8Array;
  /** Null where it was dropped. */
  readonly after: Uint8Array | null;
}

/** How often each rule and each limit changed something. */
export interface Tally {
  /** By number of the rule's id. */
  readonly rules: number[];
  readonly limits: Record<Limit, number>;
}

export function emptyTally(policy: Policy): Tally {
  return {
    rules: policy.ids.map(() => 0),
    limits: Object.fromEntries(LIMITS.map((limit) => [limit, 0])) as Record<Limit, number>,
  };
}

export interface Pair {
  keyStart: number;
  keyEnd: number;
  /** Where the value's length begins, and where the value itself does. All the same where there is no value. */
  lengthStart: number;
  valueStart: number;
  valueEnd: number;
  /** Further values, three numbers each: protobuf merges them. Nearly always null. */
  more: number[] | null;
}

export class Pass {
  readonly policy: Policy;
  readonly limits: Limits;
  readonly hash: KeyedHash;
  readonly edits = new Edits();
  readonly changes: Change[] | null;
  /** Numbers of rules; limits as -1 minus their position. */
  readonly hits: number[] = [];
  /** Values looked at, to tell a list of none. */
  leaves = 0;
  buf: Uint8Array = new Uint8Array(0);
  /** Where the value stands that is looked at, for `changes`. */
  place: Place = 'span';
  attributeName = '';
  droppedBy: Rule | null = null;
  /** Where the parts of the KeyValue lie that was read last. */
  readonly pair: Pair = { keyStart: 0, keyEnd: 0, lengthStart: 0, valueStart: 0, valueEnd: 0, more: null };

  constructor(policy: Policy, hash: KeyedHash, changes: Change[] | null) {
    this.policy = policy;
    this.limits = policy.limits;
    this.hash = hash;
    this.changes = changes;
  }
}

export function begin(pass: Pass, request: Uint8Array, maxGrowth: number): void {
  pass.buf = request;
  pass.hits.length = 0;
  pass.leaves = 0;
  pass.droppedBy = null;
  if (pass.changes !== null) pass.changes.length = 0;
  resetEdits(pass.edits, maxGrowth);
}

export const hitRule = (pass: Pass, number: number): void => void pass.hits.push(number);
export const hitLimit = (pass: Pass, limit: Limit): void => void pass.hits.push(-1 - LIMITS.indexOf(limit));

export function recordChange(pass: Pass, cause: string, before: Uint8Array, after: Uint8Array | null): void {
  pass.changes?.push({ cause, place: pass.place, name: pass.attributeName, before, after });
}

export interface PassMark {
  readonly edits: Mark;
  readonly hits: number;
  readonly changes: number;
}

export const markPass = (pass: Pass): PassMark => ({
  edits: mark(pass.edits),
  hits: pass.hits.length,
  changes: pass.changes?.length ?? 0,
});

export function undoPass(pass: Pass, to: PassMark): void {
  undo(pass.edits, to.edits);
  pass.hits.length = to.hits;
  if (pass.changes !== null) pass.changes.length = to.changes;
}

export function addHits(pass: Pass, tally: Tally): void {
  for (const hit of pass.hits) {
    const limit = LIMITS[-1 - hit];
    if (hit >= 0) tally.rules[hit] = (tally.rules[hit] ?? 0) + 1;
    else if (limit !== undefined) tally.limits[limit]++;
  }
}
