import { describe, expect, test } from '@jest/globals';
import { countBrokers } from '../../../services/local/kafka_probe.ts';
import { testClickHouseUrl, testKafka, uniqueName } from '../../support/servers.ts';

describe('the servers of the tests', () => {
  test('Kafka answers a metadata request with its brokers', async () => {
    const [host = '', port] = (testKafka()[0] ?? '').split(':');
    expect(await countBrokers(host, Number(port))).toBeGreaterThan(0);
  });

  test('ClickHouse answers a query', async () => {
    const answer = await fetch(testClickHouseUrl(), { method: 'POST', body: 'SELECT 1 + 1' });
    expect(await answer.text()).toBe('2\n');
  });

  test('names never repeat', () => {
    expect(uniqueName('a')).not.toBe(uniqueName('a'));
  });
});
