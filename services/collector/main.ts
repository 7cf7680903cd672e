/** The collector as a process: wiring only. */
import { randomBytes, randomUUID } from 'node:crypto';
import { topicNames } from '../core/contracts.ts';
import { auditLog } from '../platform/audit_log.ts';
import { openAccess } from '../platform/auth/access.ts';
import { systemClock, systemTimers } from '../platform/clock.ts';
import { addBallast } from '../platform/garbage_collection.ts';
import { healthServer } from '../platform/health_server.ts';
import { connectKafka, kafkaConnection } from '../platform/kafka/connect.ts';
import { processName } from '../platform/process_name.ts';
import { runService } from '../platform/run.ts';
import { listenerTls } from '../platform/tls/listener_settings.ts';
import { requireClosed } from '../platform/tls/open_listener.ts';
import { collectorParts } from './collector.ts';
import { PREFIX, SETTINGS } from './config.ts';
import { receiverSettings } from './kafka_receiver_settings.ts';
import { METRICS } from './metrics.ts';
import { Redaction } from './redaction.ts';
import { directoryDisk } from './spool_disk.ts';

/** What may wait to be collected grows by two fifths of it. */
addBallast(128 * 1024 * 1024);
await runService('collector', SETTINGS, ({ config, log, registry, fail }) => {
  const { jaegerCompactPort, jaegerBinaryPort } = SETTINGS;
  const udp = [
    ...(config.jaegerCompactPort === null ? [] : [jaegerCompactPort.env]),
    ...(config.jaegerBinaryPort === null ? [] : [jaegerBinaryPort.env]),
  ];
  requireClosed({ ...config, prefix: PREFIX }, udp);
  const tls = listenerTls(PREFIX, config, { log, registry });
  const names = topicNames(config.kafkaTopicPrefix);
  const ours = kafkaConnection(config);
  const connect = (brokers: readonly string[], access: 'open' | 'same') =>
    connectKafka({
      ...{ client: ours.client, brokers },
      ...(access === 'same' && ours.security !== undefined && { security: ours.security }),
      clientId: 'spanmill-collector',
      memberName: processName(config.healthPort),
      log,
    });
  const metrics = registry.create(METRICS);
  const audit = auditLog({ path: config.auditFile, service: 'collector', clock: systemClock, log });
  const access = openAccess({
    ...{
      path: config.credentialsFile,
      key: randomBytes(32),
      clock: systemClock,
      timers: systemTimers,
      log,
      audit,
      registry,
    },
  });
  const { parts, notReady, remark } = collectorParts({
    ...config,
    tls,
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
    redaction:
      config.redactionFile === ''
        ? null
        : new Redaction({
            ...config,
            file: config.redactionFile,
            clock: systemClock,
            timers: systemTimers,
            log,
            audit,
            metrics,
          }),
    jaeger: {
      compactPort: config.jaegerCompactPort,
      binaryPort: config.jaegerBinaryPort,
      httpPort: config.jaegerHttpPort,
      grpcPort: config.jaegerGrpcPort,
      samplingPort: config.samplingPort,
      samplingFile: config.samplingFile,
    },
    receiver: receiverSettings(config, names, connect),
    topic: names.spans,
    kafka: connect(ours.brokers, 'same'),
    clock: systemClock,
    timers: systemTimers,
    log,
    metrics,
    onBug: fail,
  });
  const health = healthServer({
    ...{ host: config.host, port: config.healthPort, tls: tls?.withoutClients() ?? null },
    ...{ registry, notReady, remark },
  });
  const files = [tls, access?.part ?? null].filter((part) => part !== null);
  return [...files, health, ...parts];
});
