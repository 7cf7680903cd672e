/**
 * Log files of bounded size. A process writes to its own file by itself (so that it can outlive the supervisor); the
 * file is copied and cut short from outside. That works because all of them append.
 */
import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** Cuts `file` when it is over `maxBytes`; what was in it stays in `file.1`. True when it did. */
export function rotate(file: string, maxBytes: number): boolean {
  if (sizeOf(file) <= maxBytes) return false;
  copyFileSync(file, `${file}.1`);
  truncateSync(file, 0);
  return true;
}

/** Follows one file: each call gives the whole lines that are new since the call before. */
export class LogTail {
  readonly #file: string;
  #position: number;
  /** A read may end in the middle of a letter. */
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  /** Begins at what is the end of the file now. */
  constructor(file: string) {
    this.#file = file;
    this.#position = sizeOf(file);
  }

  read(): string[] {
    const size = sizeOf(this.#file);
    // Rotated: what is there now is new.
    if (size < this.#position) this.#position = 0;
    if (size === this.#position) return [];
    const bytes = Buffer.alloc(size - this.#position);
    const descriptor = openSync(this.#file, 'r');
    try {
      this.#position += readSync(descriptor, bytes, 0, bytes.length, this.#position);
    } finally {
      closeSync(descriptor);
    }
    const lines = `${this.#rest}${this.#decoder.write(bytes)}`.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
