/**
 * One connection to one broker, opened when it is needed and again after it broke. After failed attempts it waits a
 * little longer each time before the next, and says no at once meanwhile.
 */
import { Connection, type Reader, type Writer } from '@platformatic/kafka';
import type { KafkaRefusedError } from '../port.ts';
import type { BrokerAccess } from './broker_access.ts';
import { BrokerError, ConnectionLostError, fromLibrary } from './broker_error.ts';
import type { SaslSession } from './sasl_session.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Request<T> {
  readonly apiKey: number;
  readonly version: number;
  readonly createBody: () => Writer;
  /** Throws BrokerError where the answer as a whole is an error. */
  readonly parse: (correlationId: number, apiKey: number, version: number, reader: Reader) => T;
  /** Whether the answer's header has tagged fields: all but ApiVersions. */
  readonly hasHeaderTags?: boolean;
}

export interface BrokerConnectionOptions {
  readonly address: Address;
  readonly access: BrokerAccess;
  readonly clientId: string;
  /** Longer than the broker may wait before it answers; then the connection is taken for dead. */
  readonly requestTimeoutMs: number;
  readonly onFailure: (address: Address, error: Error) => void;
}

interface Open {
  readonly connection: Connection;
  readonly session: SaslSession | null;
  /** Why it broke, which the requests under way are not told. */
  trouble: Error | null;
}

const CONNECT_TIMEOUT_MS = 3_000;
/** The broker answers the requests of a connection one after the other; more only wait there instead of here. */
const MAX_IN_FLIGHT = 64;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

export class BrokerConnection {
  private readonly options: BrokerConnectionOptions;
  private current: Promise<Open> | null = null;
  private failures = 0;
  private lastFailure: Error | null = null;
  private notBefore = 0;
  private closed = false;

  constructor(options: BrokerConnectionOptions) {
    this.options = options;
  }

  /** Throws BrokerError, ConnectionLostError, KafkaRefusedError. */
  async send<T>(request: Request<T>): Promise<T> {
    const open = await this.connected();
    const renewed = open.session?.renewed(open.connection) ?? null;
    if (renewed !== null) await renewed;
    try {
      const answer = await sendOn(open.connection, request);
      this.options.access.taken();
      return answer;
    } catch (error) {
      if (error instanceof BrokerError) this.options.access.taken();
      throw this.refusal(open.trouble ?? error) ?? error;
    }
  }

  /** Requests under way fail with ConnectionLostError. */
  async close(): Promise<void> {
    this.closed = true;
    const { current } = this;
    this.current = null;
    try {
      await (await current)?.connection.close();
    } catch {
      // It was not open.
    }
  }

  private connected(): Promise<Open> {
    if (this.closed) return Promise.reject(new ConnectionLostError('closed'));
    if (this.current === null && performance.now() < this.notBefore) {
      return Promise.reject(this.waiting());
    }
    return this.current ?? this.opened();
  }

  /** What breaks is forgotten, and opened again by the next request; the requests under way hear of it themselves. */
  private opened(): Promise<Open> {
    let opening: Promise<Open> | null = null;
    const forget = () => {
      if (this.current === opening) this.current = null;
    };
    opening = this.open(forget);
    this.current = opening;
    opening.catch(forget);
    return opening;
  }

  private async open(onBroken: () => void): Promise<Open> {
    const { address, access, clientId, requestTimeoutMs } = this.options;
    const session = access.newSession();
    const connection = new Connection(clientId, {
      ...access.tlsOptions(address),
      ...(session !== null && { sasl: session.options() }),
      connectTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      maxInflights: MAX_IN_FLIGHT,
    });
    const open: Open = { connection, session, trouble: null };
    connection.on('error', (error) => {
      open.trouble ??= error;
      onBroken();
    });
    connection.on('close', onBroken);
    try {
      await connection.connect(address.host, address.port);
    } catch (error) {
      throw this.failed(error);
    }
    this.failures = 0;
    return open;
  }

  private failed(error: unknown): Error {
    const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures);
    this.failures += 1;
    this.notBefore = performance.now() + pauseMs;
    this.lastFailure = new ConnectionLostError(this.name('is not reachable'), { cause: error });
    const failure: Error = this.refusal(error) ?? this.lastFailure;
    if (!this.closed) this.options.onFailure(this.options.address, failure);
    return failure;
  }

  private waiting(): Error {
    const { lastFailure } = this;
    return this.refusal(lastFailure) ?? new ConnectionLostError(this.name('waits'), { cause: lastFailure });
  }

  private refusal(error: unknown): KafkaRefusedError | null {
    return this.options.access.refusal(this.options.address, error);
  }

  private name(state: string): string {
    const { host, port } = this.options.address;
    return `the connection to ${host}:${port} ${state}`;
  }
}

function sendOn<T>(connection: Connection, request: Request<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    connection.send<T>(
      request.apiKey,
      request.version,
      request.createBody,
      request.parse,
      true,
      request.hasHeaderTags ?? true,
      (error, response) => {
        if (error) reject(fromLibrary(error));
        else resolve(response as T);
      },
    );
  });
}
