import { describe, expect, test } from '@jest/globals';
import { listText, readArguments } from '../../chaos/arguments.ts';
import { ArgumentsError } from '../../support/command_line.ts';
import { FAULTS, SHORT_DRILL } from '../../chaos/faults/all.ts';
import { KAFKA_SETTINGS } from '../../../services/platform/settings.ts';

const drill = (...argv: string[]) => {
  const wish = readArguments(argv);
  if (wish.do !== 'drill') throw new Error('not a drill');
  return { ...wish, faults: wish.faults.map(({ name }) => name) };
};

describe('the command line of the drill', () => {
  test('runs each fault once when nothing is said', () => {
    expect(drill()).toMatchObject({ seed: 1, minutes: null, isShort: false, outageSeconds: null });
    expect(drill()).toMatchObject({ client: KAFKA_SETTINGS.kafkaClient.default });
    expect(drill('--client', 'kafkajs')).toMatchObject({ client: 'kafkajs' });
    expect(drill().faults).toHaveLength(FAULTS.length);
  });

  test('takes a seed, minutes, a rate and the faults that are wanted', () => {
    const wish = drill(
      ...['--seed', '42', '--minutes', '30', '--rate', '900'],
      ...['--faults', 'clickhouse-outage,kill-sink', '--outage-seconds', '600'],
    );
    expect(wish).toMatchObject({ seed: 42, minutes: 30, spansPerSecond: 900, outageSeconds: 600 });
    expect(wish.faults).toEqual(['clickhouse-outage', 'kill-sink']);
  });

  test('has a short drill', () => {
    expect(drill('--short')).toMatchObject({ isShort: true, faults: SHORT_DRILL });
  });

  test.each([
    [['--faults', 'kill-sink,kill-everything'], 'there is no fault "kill-everything"'],
    [['--seed', 'many'], '--seed many: must be a whole number'],
    [['--minutes', '0'], '--minutes 0: must be a whole number of 1 or more'],
    [['--rate', '1.5'], '--rate 1.5: must be a whole number'],
    [['--client', 'java'], 'there is no Kafka client "java": direct, kafkajs'],
    [['--wrong'], "Unknown option '--wrong'"],
    [['extra'], 'extra'],
  ])('refuses %j with its reason', (argv, reason) => {
    expect(() => readArguments(argv)).toThrow(ArgumentsError);
    expect(() => readArguments(argv)).toThrow(reason);
  });

  test('lists every fault with what it does', () => {
    const lines = listText().trimEnd().split('\n');
    expect(lines).toHaveLength(FAULTS.length);
    for (const [index, { name, what }] of FAULTS.entries()) {
      expect(lines[index]).toContain(name);
      expect(lines[index]).toContain(what);
    }
  });
});
