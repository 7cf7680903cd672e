/** The bytes are no value of the schema they were said to have. Trying again is of no use. */
export class AvroDecodeError extends Error {
  override name = 'AvroDecodeError';
}

/** Written with a schema that is neither today's nor among those kept in proto/avro/previous. */
export class UnknownSchemaError extends Error {
  override name = 'UnknownSchemaError';
}
