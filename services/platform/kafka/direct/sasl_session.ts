/**
 * Who this is, said to a broker: when a connection opens, and again before what it was told runs out (KIP-368).
 *
 * Between the two messages of that a broker takes nothing else on the connection, so whoever sends asks `renewed` before. The library has a
 * timer of its own for it, which knows nothing of other requests; it is told that sessions have no end.
 */
import {
  type saslAuthenticateV2,
  saslPlain,
  saslScramSha,
  type CallbackWithPromise,
  type Connection,
  type ConnectionOptions,
} from '@platformatic/kafka';
import type { KafkaSasl } from '../security.ts';
import { ConnectionLostError } from './broker_error.ts';

type SaslOptions = NonNullable<ConnectionOptions['sasl']>;
type Callback = CallbackWithPromise<ReturnType<typeof saslAuthenticateV2.parseResponse>>;

/** Of the session's time: clocks differ, and requests wait in line before the broker. */
const RENEW_AFTER = 0.7;

export class SaslSession {
  private readonly sasl: KafkaSasl;
  /** By performance.now(); Infinity where it has no end. */
  private renewAt = Infinity;
  private renewing: Promise<void> | null = null;

  constructor(sasl: KafkaSasl) {
    this.sasl = sasl;
  }

  /** For the library. */
  options(): SaslOptions {
    const { mechanism, username, password } = this.sasl;
    return {
      ...{ mechanism, username, password },
      authenticate: (_mechanism, connection, authenticate, _username, _password, _token, callback) => {
        const done = this.noting(callback);
        if (mechanism === 'PLAIN') saslPlain.authenticate(authenticate, connection, username, password, done);
        else {
          const algorithm = mechanism === 'SCRAM-SHA-256' ? 'SHA-256' : 'SHA-512';
          const { defaultCrypto } = saslScramSha;
          saslScramSha.authenticate(
            ...([authenticate, connection, algorithm, username, password, defaultCrypto, done] as const),
          );
        }
      },
    };
  }

  /** Null where requests can be sent at once. Those that wait keep no order with those that come right behind it. */
  renewed(connection: Connection): Promise<void> | null {
    if (this.renewing === null && performance.now() < this.renewAt) return null;
    this.renewing ??= renew(connection).finally(() => (this.renewing = null));
    return this.renewing;
  }

  private noting(callback: Callback): Callback {
    return (error, response) => {
      if (error !== null || response === undefined) {
        callback(error, response);
        return;
      }
      const lifetimeMs = Number(response.sessionLifetimeMs);
      this.renewAt = lifetimeMs > 0 ? performance.now() + lifetimeMs * RENEW_AFTER : Infinity;
      callback(null, { ...response, sessionLifetimeMs: 0n });
    };
  }
}

/** Requests that were sent before are answered before. */
function renew(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      connection.removeListener('sasl:authentication:extended', onRenewed);
      connection.removeListener('error', settle);
      connection.removeListener('close', onClose);
      if (error === undefined) resolve();
      else reject(new ConnectionLostError('the session could not be renewed', { cause: error }));
    };
    const onRenewed = (): void => settle();
    const onClose = (): void => settle(new Error('the connection was closed'));
    connection.on('sasl:authentication:extended', onRenewed);
    connection.on('error', settle);
    connection.on('close', onClose);
    connection.reauthenticate();
  });
}
