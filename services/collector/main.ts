/** The collector as a process: wiring only. */
import { randomBytes, randomUUID } from 'node:crypto';
import { topicNames } from '../core/contracts.ts';
import { auditLog } from '../platform/audit_log.ts';
import { openAccess } from '../platform/auth/access.ts';
import { systemClock, systemTimers } from '../platform/clock.ts';
import { healthServer } from '../platform/health_server.ts';
import { connectKafka } from '../platform/kafka/connect.ts';
import { runService } from '../platform/run.ts';
import { collectorParts } from './collector.ts';
import { SETTINGS } from './config.ts';
import { METRICS } from './metrics.ts';
import { directoryDisk } from './spool_disk.ts';

await runService('collector', SETTINGS, ({ config, log, registry, fail }) => {
  const access = openAccess({
    ...{
      path: config.credentialsFile,
      key: randomBytes(32),
      clock: systemClock,
      timers: systemTimers,
      log,
      registry,
    },
    audit: auditLog({ path: config.auditFile, service: 'collector', clock: systemClock, log }),
  });
  const { parts, notReady, remark } = collectorParts({
    ...config,
    access,
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
  return [...(access === null ? [] : [access.part]), health, ...parts];
});
