/**
 * What grpc-js leaves open on its HTTP/2 servers: how many connections there may be, how long a call may take to arrive, how
 * many bytes calls may hold that have not arrived whole, and how many calls a connection may give up. grpc-js buffers a message
 * until its last byte, for each of a hundred streams a connection, for ever; nghttp2 lets 1,000 calls be reset at once, and each
 * costs what a call costs.
 *
 * Not for messages that are whole: their handlers count them. grpc-js shows its servers to nobody, so they are taken from where it
 * keeps them; the version is pinned, and start fails where they are elsewhere.
 */
import { constants, type Http2Server, type Http2Session, type ServerHttp2Stream } from 'node:http2';
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
  /** A call was cut off while it arrived, or a connection for its resets. */
  readonly onCut: (reason: 'slow' | 'overloaded' | 'resets') => void;
}

const CHECK_MS = 1_000;

/**
 * Calls that a connection may reset at once, and each second: an exporter gives up no more than the few it has under way. A client that gives
 * up more, and has to connect anew, loses nothing.
 */
const RESET_BURST = 50;
const RESETS_PER_CHECK = 20;

interface Arriving {
  readonly stream: ServerHttp2Stream;
  readonly lease: ReadingLease;
  /** Looks of the sweep that it was there for. */
  looks: number;
  isCut: boolean;
}

/** The resets of each connection that made some lately. */
type Resets = Map<Http2Session, number>;

/** Of a server that is bound. Returns what ends the watch. */
export function guardGrpc(server: GrpcServer, options: GrpcGuardOptions): () => void {
  const arriving = new Set<Arriving>();
  const resets: Resets = new Map();
  for (const http2Server of http2ServersOf(server)) {
    limitConnections(http2Server, options.listener, options.connections);
    http2Server.on('stream', (stream) => watch(stream, arriving, resets, options));
  }
  const mostLooks = Math.max(1, Math.ceil(options.requestTimeoutMs / CHECK_MS));
  const timer = setInterval(() => {
    for (const call of arriving) {
      if (++call.looks <= mostLooks) continue;
      cut(call, 'slow', constants.NGHTTP2_CANCEL, options);
    }
    for (const [session, count] of resets) {
      if (count <= RESETS_PER_CHECK) resets.delete(session);
      else resets.set(session, count - RESETS_PER_CHECK);
    }
  }, CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function cut(call: Arriving, reason: 'slow' | 'overloaded', code: number, options: GrpcGuardOptions): void {
  options.onCut(reason);
  call.isCut = true;
  call.stream.close(code);
}

function watch(
  stream: ServerHttp2Stream,
  arriving: Set<Arriving>,
  resets: Resets,
  options: GrpcGuardOptions,
): void {
  const address = stream.session?.socket.remoteAddress ?? '';
  const call: Arriving = { stream, lease: options.lease(address), looks: 0, isCut: false };
  arriving.add(call);
  const arrived = (): void => {
    if (!arriving.delete(call)) return;
    call.lease.release();
    stream.off('data', onData);
  };
  const onData = (chunk: Buffer): void => {
    if (call.lease.grow(chunk.length)) return;
    // To clients this is UNAVAILABLE, which they try again.
    cut(call, 'overloaded', constants.NGHTTP2_REFUSED_STREAM, options);
  };
  stream.on('data', onData);
  stream.once('end', arrived);
  const { session } = stream;
  stream.once('close', () => {
    arrived();
    const isReset = stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR;
    if (isReset && !call.isCut) countReset(session, resets, options);
  });
}

function countReset(session: Http2Session | undefined, resets: Resets, options: GrpcGuardOptions): void {
  if (session === undefined || session.destroyed) return;
  const count = (resets.get(session) ?? 0) + 1;
  if (count <= RESET_BURST) {
    resets.set(session, count);
    return;
  }
  resets.delete(session);
  options.onCut('resets');
  session.destroy();
}

function http2ServersOf(server: GrpcServer): Http2Server[] {
  const { http2Servers } = server as unknown as { readonly http2Servers?: ReadonlyMap<Http2Server, unknown> };
  if (http2Servers === undefined || http2Servers.size === 0)
    throw new Error('grpc-js keeps its servers elsewhere');
  return [...http2Servers.keys()];
}
