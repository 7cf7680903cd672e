/**
 * Operation names for metrics: what differs from call to call in a span's name becomes `{}`, so that a name is a kind of call
 * and not one call. `GET /users/123/cart` is `GET /users/{}/cart`.
 *
 * Replaced are numbers, UUIDs, hex ids, and the digits of words that are mostly an id. Kept are placeholders of route templates
 * (`{id}`, `:id`, `<id>`) and words that merely carry a digit (`v1`, `http2`, `s3`, `ipv4`, `sha256`). Not for storage: the
 * span table has the names as they were sent. Invariant: the template of a template is itself.
 */
import { decodeUtf8 } from '../otlp/attributes.ts';
import { limitName } from '../otlp/limit_name.ts';
import { BytesCache } from '../wire/bytes_cache.ts';

/** More bytes than this are not looked at: names are bounded before work is spent on them. */
const MAX_NAME_BYTES = 1_000;

const PLACEHOLDER = String.raw`\{(?:[^{}]|\{[^{}]*\})*\}|<[A-Za-z_][\w:]*>|(?<=^|[/ ]):[A-Za-z_]\w*`;
const UUID = String.raw`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`;
const WORD_CHARACTER = String.raw`[0-9A-Za-z\u0080-\uffff]`;
/** Dates, times, versions and addresses are one number: `2024-01-31`, `10.0.0.1`. */
const NUMBER = String.raw`\d+(?:[.:-]\d+)*`;
const TOKEN = new RegExp(
  `(?<placeholder>${PLACEHOLDER})|(?:${UUID}|${NUMBER})(?!${WORD_CHARACTER})|(?<word>${WORD_CHARACTER}+)`,
  'g',
);

const HEX_ID = /^(?:0[xX][0-9a-fA-F]+|(?=[a-fA-F]*\d)[0-9a-fA-F]{8,})$/;
const LONG_ID_LENGTH = 12;
const LONG_ID_DIGITS = 4;

/** The template of a span's name. */
export function operationName(name: string): string {
  // The shortened name may read differently (half a word, an open brace): it is settled when nothing changes any more.
  // That ends, for a change by replacement takes digits away and a change by cutting makes the name short enough.
  let settled = limitName(name);
  for (;;) {
    const next = limitName(settled.replace(TOKEN, replaceToken));
    if (next === settled) return settled;
    settled = next;
  }
}

function replaceToken(token: string, placeholder: string | undefined, word: string | undefined): string {
  if (placeholder !== undefined) return token;
  if (word === undefined) return '{}';
  const digits = word.replace(/\D/g, '').length;
  if (digits === 0) return word;
  if (HEX_ID.test(word) || (word.length >= LONG_ID_LENGTH && digits >= LONG_ID_DIGITS)) return '{}';
  return word.replace(/\d{4,}/g, '{}');
}

/**
 * Templates by the bytes of names already seen: most spans carry one of a few hundred names, and then neither text nor template
 * is made anew.
 */
export class OperationNames {
  private readonly known: BytesCache<string>;

  constructor(maxNames = 10_000) {
    this.known = new BytesCache(maxNames);
  }

  /** The template of the UTF-8 name `buf[start, end)`. */
  of(buf: Uint8Array, start: number, end: number): string {
    const to = Math.min(end, start + MAX_NAME_BYTES);
    const { known } = this;
    return (
      known.find(buf, start, to) ?? known.keep(buf, start, to, operationName(decodeUtf8(buf, start, to)))
    );
  }
}
