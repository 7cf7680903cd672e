/** Chance from a seed: the same seed throws the same. */
export interface Dice {
  /** From 0 up to, not including, `below`; 0 where that is 0. */
  below(below: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
}

export function dice(random: () => number): Dice {
  const below = (limit: number): number => Math.floor(random() * limit);
  return {
    below,
    chance: (probability) => random() < probability,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
  };
}

export type Mutation = (bytes: Buffer, dice: Dice, corpus: readonly Uint8Array[]) => Buffer;
