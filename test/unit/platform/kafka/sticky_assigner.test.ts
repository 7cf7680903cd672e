import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assignSticky, type MemberClaim } from '../../../../services/platform/kafka/sticky_assigner.ts';

const member = (memberId: string, partitions: number[], assignedAtMs = 0): MemberClaim => ({
  memberId,
  partitions,
  assignedAtMs,
});

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('sticky assignment', () => {
  test('a member alone gets everything', () => {
    expect(assignSticky([0, 1, 2], [member('a', [])])).toEqual(new Map([['a', [0, 1, 2]]]));
  });

  test('a new member takes only what evens the load', () => {
    const assignment = assignSticky(range(4), [member('a', [0, 1, 2, 3]), member('b', [])]);
    expect(assignment.get('a')).toEqual([0, 1]);
    expect(assignment.get('b')).toEqual([2, 3]);
  });

  test('the partitions of a member that left go to the others, who keep theirs', () => {
    const assignment = assignSticky(range(6), [member('a', [1, 4]), member('b', [0, 3])]);
    expect(assignment.get('a')).toEqual([1, 4, 2]);
    expect(assignment.get('b')).toEqual([0, 3, 5]);
  });

  test('of two members that claim a partition, the one that got it later keeps it', () => {
    const zombie = member('a', [0, 1], 100);
    const current = member('b', [0, 1], 200);
    expect(assignSticky(range(4), [zombie, current]).get('b')).toEqual([0, 1]);
  });

  const groups = fc
    .record({
      partitions: fc.integer({ min: 0, max: 40 }),
      members: fc.array(
        fc.record({
          partitions: fc.uniqueArray(fc.integer({ min: 0, max: 45 })),
          assignedAtMs: fc.integer({ min: 0, max: 3 }),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    })
    .map(({ partitions, members }) => ({
      partitions: range(partitions),
      members: members.map((claim, index) => ({ ...claim, memberId: `m${index}` })),
    }));

  test('every partition goes to exactly one member, and loads differ by one at most', () => {
    fc.assert(
      fc.property(groups, ({ partitions, members }) => {
        const loads = [...assignSticky(partitions, members).values()];
        expect(loads.flat().sort((a, b) => a - b)).toEqual(partitions);
        const sizes = loads.map((own) => own.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('an assignment that is even already stays as it is', () => {
    fc.assert(
      fc.property(groups, ({ partitions, members }) => {
        const first = assignSticky(partitions, members);
        const again = [...first].map(([memberId, own]) => member(memberId, own));
        const second = assignSticky(partitions, again);
        for (const [memberId, own] of first) {
          expect(second.get(memberId)?.sort((a, b) => a - b)).toEqual(own.sort((a, b) => a - b));
        }
      }),
    );
  });

  test('the order in which members are listed does not matter', () => {
    fc.assert(
      fc.property(groups, ({ partitions, members }) => {
        const reversed = assignSticky(partitions, [...members].reverse());
        for (const [memberId, own] of assignSticky(partitions, members)) {
          expect(reversed.get(memberId)).toEqual(own);
        }
      }),
    );
  });
});
