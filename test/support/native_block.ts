/** Reads blocks of ClickHouse's Native format, of the types that our tables have. Written apart from the writer, from its page of layouts. */

export type NativeBlock = ReadonlyMap<string, readonly unknown[]>;

/** Columns by name, all or the `wanted` ones; the others are walked over. 64-bit integers are numbers here. */
export function readNativeBlock(bytes: Buffer, wanted: ReadonlySet<string> | null = null): NativeBlock {
  const reader = new Reader(bytes);
  const columns = reader.varint();
  const rows = reader.varint();
  const block = new Map<string, unknown[]>();
  for (let i = 0; i < columns; i++) {
    const name = reader.string();
    const type = parseType(reader.string());
    if (rows > 0) readPrefix(reader, type);
    if (wanted?.has(name) === false) skipData(reader, type, rows);
    else block.set(name, rows > 0 ? readData(reader, type, rows) : []);
  }
  if (reader.pos !== bytes.length) throw new Error(`${bytes.length - reader.pos} bytes behind the block`);
  return block;
}

interface NativeType {
  readonly name: string;
  readonly inner: readonly NativeType[];
}

const parsed = new Map<string, NativeType>();

function parseType(text: string): NativeType {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const open = text.indexOf('(');
  const name = open === -1 ? text : text.slice(0, open);
  const isNested = ['LowCardinality', 'Array', 'Map', 'Tuple'].includes(name);
  const parts = isNested ? splitTopLevel(text.slice(open + 1, -1)) : [];
  // Elements of a tuple stand behind their names.
  const types = name === 'Tuple' ? parts.map((part) => part.slice(part.indexOf(' ') + 1)) : parts;
  const type = { name, inner: types.map(parseType) };
  parsed.set(text, type);
  return type;
}

function splitTopLevel(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts.push((parts.pop() ?? '') + character);
  }
  return parts.map((part) => part.trim());
}

class Reader {
  pos = 0;
  readonly buf: Buffer;

  constructor(buf: Buffer) {
    this.buf = buf;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.buf[this.pos++];
      if (byte === undefined) throw new Error('the block ends too early');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  string(): string {
    const length = this.varint();
    const start = this.pos;
    this.pos += length;
    return this.buf.toString('utf8', start, this.pos);
  }

  uint64(): number {
    this.pos += 8;
    return wide.read(this.buf, this.pos - 8);
  }
}

function readPrefix(reader: Reader, { name, inner }: NativeType): void {
  if (name === 'LowCardinality') reader.uint64();
  else for (const type of inner) readPrefix(reader, type);
}

/** The `count` values that `read` gives one after the other. */
function times<T>(count: number, read: () => T): T[] {
  const values: T[] = [];
  for (let i = 0; i < count; i++) values.push(read());
  return values;
}

function readData(reader: Reader, type: NativeType, rows: number): unknown[] {
  const [first, second] = type.inner;
  if (type.name === 'Tuple') {
    const elements = type.inner.map((element) => readData(reader, element, rows));
    return Array.from({ length: rows }, (_, row) => elements.map((element) => element[row]));
  }
  if (first === undefined) return readScalars(reader, type.name, rows);
  if (type.name === 'LowCardinality') return readLowCardinality(reader, rows);
  const ends = times(rows, () => reader.uint64());
  const elements = ends.at(-1) ?? 0;
  const keys = readData(reader, first, elements);
  const values = second === undefined ? null : readData(reader, second, elements);
  const items = values === null ? keys : keys.map((key, i) => [key, values[i]]);
  return ends.map((end, row) => items.slice(row === 0 ? 0 : ends[row - 1], end));
}

function readLowCardinality(reader: Reader, rows: number): unknown[] {
  if (rows === 0) return [];
  const width = 1 << (reader.uint64() & 0xff);
  const keys = times(reader.uint64(), () => reader.string());
  return times(reader.uint64(), () => {
    const at = reader.pos;
    reader.pos += width;
    return keys[reader.buf.readUIntLE(at, width)];
  });
}

function skipData(reader: Reader, type: NativeType, rows: number): void {
  if (rows === 0) return;
  const [first] = type.inner;
  if (first === undefined) skipScalars(reader, type.name, rows);
  else if (type.name === 'Tuple') for (const element of type.inner) skipData(reader, element, rows);
  else if (type.name === 'LowCardinality') {
    const width = 1 << (reader.uint64() & 0xff);
    skipScalars(reader, 'String', reader.uint64());
    const count = reader.uint64();
    reader.pos += count * width;
  } else {
    reader.pos += 8 * (rows - 1);
    const elements = reader.uint64();
    for (const element of type.inner) skipData(reader, element, elements);
  }
}

function skipScalars(reader: Reader, type: string, count: number): void {
  if (type === 'String') {
    for (let i = 0; i < count; i++) {
      const length = reader.varint();
      reader.pos += length;
    }
  } else reader.pos += count * scalarOf(type).bytes;
}

interface Scalar {
  readonly bytes: number;
  readonly read: (buf: Buffer, at: number) => number;
}

const wide: Scalar = {
  bytes: 8,
  read: (buf, at) => buf.readUInt32LE(at) + buf.readUInt32LE(at + 4) * 0x1_0000_0000,
};
const uint32: Scalar = { bytes: 4, read: (buf, at) => buf.readUInt32LE(at) };
const SCALARS = new Map<string, Scalar>([
  ['UInt64', wide],
  ['Int64', wide],
  ['DateTime64', wide],
  ['Float64', { bytes: 8, read: (buf, at) => buf.readDoubleLE(at) }],
  ['UInt32', uint32],
  ['DateTime', uint32],
  ['UInt16', { bytes: 2, read: (buf, at) => buf.readUInt16LE(at) }],
  ['Int16', { bytes: 2, read: (buf, at) => buf.readInt16LE(at) }],
  ['UInt8', { bytes: 1, read: (buf, at) => buf.readUInt8(at) }],
]);

function scalarOf(type: string): Scalar {
  const scalar = SCALARS.get(type);
  if (scalar === undefined) throw new Error(`no reader for ${type}`);
  return scalar;
}

function readScalars(reader: Reader, type: string, count: number): unknown[] {
  if (type === 'String') return times(count, () => reader.string());
  const { bytes, read } = scalarOf(type);
  return times(count, () => {
    reader.pos += bytes;
    return read(reader.buf, reader.pos - bytes);
  });
}
