import { jest } from '@jest/globals';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testKafka } from '../../support/servers.ts';
import { describeKafka } from './kafka_contract.ts';
import { realKafka } from './servers_kit.ts';

jest.setTimeout(60_000);

describeKafka('Kafka through kafkajs', () =>
  Promise.resolve(
    realKafka(connectKafka({ client: 'kafkajs', brokers: testKafka(), clientId: 'contract', log: quietLog })),
  ),
);
