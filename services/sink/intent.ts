/**
 * What the sink commits with an offset: the batch that it is about to store, so that whoever comes next stores the very same.
 *
 * `{"intent": end}` at offset `start`: the batch [start, end) may be stored, in part or whole. Where ClickHouse refused a block
 * of it, also how far the search for the bad rows is: all tables before `table` are done, of that one all items before `item`,
 * and `size` items are tried next. Empty metadata: nothing is under way.
 */

export interface RefusalProgress {
  readonly table: number;
  readonly item: number;
  readonly size: number;
}

export interface Intent {
  /** Behind the last offset of the batch. */
  readonly end: number;
  readonly refusal: RefusalProgress | null;
}

/** The committed metadata is none of ours: nobody knows what was stored. */
export class IntentError extends Error {
  override name = 'IntentError';
}

export function encodeIntent({ end, refusal }: Intent): string {
  return JSON.stringify(refusal === null ? { intent: end } : { intent: end, refusal });
}

/** Null where nothing was under way. Throws IntentError. */
export function decodeIntent(metadata: string): Intent | null {
  if (metadata === '') return null;
  const parsed = parse(metadata);
  const end = isObject(parsed) ? parsed['intent'] : undefined;
  if (!isObject(parsed) || !isWhole(end)) throw new IntentError(`offset metadata is no intent: ${metadata}`);
  const refusal = parsed['refusal'];
  if (refusal === undefined) return { end, refusal: null };
  if (isObject(refusal)) {
    const { table, item, size } = refusal;
    if (isWhole(table) && isWhole(item) && isWhole(size)) return { end, refusal: { table, item, size } };
  }
  throw new IntentError(`offset metadata is no intent: ${metadata}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new IntentError(`offset metadata is no intent: ${text}`, { cause: error });
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
