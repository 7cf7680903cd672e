/**
 * The brokers as one client sees them: who leads which partition, who coordinates which group, and the connections to
 * them. What it knows is kept until a request shows that it is out of date.
 *
 * A lane is a connection of its own to each broker: a broker answers the requests of one connection one after the other,
 * so what may wait long (a fetch, an append) must not stand before what may not (a heartbeat).
 */
import { ResponseError, type metadataV12 } from '@platformatic/kafka';
import type { Log } from '../../log.ts';
import { KafkaRefusedError } from '../port.ts';
import { OPEN_ACCESS } from '../security.ts';
import { BrokerAccess } from './broker_access.ts';
import { BrokerConnection, type Address, type Request } from './broker_connection.ts';
import {
  BrokerError,
  checkCode,
  ClosedError,
  ConnectionLostError,
  ERROR,
  hasCode,
  isLeaderMoved,
} from './broker_error.ts';
import { apiVersions, findCoordinator, metadata, type CoordinatorType } from './requests.ts';

export interface ClusterOptions {
  /** Bootstrap addresses, host:port. */
  readonly brokers: readonly string[];
  /** Shared by the clusters of a process. Without it connections are open ones. */
  readonly access?: BrokerAccess;
  readonly clientId: string;
  readonly log: Log;
}

export interface TopicPartition {
  /** Node id; -1 while there is none. */
  readonly leader: number;
  readonly replicas: number;
}

export interface Topic {
  readonly id: string;
  readonly partitions: readonly TopicPartition[];
}

export interface Features {
  /** Highest version of a request that the brokers take; undefined where they do not know it. */
  readonly maxVersion: (apiKey: number) => number | undefined;
  /** As finalized for the cluster; 0 where it is not. */
  readonly transactionVersion: number;
}

type MetadataResponse = ReturnType<typeof metadataV12.parseResponse>;

const QUESTIONS_LANE = 'questions';
/** Of questions that any broker answers at once: who leads, who coordinates, what brokers do. */
const ROUTES_LANE = 'routes';
/** Of heartbeats: a connection that is dead has to be found out within a session. */
export const MEMBER_LANE = 'member';
const QUICK_LANES: readonly string[] = [ROUTES_LANE, MEMBER_LANE];
const QUICK_TIMEOUT_MS = 3_000;
/** Longer than anything that a broker is asked to wait for. */
const REQUEST_TIMEOUT_MS = 15_000;
/** A broker that is away is said at every attempt of every connection; once in this time is enough. */
const REPEAT_AFTER_MS = 10_000;

export class Cluster {
  private readonly options: ClusterOptions;
  private readonly access: BrokerAccess;
  private readonly bootstrap: readonly Address[];
  private readonly nodes = new Map<number, Address>();
  private readonly topics = new Map<string, Topic>();
  private readonly asked = new Map<string, Promise<Topic>>();
  private readonly coordinators = new Map<string, number>();
  private readonly connections = new Map<string, BrokerConnection>();
  private readonly said = new Map<string, number>();
  /** When a broker last gave no answer; those without a time are asked first. */
  private readonly silent = new Map<string, number>();
  private isClosed = false;
  private features: Features | null = null;

  constructor(options: ClusterOptions) {
    this.options = options;
    this.access = options.access ?? new BrokerAccess(OPEN_ACCESS);
    this.bootstrap = options.brokers.map(parseAddress);
  }

  /** Of any broker: those that answered last time first. Throws BrokerError, KafkaRefusedError, ConnectionLostError. */
  async ask<T>(request: Request<T>, lane: string = QUESTIONS_LANE): Promise<T> {
    let failure: unknown = new ConnectionLostError('no broker is known');
    for (const address of this.addresses()) {
      const name = nameOf(address);
      try {
        const answer = await this.connection(address, lane).send(request);
        this.silent.delete(name);
        return answer;
      } catch (error) {
        const isRefused = error instanceof KafkaRefusedError;
        if (!isRefused && !(error instanceof ConnectionLostError)) throw error;
        this.silent.set(name, performance.now());
        // Which says more than that others are silent.
        if (!(failure instanceof KafkaRefusedError)) failure = error;
      }
    }
    throw failure;
  }

  /** Of the broker that leads the partition. */
  async askLeader<T>(topic: string, partition: number, lane: string, request: Request<T>): Promise<T> {
    return this.askNode(await this.leaderOf(topic, partition), topic, lane, request);
  }

  /** Of a broker that is known to lead partitions of the topic. */
  async askNode<T>(node: number, topic: string, lane: string, request: Request<T>): Promise<T> {
    try {
      return await this.connection(this.addressOf(node), lane).send(request);
    } catch (error) {
      this.noteLeaderError(topic, error);
      throw error;
    }
  }

  /** A partition's own part of an answer may say that it is led elsewhere. */
  noteLeaderError(topic: string, error: unknown): void {
    if (isLeaderMoved(error)) this.forgetTopic(topic);
  }

  async askCoordinator<T>(type: CoordinatorType, key: string, lane: string, request: Request<T>): Promise<T> {
    try {
      return await this.connection(await this.coordinatorOf(type, key), lane).send(request);
    } catch (error) {
      const isGone =
        error instanceof ConnectionLostError ||
        hasCode(error, ERROR.NOT_COORDINATOR, ERROR.COORDINATOR_NOT_AVAILABLE);
      if (isGone) this.coordinators.delete(`${type}:${key}`);
      throw error;
    }
  }

