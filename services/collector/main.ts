/** The collector as a process: wiring only. */
import { randomUUID } from 'node:crypto';
import { topicNames } from '../core/contracts.ts';
import { systemClock, systemTimers } from '../platform/clock.ts';
import { healthServer } from '../platform/health_server.ts';
import { connectKafka } from '../platform/kafka/connect.ts';
import { processName } from '../platform/process_name.ts';
import { runService } from '../platform/run.ts';
import { collectorParts } from './collector.ts';
import { SETTINGS } from './config.ts';
import { receiverSettings } from './kafka_receiver_settings.ts';
import { METRICS } from './metrics.ts';
import { directoryDisk } from './spool_disk.ts';

await runService('collector', SETTINGS, ({ config, log, registry, fail }) => {
  const names = topicNames(config.kafkaTopicPrefix);
  const connect = (brokers: readonly string[]) =>
    connectKafka({
      client: config.kafkaClient,
      brokers,
      clientId: 'spanmill-collector',
      memberName: processName(config.healthPort),
      log,
    });
  const { parts, notReady, remark } = collectorParts({
    ...config,
    spool:
      config.spoolDirectory === ''
        ? null
        : {
            disk: directoryDisk(config.spoolDirectory),
            newId: randomUUID,
            maxBytes: config.spoolBytes,
            segmentBytes: config.spoolSegmentBytes,
          },
    receiver: receiverSettings(config, names, connect),
    topic: names.spans,
    kafka: connect(config.kafkaBrokers.split(',')),
    clock: systemClock,
    timers: systemTimers,
    log,
    metrics: registry.create(METRICS),
    onBug: fail,
  });
  const health = healthServer({ host: config.host, port: config.healthPort, registry, notReady, remark });
  return [health, ...parts];
});
