/** Appends, idempotent and acknowledged by all in-sync replicas; the partitions go on beside each other. */
import { systemTimers } from '../../clock.ts';
import { KafkaUnavailableError, type Producer } from '../port.ts';
import type { Cluster } from './cluster.ts';
import { JoinedAppends } from './joined_appends.ts';
import { PartitionAppender } from './partition_appender.ts';
import { initProducerId, type ProducerIdentity } from './requests.ts';

/** Connections to each broker for appends that go alone: it answers the appends of one connection one after the other, replicas awaited. */
const LANES = 4;
/** Of transactions; there are none here. */
const NO_TIMEOUT_MS = 0;

/** Closes the cluster when it stops. */
export function createProducer(cluster: Cluster, now: () => number): Producer {
  const appenders = new Map<string, PartitionAppender>();
  const elapsedMs = () => performance.now();
  const joined = new JoinedAppends({ cluster, elapsedMs });
  let shared: Promise<ProducerIdentity> | null = null;
  let isStopped = false;

  const newIdentity = async (): Promise<ProducerIdentity> => {
    const { producerId, producerEpoch } = await cluster.ask(initProducerId(null, NO_TIMEOUT_MS));
    return { producerId, epoch: producerEpoch };
  };
  /** Partitions count apart, so all of them can begin with one identity. */
  const identify = (isFresh: boolean): Promise<ProducerIdentity> => {
    if (isFresh) return newIdentity();
    if (shared === null) {
      shared = newIdentity();
      shared.catch(() => (shared = null));
    }
    return shared;
  };
  const appenderOf = (topic: string, partition: number): PartitionAppender => {
    const key = `${topic}/${partition}`;
    let appender = appenders.get(key);
    if (appender === undefined) {
      const lane = `append ${partition % LANES}`;
      appender = new PartitionAppender({
        cluster,
        joined,
        topic,
        partition,
        lane,
        identify,
        now,
        elapsedMs,
        timers: systemTimers,
      });
      appenders.set(key, appender);
    }
    return appender;
  };
  return {
    append: (batch) => {
      if (isStopped) return Promise.reject(new KafkaUnavailableError('the producer is stopped'));
      return appenderOf(batch.topic, batch.partition).append(batch);
    },
    // What was asked before is done before.
    stop: async () => {
      isStopped = true;
      await Promise.all([...appenders.values()].map((appender) => appender.idle()));
      await cluster.close();
    },
  };
}
