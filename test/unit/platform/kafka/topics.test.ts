/** How many partitions each topic gets. */
import { expect, test } from '@jest/globals';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../../../services/platform/kafka/topics.ts';

const partitionsOf = (options: Partial<typeof DEFAULT_TOPIC_OPTIONS>): Record<string, number> =>
  Object.fromEntries(
    topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, ...options }).map(({ name, partitions }) => [name, partitions]),
  );

test.each([
  [1, 1, 1],
  [4, 1, 1],
  [5, 2, 1],
  [48, 12, 3],
])('of %i partitions of the spans, traces have %i and metrics %i', (partitions, traces, metrics) => {
  expect(partitionsOf({ partitions })).toEqual({
    'spanmill.spans': partitions,
    'spanmill.traces': traces,
    'spanmill.metrics': metrics,
    'spanmill.dead-letters': partitions,
  });
});

test('traces and metrics get what is asked for', () => {
  expect(partitionsOf({ partitions: 8, tracesPartitions: 8, metricsPartitions: 5 })).toMatchObject({
    'spanmill.traces': 8,
    'spanmill.metrics': 5,
  });
});
