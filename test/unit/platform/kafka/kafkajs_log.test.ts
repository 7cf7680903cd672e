import { describe, expect, test } from '@jest/globals';
import kafkajs, { type LogEntry } from 'kafkajs';
import { kafkaJsLog } from '../../../../services/platform/kafka/kafkajs_log.ts';
import { quietLog } from '../../../support/quiet_log.ts';

function logger() {
  const warnings: string[] = [];
  const details: string[] = [];
  let time = 0;
  const log = {
    ...quietLog,
    warn: (_: object, message: string) => void warnings.push(message),
    debug: (_: object, message: string) => void details.push(message),
  };
  const write = kafkaJsLog(log, () => time)();
  const say = (namespace: string, message: string, broker = 'b:1') => {
    const entry = { namespace, level: kafkajs.logLevel.ERROR, label: 'ERROR', log: { message, broker } };
    write(entry as unknown as LogEntry);
  };
  return { warnings, details, say, pass: (ms: number) => (time += ms) };
}

describe('log lines of kafkajs', () => {
  test('a rebalance, which it calls an error, is a detail', () => {
    const { warnings, details, say } = logger();
    say('Connection', 'Response Heartbeat(key: 12, version: 3)');
    expect(warnings).toEqual([]);
    expect(details).toHaveLength(1);
  });

  test('a broker that is away is a warning, now and then', () => {
    const { warnings, say, pass } = logger();
    say('Connection', 'Connection error: connect ECONNREFUSED');
    say('Connection', 'Connection error: connect ECONNREFUSED');
    say('Connection', 'Connection timeout', 'b:2');
    expect(warnings).toHaveLength(2);
    pass(10_000);
    say('Connection', 'Connection error: connect ECONNREFUSED');
    expect(warnings).toHaveLength(3);
  });
});
