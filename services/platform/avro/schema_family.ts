/**
 * One Avro schema through time: written as it is today, read as it is today or was before.
 *
 * A record is known by the fingerprint of its writer's schema: SHA-256 of the canonical form, in hex, so that documentation
 * and defaults may change without it. Not for what the fields mean (codec.ts).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import avsc from 'avsc';
import type { Schema, Type } from 'avsc';
import { AvroBounds } from './avro_bounds.ts';
import type { AvroSchema } from './avro_bounds.ts';
import { AvroDecodeError, UnknownSchemaError } from './avro_errors.ts';

type Resolver = ReturnType<Type['createResolver']>;

interface Writer {
  readonly bounds: AvroBounds;
  readonly resolver: Resolver;
}

export class SchemaFamily {
  /** Of today's schema. */
  readonly fingerprint: string;
  private readonly type: Type;
  private readonly writers = new Map<string, Writer>();

  /** Schemas as parsed JSON. Throws where today's cannot read what a previous one has written. */
  constructor(today: AvroSchema, previous: readonly AvroSchema[]) {
    this.type = avsc.Type.forSchema(today as Schema);
    this.fingerprint = fingerprintOf(this.type);
    for (const schema of [today, ...previous]) {
      const writer = avsc.Type.forSchema(schema as Schema);
      this.writers.set(fingerprintOf(writer), {
        bounds: new AvroBounds(schema),
        resolver: this.type.createResolver(writer),
      });
    }
  }

  knows(fingerprint: string): boolean {
    return this.writers.has(fingerprint);
  }

  encode(value: unknown): Buffer {
    return this.type.toBuffer(value);
  }

  /** Throws UnknownSchemaError, AvroDecodeError. */
  decode(bytes: Buffer, fingerprint: string): unknown {
    const writer = this.writers.get(fingerprint);
    if (writer === undefined) throw new UnknownSchemaError(`no schema with the fingerprint ${fingerprint}`);
    writer.bounds.check(bytes);
    try {
      return this.type.fromBuffer(bytes, writer.resolver) as unknown;
    } catch (error) {
      throw new AvroDecodeError('bytes that do not fit their schema', { cause: error });
    }
  }
}

/** The family of `folder/name.avsc`, with the schemas of the same record type in `folder/previous`. */
export function readSchemaFamily(folder: string, name: string): SchemaFamily {
  const today = readSchema(join(folder, `${name}.avsc`));
  const previous = readdirSync(join(folder, 'previous'))
    .filter((file) => file.endsWith('.avsc'))
    .sort()
    .map((file) => readSchema(join(folder, 'previous', file)));
  return new SchemaFamily(
    today,
    previous.filter((schema) => recordName(schema) === recordName(today)),
  );
}

function readSchema(path: string): AvroSchema {
  return JSON.parse(readFileSync(path, 'utf8')) as AvroSchema;
}

function recordName(schema: AvroSchema): unknown {
  return typeof schema === 'object' && !Array.isArray(schema) ? schema['name'] : schema;
}

function fingerprintOf(type: Type): string {
  return type.fingerprint('sha256').toString('hex');
}
