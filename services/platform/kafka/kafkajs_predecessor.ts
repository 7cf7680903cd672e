/**
 * Takes leave of a group for the process that was killed in this one's place.
 *
 * Until its session ends (6 s) a dead member keeps its partitions, and whoever joins meanwhile makes all members wait for it,
 * since a join asks everybody. A process that comes back knows better: the member with its own name is dead. Names are of use
 * only where no two live processes have the same; two that have would only cost each other a join.
 *
 * kafkajs has the requests, and no public way to send them for another member.
 */
import type { Kafka as KafkaJs } from 'kafkajs';
import type { Log } from '../log.ts';
import { settlesWithin } from './deadline.ts';
import { createCluster } from './kafkajs_cluster.ts';

const CLOSE_TIMEOUT_MS = 1_000;

/** `clientId` names the process, and nobody else. Failing is no harm: the session ends by itself. */
export async function leaveForPredecessor(
  client: KafkaJs,
  groupId: string,
  clientId: string,
  log: Log,
): Promise<void> {
  const cluster = createCluster(client);
  try {
    await cluster.connect();
    const coordinator = await cluster.findGroupCoordinator({ groupId });
    const { groups } = await coordinator.describeGroups({ groupIds: [groupId] });
    for (const member of groups.flatMap(({ members }) => members)) {
      if (member.clientId !== clientId) continue;
      await coordinator.leaveGroup({ groupId, memberId: member.memberId });
      log.info({ memberId: member.memberId }, 'took leave of the group for the process before this one');
    }
  } catch (error) {
    log.debug({ error }, 'it is not known whether the group has a member of the process before this one');
  } finally {
    await settlesWithin(CLOSE_TIMEOUT_MS, cluster.disconnect());
  }
}
