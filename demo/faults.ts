/**
 * What goes wrong in the shop, and when. By number, not by chance: each fault comes as often as it should at any rate,
 * and a test knows where to look for it.
 */

/** The bank refuses the card. */
export const isDeclined = (order: number): boolean => order % 17 === 0;
/** The payment service is overloaded at the first try; the client tries again. */
export const isOverloaded = (order: number, attempt: number): boolean => order % 11 === 0 && attempt === 0;
/** Somebody looks at the payment more closely. */
export const fraudCheckMs = (order: number): number => (order % 23 === 0 ? 400 + (order % 300) : 5);
/** A search without an index. */
export const searchMs = (search: number): number => (search % 40 === 0 ? 300 + (search % 500) : 2);
/** A bug in the recommendations: the query divides by the stock, and something is just sold out. */
export const isBroken = (lookup: number): boolean => lookup % 50 === 0;
