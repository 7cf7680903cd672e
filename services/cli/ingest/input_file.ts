/** A file of spans, or standard input, as pieces that are plain: gzip and zstd are undone where their magic bytes stand first. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { CliError } from '../context.ts';
import { HEAD_BYTES } from './detect_format.ts';

export const STANDARD_INPUT = '-';

export interface InputFile {
  readonly name: string;
  /** On disk; null where nobody knows it before. */
  readonly bytes: number | null;
}

export interface OpenInput {
  /** Of the beginning, as much as the format is told by. */
  readonly head: Buffer;
  /** All of it, the beginning included. */
  readonly chunks: AsyncIterable<Buffer>;
}

const CHUNK_BYTES = 256 * 1024;
const MAGIC_BYTES = 4;

/** Throws CliError where it is not there, or no file. */
export async function lookUp(name: string): Promise<InputFile> {
  if (name === STANDARD_INPUT) return { name: 'standard input', bytes: null };
  try {
    const found = await stat(name);
    if (found.isDirectory()) throw new CliError([`${name} is a directory`]);
    return { name, bytes: found.isFile() ? found.size : null };
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError([problemOf(name, cause)], { cause });
  }
}

/** `onRead`: bytes taken from the disk. Throws CliError, also while the chunks are read. */
export async function openInput(
  name: string,
  standardInput: Readable,
  onRead: (bytes: number) => void,
): Promise<OpenInput> {
  const isStandard = name === STANDARD_INPUT;
  const raw = isStandard ? standardInput : createReadStream(name, { highWaterMark: CHUNK_BYTES });
  const shown = isStandard ? 'standard input' : name;
  const counted = peekable(counting(raw, onRead));
  const plain = peekable(told(shown, decompressed(counted, await told(shown, counted.peek(MAGIC_BYTES)))));
  return { head: await plain.peek(HEAD_BYTES), chunks: plain };
}

interface Peekable extends AsyncIterable<Buffer> {
  /** The first bytes, at least so many where there are as many. Before anything else is read. */
  peek(bytes: number): Promise<Buffer>;
}

function peekable(source: AsyncIterable<Buffer>): Peekable {
  const iterator = source[Symbol.asyncIterator]();
  const waiting: Buffer[] = [];
  return {
    peek: async (bytes) => {
      for (let have = 0; have < bytes;) {
        const next = await iterator.next();
        if (next.done === true) break;
        waiting.push(next.value);
        have += next.value.length;
      }
      return Buffer.concat(waiting);
    },
    async *[Symbol.asyncIterator]() {
      yield* waiting.splice(0);
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield next.value;
    },
  };
}

async function* counting(
  raw: AsyncIterable<unknown>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of raw) {
    const bytes = chunk as Buffer;
    onRead(bytes.length);
    yield bytes;
  }
}

function decompressed(source: AsyncIterable<Buffer>, magic: Buffer): AsyncIterable<Buffer> {
  const isGzip = magic[0] === 0x1f && magic[1] === 0x8b;
  const isZstd = magic.length >= MAGIC_BYTES && magic.readUInt32LE(0) === 0xfd2fb528;
  if (!isGzip && !isZstd) return source;
  const inflate = isGzip
    ? createGunzip({ chunkSize: CHUNK_BYTES })
    : createZstdDecompress({ chunkSize: CHUNK_BYTES });
  const from = Readable.from(source, { objectMode: false });
  from.on('error', (error) => inflate.destroy(error));
  return from.pipe(inflate) as AsyncIterable<Buffer>;
}

function told(name: string, source: Promise<Buffer>): Promise<Buffer>;
function told(name: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer>;
function told(name: string, source: Promise<Buffer> | AsyncIterable<Buffer>) {
  if (source instanceof Promise) {
    return source.catch((cause: unknown) => {
      throw new CliError([problemOf(name, cause)], { cause });
    });
  }
  return (async function* () {
    try {
      yield* source;
    } catch (cause) {
      throw cause instanceof CliError ? cause : new CliError([problemOf(name, cause)], { cause });
    }
  })();
}

const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'it may not be read'],
  ['EISDIR', 'it is a directory'],
  ['Z_BUF_ERROR', 'its compressed data end too soon'],
  ['Z_DATA_ERROR', 'its compressed data are damaged'],
]);

function problemOf(name: string, cause: unknown): string {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return `${name}: ${PROBLEMS.get(code) ?? message}`;
}
