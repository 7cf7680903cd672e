/** The collector as a process: wiring only. */
import { randomUUID } from 'node:crypto';
import { topicNames } from '../core/contracts.ts';
import { systemClock, systemTimers } from '../platform/clock.ts';
import { healthServer } from '../platform/health_server.ts';
import { connectKafka } from '../platform/kafka/connect.ts';
import { runService } from '../platform/run.ts';
import { collectorParts } from './collector.ts';
import { SETTINGS } from './config.ts';
import { METRICS } from './metrics.ts';
import { directoryDisk } from './spool_disk.ts';

await runService('collector', SETTINGS, ({ config, log, registry, fail }) => {
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
    jaeger: {
      compactPort: config.jaegerCompactPort,
      binaryPort: config.jaegerBinaryPort,
      httpPort: config.jaegerHttpPort,
      grpcPort: config.jaegerGrpcPort,
      samplingPort: config.samplingPort,
      samplingFile: config.samplingFile,
    },
    topic: topicNames(config.kafkaTopicPrefix).spans,
    kafka: connectKafka({
      client: config.kafkaClient,
      brokers: config.kafkaBrokers.split(','),
      clientId: 'spanmill-collector',
      log,
    }),
    clock: systemClock,
    timers: systemTimers,
    log,
    metrics: registry.create(METRICS),
    onBug: fail,
  });
  const health = healthServer({ host: config.host, port: config.healthPort, registry, notReady, remark });
  return [health, ...parts];
});
