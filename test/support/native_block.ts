/** Reads blocks of ClickHouse's Native format, of the types that our tables have. Written apart from the writer, from its page of layouts. */

export type NativeBlock = ReadonlyMap<string, readonly unknown[]>;

/** Columns by name. 64-bit integers are numbers here. */
export function readNativeBlock(bytes: Buffer): NativeBlock {
  const reader = new Reader(bytes);
  const columns = reader.varint();
  const rows = reader.varint();
  const block = new Map<string, unknown[]>();
  for (let i = 0; i < columns; i++) {
    const name = reader.string();
    const type = parseType(reader.string());
    if (rows > 0) readPrefix(reader, type);
    block.set(name, rows > 0 ? readData(reader, type, rows) : []);
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
      const byte = this.buf.readUInt8(this.pos++);
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
    const at = this.pos;
    this.pos += 8;
    return this.buf.readUInt32LE(at) + this.buf.readUInt32LE(at + 4) * 0x1_0000_0000;
  }
}

function readPrefix(reader: Reader, { name, inner }: NativeType): void {
  if (name === 'LowCardinality') reader.uint64();
  else for (const type of inner) readPrefix(reader, type);
}

function readData(reader: Reader, type: NativeType, rows: number): unknown[] {
  const [first, second] = type.inner;
  if (type.name === 'Tuple') {
    const elements = type.inner.map((element) => readData(reader, element, rows));
    return Array.from({ length: rows }, (_, row) => elements.map((element) => element[row]));
  }
  if (first === undefined) return Array.from({ length: rows }, () => readScalar(reader, type.name));
  if (type.name === 'LowCardinality') return readLowCardinality(reader, rows);
  const ends = Array.from({ length: rows }, () => reader.uint64());
  const elements = ends.at(-1) ?? 0;
  const keys = readData(reader, first, elements);
  const values = second === undefined ? null : readData(reader, second, elements);
  const items = values === null ? keys : keys.map((key, i) => [key, values[i]]);
  return ends.map((end, row) => items.slice(row === 0 ? 0 : ends[row - 1], end));
}

function readLowCardinality(reader: Reader, rows: number): unknown[] {
  if (rows === 0) return [];
  const width = 1 << (reader.uint64() & 0xff);
  const keys = Array.from({ length: reader.uint64() }, () => reader.string());
  const count = reader.uint64();
  return Array.from({ length: count }, () => {
    const at = reader.pos;
    reader.pos += width;
    return keys[reader.buf.readUIntLE(at, width)];
  });
}

function readScalar(reader: Reader, type: string): unknown {
  if (type === 'String') return reader.string();
  if (['UInt64', 'Int64', 'DateTime64'].includes(type)) return reader.uint64();
  const at = reader.pos;
  switch (type) {
    case 'Float64':
      reader.pos += 8;
      return reader.buf.readDoubleLE(at);
    case 'UInt32':
    case 'DateTime':
      reader.pos += 4;
      return reader.buf.readUInt32LE(at);
    case 'UInt16':
      reader.pos += 2;
      return reader.buf.readUInt16LE(at);
    case 'Int16':
      reader.pos += 2;
      return reader.buf.readInt16LE(at);
    case 'UInt8':
      reader.pos += 1;
      return reader.buf.readUInt8(at);
    default:
      throw new Error(`no reader for ${type}`);
  }
}
