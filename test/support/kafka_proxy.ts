/**
 * Stands between a client and one broker, on the wire: tests see what is asked, lose answers, hold requests back, and
 * take Kafka away. Brokers tell clients where to connect to, so their own address in an answer becomes the proxy's.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export const API_KEY = { produce: 0, fetch: 1 } as const;

export interface SeenRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
  /** From the api key on. */
  readonly bytes: Buffer;
}

interface Connection {
  readonly client: Socket;
  readonly broker: Socket;
  readonly apiKeys: Map<number, number>;
}

const LENGTH_BYTES = 4;
const HOST = '127.0.0.1';

export class KafkaProxy {
  readonly requests: SeenRequest[] = [];
  /** Answers of this kind are lost. */
  swallow: (apiKey: number) => boolean = () => false;
  /** Requests of this kind are kept back until `deliver`, whatever becomes of their connection. */
  holdBack: (apiKey: number) => boolean = () => false;
  /** Changes an answer on its way, in place. */
  alter: (apiKey: number, answer: Buffer) => void = () => undefined;
  /** Connections that were ever made. */
  accepted = 0;
  swallowed = 0;
  private readonly brokerPort: number;
  private readonly server: Server;
  private readonly connections = new Set<Connection>();
  private held: { connection: Connection; frame: Buffer }[] = [];
  private isAway = false;

  private constructor(brokerPort: number) {
    this.brokerPort = brokerPort;
    this.server = createServer((client) => this.accept(client));
  }

  /** `broker` is host:port on this machine. */
  static async start(broker: string): Promise<KafkaProxy> {
    const proxy = new KafkaProxy(Number(broker.split(':')[1]));
    proxy.server.listen(0, HOST);
    await once(proxy.server, 'listening');
    return proxy;
  }

  get address(): string {
    return `${HOST}:${(this.server.address() as AddressInfo).port}`;
  }

  get open(): number {
    return this.connections.size;
  }

  count(apiKey: number): number {
    return this.requests.filter((request) => request.apiKey === apiKey).length;
  }

  /** All connections are cut, and new ones are closed at once. The broker's ends stay where something is held back. */
  takeAway(): void {
    this.isAway = true;
    for (const { client } of this.connections) client.destroy();
  }

  bringBack(): void {
    this.isAway = false;
  }

  /** What was held back reaches the broker now. */
  deliver(): void {
    this.holdBack = () => false;
    for (const { connection, frame } of this.held) connection.broker.write(frame);
    this.held = [];
  }

  async stop(): Promise<void> {
    for (const { broker, client } of this.connections) {
      client.destroy();
      broker.destroy();
    }
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    this.accepted += 1;
    if (this.isAway) {
      client.destroy();
      return;
    }
    const connection = { client, broker: connect(this.brokerPort, HOST), apiKeys: new Map<number, number>() };
    this.connections.add(connection);
    const { broker } = connection;
    forFrames(client, (frame) => this.onRequest(connection, frame));
    forFrames(broker, (frame) => this.onAnswer(connection, frame));
    for (const socket of [client, broker]) socket.on('error', () => undefined);
    client.on('close', () => {
      this.connections.delete(connection);
      if (!this.held.some((one) => one.connection === connection)) broker.end();
    });
    broker.on('close', () => client.destroy());
  }

  private onRequest(connection: Connection, frame: Buffer): void {
    const bytes = frame.subarray(LENGTH_BYTES);
    const apiKey = bytes.readInt16BE(0);
    this.requests.push({ apiKey, apiVersion: bytes.readInt16BE(2), bytes });
    connection.apiKeys.set(bytes.readInt32BE(4), apiKey);
    if (this.holdBack(apiKey)) this.held.push({ connection, frame });
    else connection.broker.write(frame);
  }

  private onAnswer({ apiKeys, client }: Connection, frame: Buffer): void {
    const apiKey = apiKeys.get(frame.readInt32BE(LENGTH_BYTES)) ?? -1;
    this.alter(apiKey, frame);
    if (this.swallow(apiKey)) this.swallowed += 1;
    else if (!client.destroyed) client.write(this.withOwnAddress(frame));
  }

  /** A broker's address is its host and right behind it the port, in every answer that has one. */
  private withOwnAddress(frame: Buffer): Buffer {
    const port = (value: number): Buffer => {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(value);
      return bytes;
    };
    const theirs = Buffer.concat([Buffer.from(HOST), port(this.brokerPort)]);
    const ours = Buffer.concat([Buffer.from(HOST), port((this.server.address() as AddressInfo).port)]);
    for (let at = frame.indexOf(theirs); at !== -1; at = frame.indexOf(theirs, at + 1)) ours.copy(frame, at);
    return frame;
  }
}

/** Calls with each whole message of the protocol, its length included. */
function forFrames(socket: Socket, onFrame: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= LENGTH_BYTES && rest.length >= LENGTH_BYTES + rest.readInt32BE(0)) {
      const end = LENGTH_BYTES + rest.readInt32BE(0);
      onFrame(Buffer.from(rest.subarray(0, end)));
      rest = rest.subarray(end);
    }
  });
}
