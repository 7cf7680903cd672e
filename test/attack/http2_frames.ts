/** Frames of HTTP/2 as an attacker writes them: well-formed one by one, senseless together. Headers are literals, never compressed. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const TYPES = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, continuation: 9 } as const;
export const END_STREAM = 0x01;
export const END_HEADERS = 0x04;

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export function frame(type: keyof typeof TYPES, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(TYPES[type], 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Literal header fields without indexing (RFC 7541, 6.2.2); values of less than 127 bytes. */
export function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(headers).flatMap(([name, value]) => [
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
  return Buffer.concat(parts);
}

export const callHeaders = (token: string): Buffer =>
  headerBlock({
    ':method': 'POST',
    ':scheme': 'http',
    ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    ':authority': 'a',
    authorization: `Bearer ${token}`,
    'content-type': 'application/grpc',
    te: 'trailers',
  });

/** A connection with the preface sent. What comes is thrown away, and its end is no error. */
export async function openHttp2(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  socket.resume();
  socket.write(Buffer.concat([PREFACE, frame('settings', 0, 0, new Uint8Array(0))]));
  return socket;
}
