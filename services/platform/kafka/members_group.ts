/** The group that members join: one of its own, which has no offsets that a client could spoil (see kafkajs_input.ts). */
import type { InputOptions } from './port.ts';

export function membersGroup({ group, topic }: Pick<InputOptions, 'group' | 'topic'>): string {
  return `${group}.members.${topic}`;
}
