/**
 * A call as its stream has it: what it says of its caller, whether that is still there, and its one answer. What comes after the
 * answer, or to a client that has left, is nobody's.
 */
import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { PeerSubject } from '../auth/certificate_subject.ts';
import type { GrpcConnection } from './grpc_connection.ts';
import type { GrpcCall } from './grpc_method.ts';
import { OK_TRAILERS, trailersOf, type GrpcRefusal } from './grpc_status.ts';
import { ACCEPTED_ENCODINGS } from './message_compression.ts';
import { PREFIX_BYTES } from './message_reader.ts';

const ANSWER_HEADERS: OutgoingHttpHeaders = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-accept-encoding': ACCEPTED_ENCODINGS,
};
/** As a list Node need not copy them for each answer. */
const RAW_ANSWER_HEADERS = Object.entries(ANSWER_HEADERS).flat().map(String);
const WITH_TRAILERS = { waitForTrailers: true, sendDate: false };
const HEADERS_ONLY = { endStream: true, sendDate: false };

export class IncomingCall implements GrpcCall {
  readonly stream: ServerHttp2Stream;
  private readonly headers: IncomingHttpHeaders;
  private readonly connection: GrpcConnection;
  /** Answered, or without anybody to answer to. */
  private over = false;
  private hasLeft = false;
  /** Made for who asks: most do not, and an abort makes an error with its stack. */
  private left: AbortController | null = null;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, connection: GrpcConnection) {
    this.stream = stream;
    this.headers = headers;
    this.connection = connection;
  }

  get visit(): object {
    return this;
  }

  get address(): string {
    return this.connection.address;
  }

  get subject(): PeerSubject | null {
    return this.connection.subject;
  }

  get isOver(): boolean {
    return this.over || this.stream.closed || this.stream.destroyed;
  }

  get signal(): AbortSignal {
    if (this.left === null) {
      this.left = new AbortController();
      if (this.hasLeft || (!this.over && this.isOver)) this.left.abort();
    }
    return this.left.signal;
  }

  header(name: string): string | undefined {
    const value = this.headers[name];
    return typeof value === 'string' ? value : value?.[0];
  }

  /** Its stream is closed, for whatever reason. */
  leave(): void {
    if (this.over) return;
    this.over = this.hasLeft = true;
    this.left?.abort();
  }

  /** Its client waits no longer. */
  expire(refusal: GrpcRefusal): void {
    if (this.isOver) return;
    this.refuse(refusal);
    this.hasLeft = true;
    this.left?.abort();
  }

  answer(messages: readonly Uint8Array[]): void {
    if (this.isOver) return;
    this.over = true;
    const { stream } = this;
    stream.on('wantTrailers', sendOk);
    stream.respond(RAW_ANSWER_HEADERS, WITH_TRAILERS);
    const last = messages.length - 1;
    for (let index = 0; index < last; index++) stream.write(framed(messages[index]));
    if (last < 0) stream.end();
    else stream.end(framed(messages[last]));
  }

  /** With headers that are the trailers as well. */
  refuse(refusal: GrpcRefusal): void {
    this.respond({ ...ANSWER_HEADERS, ...trailersOf(refusal) });
  }

  /** For what is no gRPC, in the words of HTTP. */
  refuseHttp(status: number, headers: OutgoingHttpHeaders = {}): void {
    this.respond({ ':status': status, ...headers });
  }

  private respond(headers: OutgoingHttpHeaders): void {
    if (this.isOver) return;
    this.over = true;
    this.stream.respond(headers, HEADERS_ONLY);
    // Nobody reads on, and the client need not send the rest: to no error, so that it takes the answer.
    if (!this.stream.readableEnded) this.stream.close(constants.NGHTTP2_NO_ERROR);
  }
}

function sendOk(this: ServerHttp2Stream): void {
  this.sendTrailers(OK_TRAILERS);
}

/** That of OTLP's full success, among others. */
const EMPTY = Buffer.alloc(PREFIX_BYTES);

function framed(message: Uint8Array = EMPTY): Buffer {
  if (message.length === 0) return EMPTY;
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}
