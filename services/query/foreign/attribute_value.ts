/**
 * The type of an attribute's value, read from the text that the span table has of it: the table keeps text alone.
 *
 * What is written exactly as a boolean, a 64-bit integer or a double would be is taken for one; anything else is a string.
 * A string that looks like a number becomes that number. Bytes came to the table as base64, which nothing tells from text.
 */

export type AttributeValue =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int64'; readonly value: bigint }
  | { readonly type: 'float64'; readonly value: number };

const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/;
const DECIMAL = /^-?\d[\d.e+-]*$/;
const LONGEST_NUMBER = 30;

export function attributeValue(text: string): AttributeValue {
  if (text === 'true' || text === 'false') return { type: 'bool', value: text === 'true' };
  if (text.length > LONGEST_NUMBER) return { type: 'string', value: text };
  if (INTEGER.test(text)) {
    const value = BigInt(text);
    if (BigInt.asIntN(64, value) === value) return { type: 'int64', value };
  } else if (DECIMAL.test(text) && String(Number(text)) === text) {
    return { type: 'float64', value: Number(text) };
  }
  return { type: 'string', value: text };
}
