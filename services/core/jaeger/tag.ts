/** A tag of Jaeger's: a key and a value of one of five types. One object is read into again and again. */
import type { AttributeValue } from '../otlp/span_writer.ts';

export type TagType = 'string' | 'bool' | 'int64' | 'float64' | 'binary';

export class Tag {
  key = '';
  /** The number on the wire; thrift and protobuf number the types differently. */
  type = 0;
  text = '';
  bool = false;
  int64 = 0n;
  float64 = 0;
  binary: Uint8Array = NO_BYTES;
}

const NO_BYTES = new Uint8Array();

export function resetTag(tag: Tag): void {
  tag.key = '';
  tag.type = 0;
  tag.text = '';
  tag.bool = false;
  tag.int64 = 0n;
  tag.float64 = 0;
  tag.binary = NO_BYTES;
}

/** The value that the type says, whatever others are there. `types` has the types by their numbers on the wire. */
export function tagValue(tag: Tag, types: readonly TagType[]): AttributeValue {
  switch (types[tag.type]) {
    case 'string':
      return tag.text;
    case 'bool':
      return tag.bool;
    case 'int64':
      return tag.int64;
    case 'float64':
      return tag.float64;
    case 'binary':
      return tag.binary;
    default:
      return `<unknown Jaeger tag type ${tag.type}>`;
  }
}
