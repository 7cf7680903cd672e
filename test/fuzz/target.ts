/**
 * One decoder under fuzzing, and what it may throw.
 *
 *     export const targets: readonly FuzzTarget[] = [
 *       { name: 'zipkin/json', seeds, run: expecting([FormatError], (bytes) => zipkinJsonToOtlp(bytes)) },
 *     ];
 */

export interface FuzzTarget {
  /** `family/decoder`; also the folder of its regressions. */
  readonly name: string;
  /** Valid inputs, of every shape that the decoder knows: mutations reach no further than these lead. */
  readonly seeds: readonly Uint8Array[];
  /**
   * Decodes, and checks what must hold of the result. Throwing is a finding, as is taking over two seconds. The answer tells
   * outcomes apart: an input with a new one becomes a seed. `expecting` makes it of a decoder's own errors.
   */
  readonly run: (bytes: Uint8Array) => unknown;
}

type ErrorClass = abstract new (...args: never[]) => Error;

/** A run whose own errors are outcomes like any other; its answer is another, where it is text. */
export function expecting(
  own: readonly ErrorClass[],
  decode: (bytes: Uint8Array) => unknown,
): FuzzTarget['run'] {
  return (bytes) => {
    try {
      const result = decode(bytes);
      return typeof result === 'string' ? result : 'decoded';
    } catch (error) {
      const ownError = own.find((one) => error instanceof one);
      if (ownError === undefined) throw error;
      return `${ownError.name}: ${(error as Error).message}`;
    }
  };
}
