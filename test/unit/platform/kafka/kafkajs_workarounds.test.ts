/** Each patch is shown against the class as kafkajs ships it: a release that needs no patch makes a test here fail. */
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  kafkaJsInternals,
  retryTransactionsQuickly,
  stopIdleTimers,
  TRANSACTION_RETRY,
  type RequestQueueClass,
} from '../../../../services/platform/kafka/kafkajs_workarounds.ts';

const require = createRequire(import.meta.url);
const quiet = { debug: () => undefined, namespace: () => quiet };

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

interface Queue {
  push(request: object): void;
  fulfillRequest(answer: object): void;
}

/** A queue that has had one answer, with nothing left to do. */
function idleQueue(patch: (queueClass: RequestQueueClass) => void): Queue {
  const Original = kafkaJsInternals().RequestQueue as unknown as new (options: object) => Queue;
  class Patched extends Original {}
  patch(Patched as unknown as RequestQueueClass);
  const queue = new Patched({
    maxInFlightRequests: 1,
    requestTimeout: 1000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'test',
    logger: quiet,
  });
  queue.push(request(1));
  queue.fulfillRequest({ correlationId: 1, size: 0, payload: null });
  return queue;
}

function request(correlationId: number, sendRequest: () => void = () => undefined): object {
  const entry = { correlationId, resolve: () => undefined, reject: () => undefined };
  return { entry, expectResponse: true, sendRequest };
}

describe('timers of an idle connection', () => {
  test('kafkajs alone sets one after the other, for ever', () => {
    idleQueue(() => undefined);
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(100);
    expect(jest.getTimerCount()).toBe(1);
  });

  test('patched there is none', () => {
    idleQueue(stopIdleTimers);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('patched, a request that waits for its turn is still sent', () => {
    const queue = idleQueue(stopIdleTimers);
    const sent: number[] = [];
    queue.push(request(2, () => sent.push(2)));
    queue.push(request(3, () => sent.push(3)));
    expect(sent).toEqual([2]);
    queue.fulfillRequest({ correlationId: 2, size: 0, payload: null });
    expect(sent).toEqual([2, 3]);
  });
});

describe('retries while a broker ends the last transaction', () => {
  interface EosManager {
    initProducerId(): Promise<void>;
  }
  const createEosManager = require('kafkajs/src/producer/eosManager') as (options: object) => EosManager;

  /** InitProducerId of a producer whose predecessor's transaction takes so many questions to end. */
  function initialise(cluster: object, busy: number): Promise<void> {
    let asked = 0;
    const broker = {
      initProducerId: () => {
        asked += 1;
        const error = Object.assign(new Error('busy'), { type: 'CONCURRENT_TRANSACTIONS', retriable: true });
        return asked > busy ? Promise.resolve({ producerId: 1, producerEpoch: 0 }) : Promise.reject(error);
      },
    };
    Object.assign(cluster, {
      refreshMetadataIfNecessary: () => Promise.resolve(),
      findGroupCoordinator: () => Promise.resolve(broker),
    });
    const manager = createEosManager({
      logger: quiet,
      cluster,
      transactional: true,
      transactionalId: 'owner',
    });
    return manager.initProducerId();
  }

  function clusterOf(patch: typeof retryTransactionsQuickly): object {
    const Original = kafkaJsInternals().Cluster as unknown as new () => object;
    class Patched extends Original {}
    patch(Patched);
    return Object.create(Patched.prototype) as object;
  }

  test('kafkajs alone gives up after a few, whatever is configured', async () => {
    const outcome = expect(
      initialise(
        clusterOf(() => undefined),
        20,
      ),
    ).rejects.toThrow('busy');
    await jest.advanceTimersByTimeAsync(60_000);
    await outcome;
  });

  test('patched it asks often, and until the broker is done', async () => {
    let done = false;
    void initialise(clusterOf(retryTransactionsQuickly), 20).then(() => (done = true));
    await jest.advanceTimersByTimeAsync(20 * TRANSACTION_RETRY.maxRetryTime * 1.2);
    expect(done).toBe(true);
  });

  test('the first retry comes after some milliseconds', async () => {
    let done = false;
    void initialise(clusterOf(retryTransactionsQuickly), 1).then(() => (done = true));
    await jest.advanceTimersByTimeAsync(10);
    expect(done).toBe(true);
  });
});
