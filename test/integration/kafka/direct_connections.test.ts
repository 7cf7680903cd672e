import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import { ClosedError } from '../../../services/platform/kafka/direct/broker_error.ts';
import { Cluster } from '../../../services/platform/kafka/direct/cluster.ts';
import { apiVersions } from '../../../services/platform/kafka/direct/requests.ts';
import { UnknownOutcomeError } from '../../../services/platform/kafka/port.ts';
import { API_KEY, KafkaProxy } from '../../support/kafka_proxy.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';
import { waitFor } from '../../support/wait_for.ts';

jest.setTimeout(60_000);

let proxy: KafkaProxy;
let broker: string;

beforeEach(async () => {
  [broker = ''] = testKafka();
  proxy = await KafkaProxy.start(broker);
});

afterEach(() => proxy.stop());

test('a broker that did not answer is asked after those that did', async () => {
  const cluster = new Cluster({ brokers: [proxy.address, broker], clientId: 'order', log: quietLog });
  proxy.takeAway();
  for (let question = 0; question < 3; question++) await cluster.ask(apiVersions());
  expect(proxy.accepted).toBe(1);
  await cluster.close();
});

test('what is closed does not connect again', async () => {
  const cluster = new Cluster({ brokers: [proxy.address], clientId: 'closed', log: quietLog });
  await cluster.ask(apiVersions());
  await cluster.close();
  await expect(cluster.ask(apiVersions())).rejects.toThrow(ClosedError);
  expect(proxy.accepted).toBe(1);
});

test('a commit that is under way at the release leaves no connection', async () => {
  const log = quietLog;
  const direct = (address: string) =>
    connectKafka({ client: 'direct', brokers: [address], clientId: 'release', log });
  const [topic, group] = [uniqueName('release'), uniqueName('group')];
  const admin = await direct(broker).admin();
  await admin.ensureTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
  const ownership = await direct(proxy.address).claim({
    ...{ topic, partition: 0, group },
    transactionalId: group,
  });

  let held = 0;
  proxy.holdBack = (apiKey) => apiKey === API_KEY.produce && (held += 1) > 0;
  const output = { topic, partition: 0, records: [{ value: Buffer.from('a') }] };
  const outcome = ownership
    .commit([output], [{ group, offset: 1, metadata: '' }])
    .catch((error: unknown) => error);
  await waitFor(() => held > 0);
  await ownership.release();
  proxy.deliver();
  expect(await outcome).toBeInstanceOf(UnknownOutcomeError);
  await waitFor(() => proxy.open === 0);
  const { accepted } = proxy;
  await admin.stop();
  expect([proxy.open, proxy.accepted]).toEqual([0, accepted]);
});
