/**
 * What grpc-js leaves open on its HTTP/2 servers: how many connections there may be, how long a call may take to arrive, and how
 * many bytes calls may hold that have not arrived whole. grpc-js buffers a message until its last byte, for each of a hundred
 * streams a connection, for ever.
 *
 * Not for messages that are whole: their handlers count them. grpc-js shows its servers to nobody, so they are taken from where it
 * keeps them; the version is pinned, and start fails where they are elsewhere.
 */
import { constants, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { Server as GrpcServer } from '@grpc/grpc-js';
import { limitConnections, type ConnectionLimits } from './connection_limits.ts';

/** A share of what all calls under way may hold; see the collector's InFlight. */
export interface ReadingLease {
  grow(bytes: number): boolean;
  release(): void;
}

export interface GrpcGuardOptions {
  /** Its name in metrics. */
  readonly listener: string;
  readonly connections: ConnectionLimits;
  /** A call must have arrived whole within this time. */
  readonly requestTimeoutMs: number;
  /** One for each call that is arriving, by the address that it comes from. */
  readonly lease: (address: string) => ReadingLease;
  /** A call was cut off while it arrived. */
  readonly onCut: (reason: 'slow' | 'overloaded') => void;
}

const CHECK_MS = 1_000;

interface Arriving {
  readonly stream: ServerHttp2Stream;
  readonly lease: ReadingLease;
  /** Looks of the sweep that it was there for. */
  looks: number;
}

/** Of a server that is bound. Returns what ends the watch. */
export function guardGrpc(server: GrpcServer, options: GrpcGuardOptions): () => void {
  const arriving = new Set<Arriving>();
  for (const http2Server of http2ServersOf(server)) {
    limitConnections(http2Server, options.listener, options.connections);
    http2Server.on('stream', (stream) => watch(stream, arriving, options));
  }
  const mostLooks = Math.max(1, Math.ceil(options.requestTimeoutMs / CHECK_MS));
  const timer = setInterval(() => {
    for (const call of arriving) {
      if (++call.looks <= mostLooks) continue;
      options.onCut('slow');
      call.stream.close(constants.NGHTTP2_CANCEL);
    }
  }, CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function watch(stream: ServerHttp2Stream, arriving: Set<Arriving>, options: GrpcGuardOptions): void {
  const address = stream.session?.socket.remoteAddress ?? '';
  const call: Arriving = { stream, lease: options.lease(address), looks: 0 };
  arriving.add(call);
  const arrived = (): void => {
    if (!arriving.delete(call)) return;
    call.lease.release();
    stream.off('data', onData);
  };
  const onData = (chunk: Buffer): void => {
    if (call.lease.grow(chunk.length)) return;
    options.onCut('overloaded');
    // To clients this is UNAVAILABLE, which they try again.
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
  };
  stream.on('data', onData);
  stream.once('end', arrived);
  stream.once('close', arrived);
}

function http2ServersOf(server: GrpcServer): Http2Server[] {
  const { http2Servers } = server as unknown as { readonly http2Servers?: ReadonlyMap<Http2Server, unknown> };
  if (http2Servers === undefined || http2Servers.size === 0)
    throw new Error('grpc-js keeps its servers elsewhere');
  return [...http2Servers.keys()];
}
