/**
 * What every implementation of the Kafka port must do: run on the real Kafka through kafkajs and on the fake, so that a
 * test on the fake says something about the real one.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { describeAppending } from './appending.ts';
import { describeCommitting } from './committing.ts';
import { ContractKit, type KafkaUnderTest } from './contract_kit.ts';
import { describeGrouping } from './grouping.ts';

export function describeKafka(name: string, setUp: () => Promise<KafkaUnderTest>): void {
  describe(name, () => {
    const kit = new ContractKit();
    beforeAll(async () => kit.open(await setUp()));
    afterEach(() => kit.cleanUp());
    afterAll(() => kit.close());

    describeAppending(kit);
    describeCommitting(kit);
    describeGrouping(kit);
    describeTopics(kit);
  });
}

function describeTopics(kit: ContractKit): void {
  describe('looking after topics', () => {
    test('missing topics are created, present ones are left alone and compared', async () => {
      const name = kit.under.uniqueName('topic');
      const spec = { name, partitions: 3, replicationFactor: 1, config: { 'retention.ms': '3600000' } };
      expect(await kit.admin.ensureTopics([spec])).toEqual({ created: [name], different: [] });
      expect(await kit.admin.ensureTopics([spec])).toEqual({ created: [], different: [] });
      const other = { ...spec, partitions: 5, config: { 'retention.ms': '1000' } };
      const { created, different } = await kit.admin.ensureTopics([other]);
      expect(created).toEqual([]);
      expect(different.join('\n')).toContain(name);
      expect(await kit.admin.partitionCount(name)).toBe(3);
    });
  });
}
