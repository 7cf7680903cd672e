/**
 * Patches of kafkajs 2.2.4, whose last release is of 2023: each one method, each with its reason. What can be avoided
 * by using kafkajs otherwise is avoided there (RATIONALE.md, "Which traps of kafkajs does the adapter avoid?").
 */
import { createRequire } from 'node:module';
import { decodeFetch } from './kafkajs_fetch.ts';

/** What the patches touch of kafkajs's own classes. */
export interface RequestQueueClass {
  prototype: RequestQueue;
}
interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}
export interface ClusterClass {
  prototype: object;
}

/** Until CONCURRENT_TRANSACTIONS ends, which takes a broker some milliseconds. In all some 35 s. */
export const TRANSACTION_RETRY = { initialRetryTime: 5, maxRetryTime: 200, retries: 200 } as const;

/**
 * After every answer kafkajs sets a timer to look at the requests that wait for a throttle to end. With none waiting
 * it sets the next one all the same, with a negative time, so 1 ms, for ever and for each connection: an idle process
 * with a dozen producers burns 3.4 % of a core.
 */
export function stopIdleTimers(requestQueue: RequestQueueClass): void {
  const { prototype } = requestQueue;
  const original = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleCheckPendingRequests(): void {
    if (this.pending.length > 0) original.call(this);
  };
}

/**
 * InitProducerId and TxnOffsetCommit are retried as `cluster.retry` says, which kafkajs forgets to set: so at 300 ms,
 * five times, whatever is configured. A claim that aborts a dead owner's transaction then takes 300 ms instead of 10.
 * The setter keeps a version of kafkajs that does set it from failing.
 */
export function retryTransactionsQuickly(cluster: ClusterClass): void {
  Object.defineProperty(cluster.prototype, 'retry', {
    configurable: true,
    get: () => TRANSACTION_RETRY,
    set: () => undefined,
  });
}

/** One answer's reader, of the version that brokers since Kafka 2.3 are asked in. */
export interface FetchResponseModule {
  decode: (payload: Buffer) => Promise<unknown>;
}

/**
 * kafkajs gives up on a whole fetch where it cannot read one batch of it, and asks for the same again, for ever; it knows no
 * limit for what a batch may become; and a compression that it does not have it takes for none.
 */
export function readFetchesHere(fetchResponse: FetchResponseModule): void {
  fetchResponse.decode = (payload) => Promise.resolve(payload).then(decodeFetch);
}

let applied = false;

/** Patches the kafkajs of this process, once. */
export function applyWorkarounds(): void {
  if (applied) return;
  applied = true;
  const { Cluster, FetchResponse, RequestQueue } = kafkaJsInternals();
  readFetchesHere(FetchResponse);
  stopIdleTimers(RequestQueue);
  retryTransactionsQuickly(Cluster);
}

/** kafkajs's own classes, which it does not export. */
export function kafkaJsInternals(): {
  Cluster: ClusterClass;
  FetchResponse: FetchResponseModule;
  RequestQueue: RequestQueueClass;
} {
  const require = createRequire(import.meta.url);
  return {
    Cluster: require('kafkajs/src/cluster') as ClusterClass,
    FetchResponse: require('kafkajs/src/protocol/requests/fetch/v11/response') as FetchResponseModule,
    RequestQueue: require('kafkajs/src/network/requestQueue') as RequestQueueClass,
  };
}
