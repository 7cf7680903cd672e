/**
 * The one message of a unary request, out of the bytes of its stream:
 *
 *     Compressed-Flag (1 byte: 0 or 1), Message-Length (4 bytes, big-endian), Message
 *
 * What is wrong is said as soon as it is known: no more is kept than a message that may come.
 * Source: gRPC over HTTP2, "Length-Prefixed-Message" and "Message-Encoding".
 */
import { GRPC_STATUS, type GrpcRefusal } from './grpc_status.ts';
import { isCompression, type Compression } from './message_compression.ts';

export const PREFIX_BYTES = 5;

export interface Message {
  readonly bytes: Buffer;
  /** Null where the bytes are the message. */
  readonly compression: Compression | null;
}

export class MessageReader {
  private readonly maxBytes: number;
  private readonly encoding: string;
  private readonly chunks: Buffer[] = [];
  private received = 0;
  /** Of the message with its prefix; 0 until that is there. */
  private expected = 0;
  private compression: Compression | null = null;

  /** `encoding` is the call's grpc-encoding, `maxBytes` the most that a message may have. */
  constructor(maxBytes: number, encoding: string | undefined) {
    this.maxBytes = maxBytes;
    this.encoding = encoding ?? 'identity';
  }

  /** Null while all is well. The chunk is kept as it is. */
  take(chunk: Buffer): GrpcRefusal | null {
    this.chunks.push(chunk);
    this.received += chunk.length;
    if (this.expected === 0) {
      if (this.received < PREFIX_BYTES) return null;
      const refusal = this.readPrefix();
      if (refusal !== null) return refusal;
    }
    return this.received > this.expected ? wrongCount('more than one request message') : null;
  }

  /** Once the stream has ended. */
  end(): Message | GrpcRefusal {
    if (this.received === 0) return wrongCount('no request message');
    if (this.received < this.expected || this.expected === 0) {
      return { code: GRPC_STATUS.internal, message: 'the request ended before its message was whole' };
    }
    return { bytes: this.joined().subarray(PREFIX_BYTES), compression: this.compression };
  }

  private readPrefix(): GrpcRefusal | null {
    const bytes = this.joined();
    const flag = bytes.readUInt8(0);
    const length = bytes.readUInt32BE(1);
    if (length > this.maxBytes) {
      const message = `a message of ${length} bytes is larger than the ${this.maxBytes} that may be sent`;
      return { code: GRPC_STATUS.resourceExhausted, message };
    }
    this.expected = PREFIX_BYTES + length;
    return flag === 0 ? null : this.readCompression(flag);
  }

  private readCompression(flag: number): GrpcRefusal | null {
    if (flag !== 1) return { code: GRPC_STATUS.internal, message: 'the compressed flag is neither 0 nor 1' };
    if (this.encoding === 'identity') {
      return {
        code: GRPC_STATUS.internal,
        message: 'the message is compressed, and grpc-encoding says by nothing',
      };
    }
    if (!isCompression(this.encoding)) {
      const message = `messages compressed by ${this.encoding.slice(0, 40)} cannot be read`;
      return { code: GRPC_STATUS.unimplemented, message };
    }
    this.compression = this.encoding;
    return null;
  }

  private joined(): Buffer {
    const [first] = this.chunks;
    return this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks);
  }
}

/** The code that gRPC has for requests which are not of exactly one message. */
function wrongCount(what: string): GrpcRefusal {
  return { code: GRPC_STATUS.unimplemented, message: `the method takes one message: there was ${what}` };
}