  async topic(name: string): Promise<Topic> {
    const known = this.topics.get(name);
    if (known !== undefined) return known;
    let asked = this.asked.get(name);
    if (asked === undefined) {
      asked = this.fetchTopic(name).finally(() => this.asked.delete(name));
      this.asked.set(name, asked);
    }
    return asked;
  }

  /** Throws BrokerError LEADER_NOT_AVAILABLE while there is none. */
  async leaderOf(topic: string, partition: number): Promise<number> {
    const { partitions } = await this.topic(topic);
    const leader = partitions[partition]?.leader ?? -1;
    if (leader < 0) {
      this.forgetTopic(topic);
      throw new BrokerError(
        partitions[partition] === undefined ? ERROR.UNKNOWN_TOPIC_OR_PARTITION : ERROR.LEADER_NOT_AVAILABLE,
        `${topic}/${partition}`,
      );
    }
    return leader;
  }

  /** The next question about the topic goes to the brokers. */
  forgetTopic(name: string): void {
    this.topics.delete(name);
  }

  async whatBrokersDo(): Promise<Features> {
    if (this.features !== null) return this.features;
    const { apiKeys, finalizedFeatures = [] } = await this.ask(apiVersions(), ROUTES_LANE);
    const versions = new Map(apiKeys.map(({ apiKey, maxVersion }) => [apiKey, maxVersion]));
    this.features = {
      maxVersion: (apiKey) => versions.get(apiKey),
      transactionVersion:
        finalizedFeatures.find(({ name }) => name === 'transaction.version')?.maxVersionLevel ?? 0,
    };
    return this.features;
  }

  /** Requests under way fail with ConnectionLostError, later ones with ClosedError. */
  async close(): Promise<void> {
    this.isClosed = true;
    const open = [...this.connections.values()];
    this.connections.clear();
    await Promise.all(open.map((connection) => connection.close()));
  }

  private async fetchTopic(name: string): Promise<Topic> {
    const { brokers, topics } = await this.metadataOf(name);
    for (const { nodeId, host, port } of brokers) this.nodes.set(nodeId, { host, port });
    const [found] = topics;
    if (found === undefined) throw new BrokerError(ERROR.UNKNOWN_TOPIC_OR_PARTITION, name);
    checkCode(found.errorCode, name);
    const partitions: TopicPartition[] = [];
    for (const { partitionIndex, leaderId, replicaNodes } of found.partitions) {
      partitions[partitionIndex] = { leader: leaderId, replicas: replicaNodes.length };
    }
    const topic = { id: found.topicId, partitions };
    this.topics.set(name, topic);
    return topic;
  }

  /** A partition without leader makes the whole answer an error for the library; here it is one partition's trouble. */
  private async metadataOf(name: string): Promise<MetadataResponse> {
    const request = metadata([name]);
    const parse: typeof request.parse = (...args) => {
      try {
        return request.parse(...args);
      } catch (error) {
        if (error instanceof ResponseError) return error['response'] as MetadataResponse;
        throw error;
      }
    };
    return this.ask({ ...request, parse }, ROUTES_LANE);
  }

  private async coordinatorOf(type: CoordinatorType, key: string): Promise<Address> {
    const name = `${type}:${key}`;
    const known = this.coordinators.get(name);
    if (known !== undefined) return this.addressOf(known);
    const { coordinators } = await this.ask(findCoordinator(type, key), ROUTES_LANE);
    const [found] = coordinators;
    if (found === undefined) throw new BrokerError(ERROR.COORDINATOR_NOT_AVAILABLE, key);
    const { nodeId, host, port } = found;
    this.nodes.set(nodeId, { host, port });
    this.coordinators.set(name, nodeId);
    return { host, port };
  }

  private addresses(): Address[] {
    const byName = new Map([...this.nodes.values(), ...this.bootstrap].map((one) => [nameOf(one), one]));
    const since = (address: Address) => this.silent.get(nameOf(address)) ?? -Infinity;
    return [...byName.values()].sort((a, b) => (since(a) < since(b) ? -1 : Number(since(a) > since(b))));
  }

  private addressOf(node: number): Address {
    const address = this.nodes.get(node);
    if (address === undefined) throw new ConnectionLostError(`broker ${node} is not known`);
    return address;
  }

  private connection(address: Address, lane: string): BrokerConnection {
    if (this.isClosed) throw new ClosedError('the connections to Kafka are closed');
    const key = `${lane} ${nameOf(address)}`;
    let connection = this.connections.get(key);
    if (connection === undefined) {
      const { clientId } = this.options;
      connection = new BrokerConnection({
        address,
        access: this.access,
        clientId,
        requestTimeoutMs: QUICK_LANES.includes(lane) ? QUICK_TIMEOUT_MS : REQUEST_TIMEOUT_MS,
        onFailure: (...failure) => this.sayFailure(...failure),
      });
      this.connections.set(key, connection);
    }
    return connection;
  }

  private sayFailure(address: Address, error: Error): void {
    const broker = nameOf(address);
    const now = performance.now();
    if (now - (this.said.get(broker) ?? -Infinity) < REPEAT_AFTER_MS) return;
    this.said.set(broker, now);
    this.options.log.warn({ broker, error }, 'a broker is not reachable');
  }
}

function nameOf({ host, port }: Address): string {
  return `${host}:${port}`;
}

function parseAddress(text: string): Address {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const port = Number(text.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port)) throw new RangeError(`no Kafka address: ${text}`);
  return { host, port };
}
