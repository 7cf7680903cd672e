/**
 * Checks that bytes are a value of a schema before they are decoded.
 *
 *     long, int   zigzag varint          string, bytes  length, then that many bytes
 *     double 8    float 4    boolean 1   array, map     blocks of count (negative: and its size in bytes), ended by 0
 *     record      its fields in order    fixed          its size
 *
 * avsc makes room for as many items as an array claims and reads on past the end, so that ten bytes can hold up a process for
 * minutes. Here every count and length is held against what is left. Only the types that our schemas use are known.
 */
import { AvroDecodeError } from './avro_errors.ts';

/** A schema as parsed JSON. */
export type AvroSchema =
  string | AvroSchema[] | { readonly type: AvroSchema; readonly [key: string]: unknown };

const MAX_VARINT_BYTES = 10;

/** Throws AvroDecodeError where `bytes` are not one value of `schema`, all of them and no more. */
export function checkBounds(schema: AvroSchema, bytes: Uint8Array): void {
  const walk = new Walk(bytes);
  walk.value(schema);
  if (walk.left > 0) throw new AvroDecodeError(`${walk.left} bytes behind the value`);
}

class Walk {
  private readonly bytes: Uint8Array;
  private pos = 0;
  /** Types that the schema has named so far, to be referred to by name. */
  private readonly named = new Map<string, AvroSchema>();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.pos;
  }

  value(schema: AvroSchema): void {
    if (typeof schema === 'string') this.primitive(schema);
    else if (Array.isArray(schema)) throw new AvroDecodeError('unions are not known here');
    else this.complex(schema);
  }

  private primitive(name: string): void {
    switch (name) {
      case 'long':
      case 'int':
        this.long();
        return;
      case 'double':
        this.skip(8);
        return;
      case 'string':
      case 'bytes':
        this.skip(this.long());
        return;
      default: {
        const schema = this.named.get(name);
        if (schema === undefined) throw new AvroDecodeError(`type ${name} is not known here`);
        this.value(schema);
      }
    }
  }

  private complex(schema: Exclude<AvroSchema, string | AvroSchema[]>): void {
    const { name } = schema;
    if (typeof name === 'string') this.named.set(name, schema);
    switch (schema.type) {
      case 'record':
        for (const field of schema['fields'] as { readonly type: AvroSchema }[]) this.value(field.type);
        return;
      case 'fixed':
        this.skip(schema['size'] as number);
        return;
      case 'array':
        this.blocks(() => this.value(schema['items'] as AvroSchema));
        return;
      case 'map':
        this.blocks(() => {
          this.primitive('string');
          this.value(schema['values'] as AvroSchema);
        });
        return;
      default:
        this.value(schema.type);
    }
  }

  private blocks(item: () => void): void {
    for (let count = this.long(); count !== 0; count = this.long()) {
      if (count < 0) this.long();
      const items = Math.abs(count);
      if (items > this.left) throw new AvroDecodeError(`${items} items in ${this.left} bytes`);
      for (let i = 0; i < items; i++) item();
    }
  }

  private long(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.bytes[this.pos];
      if (byte === undefined) throw new AvroDecodeError('the value ends too early');
      this.pos++;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 0x80;
    }
    throw new AvroDecodeError('a number of more than ten bytes');
  }

  private skip(length: number): void {
    if (length < 0 || length > this.left)
      throw new AvroDecodeError(`${length} bytes where ${this.left} are left`);
    this.pos += length;
  }
}
