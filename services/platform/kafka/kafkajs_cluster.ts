/** kafkajs's own way to a group's coordinator, for requests that it has no public way to send. */
import type { Kafka as KafkaJs } from 'kafkajs';

/** What is used of kafkajs's own classes. */
export interface GroupCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  findGroupCoordinator(options: { groupId: string }): Promise<GroupCoordinator>;
}
export interface GroupCoordinator {
  describeGroups(options: { groupIds: string[] }): Promise<{ groups: DescribedGroup[] }>;
  leaveGroup(options: { groupId: string; memberId: string }): Promise<unknown>;
  /** What it speaks, by the key of the request. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number } | undefined>>;
  readonly connectionPool: { send<T extends object, R>(exchange: Exchange<T, R>): Promise<R> };
}
interface DescribedGroup {
  readonly members: readonly { readonly memberId: string; readonly clientId: string }[];
}
/** A request with the reader of its answer. The header before it is kafkajs's, which leaves the header's tagged fields to it. */
export interface Exchange<T extends object, R> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly encode: () => Promise<Encoder>;
  };
  readonly response: {
    readonly decode: (payload: Buffer) => Promise<T>;
    readonly parse: (decoded: T) => Promise<R>;
  };
  readonly logResponseError: boolean;
}
/** `UVarInt` is what the protocol calls compact; without an argument, bytes are no tagged fields. */
export interface Encoder {
  /** What has been written. */
  readonly buffer: Buffer;
  writeInt32(value: number): Encoder;
  writeBoolean(value: boolean): Encoder;
  writeUVarIntString(value: string): Encoder;
  writeUVarIntBytes(): Encoder;
  writeUVarIntArray(elements: readonly Encoder[]): Encoder;
}

const CREATE_CLUSTER = 'private:Kafka:createCluster';

export function createCluster(client: KafkaJs): GroupCluster {
  const symbol = Object.getOwnPropertySymbols(client).find(
    ({ description }) => description === CREATE_CLUSTER,
  );
  if (symbol === undefined) throw new Error(`this version of kafkajs has no ${CREATE_CLUSTER}`);
  const owner = client as unknown as Record<symbol, (options: object) => GroupCluster>;
  const create = owner[symbol];
  if (create === undefined) throw new Error(`this version of kafkajs has no ${CREATE_CLUSTER}`);
  return create({ maxInFlightRequests: null });
}
