/**
 * Checks that bytes are a value of a schema before they are decoded.
 *
 *     long, int   zigzag varint          string, bytes  length, then that many bytes
 *     double      8 bytes                array, map     blocks of count (negative: and its size in bytes), ended by 0
 *     record      its fields in order    fixed          its size
 *
 * avsc makes room for as many items as an array claims and reads on past the end, so that ten bytes can hold up a process for
 * minutes. Here every count and length is held against what is left. Only the types that our schemas use are known.
 */
import { AvroDecodeError } from './avro_errors.ts';

/** A schema as parsed JSON. */
export type AvroSchema = string | AvroSchema[] | ComplexSchema;

interface ComplexSchema {
  readonly type: AvroSchema;
  readonly [key: string]: unknown;
}

const MAX_VARINT_BYTES = 10;
const PRIMITIVES: ReadonlySet<unknown> = new Set(['long', 'int', 'double', 'string', 'bytes']);
const COMPLEX: ReadonlySet<unknown> = new Set(['record', 'fixed', 'array', 'map']);

type NamedSchemas = ReadonlyMap<string, AvroSchema>;

/** Values of one schema. */
export class AvroBounds {
  private readonly schema: AvroSchema;
  private readonly named = new Map<string, AvroSchema>();

  /** Throws where the schema has a type that is not known here. */
  constructor(schema: AvroSchema) {
    this.schema = schema;
    collectNamed(schema, this.named);
  }

  /** Throws AvroDecodeError where `bytes` are not one value of the schema, all of them and no more. */
  check(bytes: Uint8Array): void {
    const walk = new Walk(bytes, this.named);
    walk.value(this.schema);
    if (walk.left > 0) throw new AvroDecodeError(`${walk.left} bytes behind the value`);
  }
}

/** A type is defined where it stands first and goes by its name from there on, whether or not a value has that part. */
function collectNamed(schema: AvroSchema, named: Map<string, AvroSchema>): void {
  if (typeof schema === 'string') {
    if (!PRIMITIVES.has(schema) && !named.has(schema))
      throw new Error(`Avro type ${schema} is not known here`);
    return;
  }
  if (Array.isArray(schema)) throw new Error('Avro unions are not known here');
  const { name } = schema;
  if (typeof name === 'string') named.set(name, schema);
  for (const field of fieldsOf(schema)) collectNamed(field.type, named);
  const inner = [COMPLEX.has(schema.type) ? undefined : schema.type, schema['items'], schema['values']];
  for (const part of inner) if (part !== undefined) collectNamed(part as AvroSchema, named);
}

function fieldsOf(schema: ComplexSchema): readonly { readonly type: AvroSchema }[] {
  return (schema['fields'] ?? []) as readonly { readonly type: AvroSchema }[];
}

class Walk {
  private readonly bytes: Uint8Array;
  private readonly named: NamedSchemas;
  private pos = 0;

  constructor(bytes: Uint8Array, named: NamedSchemas) {
    this.bytes = bytes;
    this.named = named;
  }

  get left(): number {
    return this.bytes.length - this.pos;
  }

  value(schema: AvroSchema): void {
    if (typeof schema === 'string') this.simple(schema);
    else if (!Array.isArray(schema)) this.complex(schema);
  }

  private simple(name: string): void {
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
      default:
        this.value(this.named.get(name) ?? []);
    }
  }

  private complex(schema: ComplexSchema): void {
    switch (schema.type) {
      case 'record':
        for (const field of fieldsOf(schema)) this.value(field.type);
        return;
      case 'fixed':
        this.skip(schema['size'] as number);
        return;
      case 'array':
        this.blocks(() => this.value(schema['items'] as AvroSchema));
        return;
      case 'map':
        this.blocks(() => {
          this.simple('string');
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
