/**
 * What may be on its way into a gRPC server: how long a call may take to arrive, how many bytes calls may hold that have not arrived
 * whole, and how many calls a connection may give up. HTTP/2 alone lets a hundred streams a connection wait for their last byte for
 * ever; nghttp2 lets 1,000 calls be reset at once, and each costs what a call costs.
 *
 * Not for messages that are whole: their handlers count them.
 */
import { constants, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import type { ConnectionLimits } from '../connection_limits.ts';

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

/** A call that has not arrived whole. */
export interface Arrival {
  readonly stream: ServerHttp2Stream;
  readonly lease: ReadingLease;
  /** Looks of the sweep that it was there for. */
  looks: number;
  isCut: boolean;
}

export class ArrivalGuard {
  private readonly options: GrpcGuardOptions;
  private readonly mostLooks: number;
  private readonly arriving = new Set<Arrival>();
  /** The resets of each connection that made some lately. */
  private readonly resets = new Map<Http2Session, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(options: GrpcGuardOptions) {
    this.options = options;
    this.mostLooks = Math.max(1, Math.ceil(options.requestTimeoutMs / CHECK_MS));
  }

  start(): void {
    this.timer = setInterval(() => this.look(), CHECK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Of a call whose headers have come. Whoever began it ends it. */
  begin(stream: ServerHttp2Stream, address: string): Arrival {
    const arrival = { stream, lease: this.options.lease(address), looks: 0, isCut: false };
    this.arriving.add(arrival);
    return arrival;
  }

  /** False where the call was cut off for want of room. */
  grow(arrival: Arrival, bytes: number): boolean {
    if (arrival.isCut) return false;
    if (arrival.lease.grow(bytes)) return true;
    // To clients this is UNAVAILABLE, which they try again.
    this.cut(arrival, 'overloaded', constants.NGHTTP2_REFUSED_STREAM);
    return false;
  }

  /** It is whole, or there will be no more of it. */
  end(arrival: Arrival): void {
    if (this.arriving.delete(arrival)) arrival.lease.release();
  }

  /** A client gave up a call. */
  countReset(session: Http2Session): void {
    if (session.destroyed) return;
    const count = (this.resets.get(session) ?? 0) + 1;
    if (count <= RESET_BURST) {
      this.resets.set(session, count);
      return;
    }
    this.resets.delete(session);
    this.options.onCut('resets');
    session.destroy();
  }

  private cut(arrival: Arrival, reason: 'slow' | 'overloaded', code: number): void {
    this.options.onCut(reason);
    arrival.isCut = true;
    arrival.stream.close(code);
  }

  private look(): void {
    for (const arrival of this.arriving) {
      if (++arrival.looks <= this.mostLooks || arrival.isCut) continue;
      this.cut(arrival, 'slow', constants.NGHTTP2_CANCEL);
    }
    for (const [session, count] of this.resets) {
      if (count <= RESETS_PER_CHECK) this.resets.delete(session);
      else this.resets.set(session, count - RESETS_PER_CHECK);
    }
  }
}
