/** What a file of spans is cut into: the smallest pieces that can be read for themselves, each with its place. */

export interface Element {
  readonly bytes: Buffer;
  /** Of its first byte, after decompression. */
  readonly at: number;
  /** Counted from 1; 0 where the format has no lines. */
  readonly line: number;
}

/** Fed with a file piece by piece; holds no more than one element. */
export interface Splitter {
  /** The elements that are whole with this. Throws SplitError. */
  push(chunk: Buffer): Element[];
  /** The file is at its end. Throws SplitError where an element is not. */
  end(): void;
}

/** The file cannot be read on from here. */
export class SplitError extends Error {
  override name = 'SplitError';
}

/** More is no span of anybody's: no request could hold it. */
export const MAX_ELEMENT_BYTES = 64 * 1024 * 1024;

/** `byte 120, line 3`. */
export function placeText({ at, line }: Pick<Element, 'at' | 'line'>): string {
  return line > 0 ? `byte ${at}, line ${line}` : `byte ${at}`;
}
