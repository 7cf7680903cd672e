/**
 * The input that a worker runs at the moment, in memory that its supervisor sees as well: a decoder that never comes back, or
 * takes all memory, cannot tell what it was given.
 */
import { MAX_INPUT_BYTES } from './mutate/mutate.ts';

const ITERATION = 0;
const LENGTH = 1;
const WRITES = 2;
const HEADER_BYTES = 12;

export class SharedInput {
  readonly memory: SharedArrayBuffer;
  private readonly header: Int32Array;
  private readonly bytes: Uint8Array;

  constructor(memory = new SharedArrayBuffer(HEADER_BYTES + MAX_INPUT_BYTES)) {
    this.memory = memory;
    this.header = new Int32Array(memory, 0, 3);
    this.bytes = new Uint8Array(memory, HEADER_BYTES);
  }

  write(iteration: number, input: Uint8Array): void {
    const length = Math.min(input.length, MAX_INPUT_BYTES);
    this.bytes.set(length === input.length ? input : input.subarray(0, length));
    Atomics.store(this.header, LENGTH, length);
    Atomics.store(this.header, ITERATION, iteration);
    Atomics.add(this.header, WRITES, 1);
  }

  get iteration(): number {
    return Atomics.load(this.header, ITERATION);
  }

  /** Changes with every input, those of making one small included. */
  get writes(): number {
    return Atomics.load(this.header, WRITES);
  }

  /** A copy. */
  input(): Uint8Array {
    return this.bytes.slice(0, Atomics.load(this.header, LENGTH));
  }
}
