/**
 * What a policy is once it was read: rules in the order they are tried, and limits.
 *
 * Not for the file it comes from (read_policy.ts). Texts to compare with are bytes, so that nothing of a span has to be decoded.
 */
import type { Glob } from './glob.ts';
import type { Located } from './located.ts';

export const ATTRIBUTE_PLACES = ['resource', 'scope', 'span', 'event', 'link'] as const;
export const TEXT_PLACES = ['span-name', 'status-message', 'event-name', 'trace-state'] as const;
export const PLACES = [...ATTRIBUTE_PLACES, ...TEXT_PLACES] as const;

/** Whose attributes, or which text of a span. */
export type Place = (typeof PLACES)[number];
export type AttributePlace = (typeof ATTRIBUTE_PLACES)[number];
export type TextPlace = (typeof TEXT_PLACES)[number];

export type Action =
  | { readonly kind: 'keep' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'hash' }
  /** `text` instead of what was there; with `keepLast`, that many of its last characters behind it. */
  | { readonly kind: 'mask'; readonly text: Uint8Array; readonly keepLast: number }
  | { readonly kind: 'truncate'; readonly bytes: number };

/** Appends the stretches (start, end, start, end ...) of `text[start, end)` that it finds, ascending and apart. Linear in time. */
export type Finder = (text: Uint8Array, start: number, end: number, found: number[]) => void;

export interface Rule {
  /** Names it in metrics and reports. A rule of the file may become several of one id. */
  readonly id: string;
  /** Position of the id in the policy's `ids`. */
  readonly number: number;
  readonly action: Action;
  readonly places: ReadonlySet<Place>;
  /** Null where any will do. */
  readonly attributes: readonly Glob[] | null;
  readonly scopes: readonly Glob[] | null;
  readonly services: readonly Glob[] | null;
  /** Null where the value does not matter. Otherwise mask and hash change what is found, and the other actions the whole value. */
  readonly find: Finder | null;
  /** Which numbers are looked at, as their decimal text: `long` are those of 13 digits and more. */
  readonly readsNumbers: 'none' | 'long' | 'all';
}

export const LIMITS = [
  'span-attributes',
  'event-attributes',
  'link-attributes',
  'events',
  'links',
  'value-bytes',
  'name-bytes',
  'checked-bytes',
  'nesting',
] as const;

export type Limit = (typeof LIMITS)[number];

/** Infinity where there is none. `nesting` is fixed: see values.ts. */
export type Limits = Readonly<Record<Exclude<Limit, 'nesting'>, number>>;

/** Longest text that rules by value look at, unless told otherwise. */
export const CHECKED_BYTES = 32_768;

export const NO_LIMITS: Limits = {
  'span-attributes': Infinity,
  'event-attributes': Infinity,
  'link-attributes': Infinity,
  events: Infinity,
  links: Infinity,
  'value-bytes': Infinity,
  'name-bytes': Infinity,
  'checked-bytes': CHECKED_BYTES,
};

export interface Policy {
  readonly rules: readonly Rule[];
  /** One for each rule of the file, in its order. */
  readonly ids: readonly string[];
  readonly limits: Limits;
  /** Where the file says that the key of `hash` is; null where it says nothing. */
  readonly hashKeyFile: string | null;
  /** Where the first rule stands that needs a key. */
  readonly hashAt: Pick<Located, 'line' | 'column'> | null;
}

/** Keyed: 32 bytes that say nothing of the input to who lacks the key, the same for the same input. */
export type KeyedHash = (bytes: Uint8Array) => Uint8Array;
