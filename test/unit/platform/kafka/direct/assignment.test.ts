import { describe, expect, test } from '@jest/globals';
import {
  assignedHolding,
  changeBetween,
  NOTHING,
  reported,
} from '../../../../../services/platform/kafka/direct/assignment.ts';

const spans = (...partitions: number[]) => ({ topicId: 'id-1', partitions });
const others = (...partitions: number[]) => ({ topicId: 'id-2', partitions });

describe('what changes for a member', () => {
  test('partitions that stay are neither lost nor new', () => {
    expect(changeBetween(spans(0, 1, 2), spans(1, 2, 3))).toEqual({ lost: [0], added: [3] });
    expect(changeBetween(NOTHING, spans(0, 1))).toEqual({ lost: [], added: [0, 1] });
    expect(changeBetween(spans(0, 1), NOTHING)).toEqual({ lost: [0, 1], added: [] });
  });

  test('a topic that was deleted and made anew shares nothing with the one before', () => {
    expect(changeBetween(spans(0, 1), others(0, 1))).toEqual({ lost: [0, 1], added: [0, 1] });
  });

  test('an assignment without partitions is nothing', () => {
    expect(assignedHolding([])).toBe(NOTHING);
    expect(assignedHolding([spans()])).toBe(NOTHING);
    expect(assignedHolding([spans(4)])).toEqual(spans(4));
  });
});

describe('what a member says that it holds', () => {
  test('includes what it has not let go of yet', () => {
    expect(reported(spans(1, 2), NOTHING)).toEqual([spans(1, 2)]);
    expect(reported(spans(1), spans(2))).toEqual([spans(1, 2)]);
    expect(reported(NOTHING, spans(2))).toEqual([spans(2)]);
    expect(reported(spans(1), others(1))).toEqual([spans(1), others(1)]);
    expect(reported(NOTHING, NOTHING)).toEqual([]);
  });
});
