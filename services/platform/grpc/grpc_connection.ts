/**
 * One connection of a gRPC server: who is at its other end, whether they still are, and whether they have any use for it. An end that is
 * gone without a word is found by pings; a connection that nobody calls on is closed.
 */
import type { ServerHttp2Session } from 'node:http2';
import { TLSSocket } from 'node:tls';
import type { PeerSubject } from '../auth/certificate_subject.ts';

export interface ConnectionTimes {
  readonly pingEveryMs: number;
  readonly pingTimeoutMs: number;
  readonly maxIdleMs: number;
}

export class GrpcConnection {
  readonly session: ServerHttp2Session;
  /** Asked of the socket once: the way there is a proxy's. */
  readonly address: string;
  private peer: PeerSubject | null | undefined;
  private calls = 0;
  private readonly times: ConnectionTimes;
  private readonly pings: NodeJS.Timeout;
  private readonly idle: NodeJS.Timeout;

  constructor(session: ServerHttp2Session, times: ConnectionTimes) {
    this.session = session;
    this.address = session.socket.remoteAddress ?? '';
    this.times = times;
    this.pings = setInterval(() => this.ping(), times.pingEveryMs).unref();
    this.idle = setTimeout(() => this.closeIdle(), times.maxIdleMs).unref();
    session.once('close', () => {
      clearInterval(this.pings);
      clearTimeout(this.idle);
    });
  }

  /** Of the client's certificate where it has been verified. */
  get subject(): PeerSubject | null {
    if (this.peer === undefined) this.peer = this.session.destroyed ? null : subjectOf(this.session.socket);
    return this.peer;
  }

  callBegins(): void {
    this.calls++;
  }

  callEnds(): void {
    if (--this.calls === 0 && !this.session.closed) this.idle.refresh();
  }

  private ping(): void {
    const { session } = this;
    if (session.destroyed) return;
    const overdue = setTimeout(() => session.destroy(), this.times.pingTimeoutMs).unref();
    const isSent = session.ping((error) => {
      clearTimeout(overdue);
      if (error !== null) session.destroy();
    });
    if (!isSent) session.destroy();
  }

  private closeIdle(): void {
    // The end of the last call begins the time anew.
    if (this.calls === 0) this.session.close();
  }
}

function subjectOf(socket: ServerHttp2Session['socket']): PeerSubject | null {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return null;
  const { raw, subject } = socket.getPeerCertificate() as Partial<
    ReturnType<TLSSocket['getPeerCertificate']>
  >;
  return raw === undefined ? null : (subject ?? null);
}
