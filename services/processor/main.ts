/** The processor as a process: wiring only. */
import { topicNames } from '../core/contracts.ts';
import { DEFAULT_RULES } from '../core/trace/assembly.ts';
import { systemClock, systemTimers } from '../platform/clock.ts';
import { addBallast } from '../platform/garbage_collection.ts';
import { healthServer } from '../platform/health_server.ts';
import { connectKafka, kafkaConnection } from '../platform/kafka/connect.ts';
import { processName } from '../platform/process_name.ts';
import { runService } from '../platform/run.ts';
import { listenerTls } from '../platform/tls/listener_settings.ts';
import { PREFIX, SETTINGS } from './config.ts';
import { METRICS } from './metrics.ts';
import { Processor } from './processor.ts';
import { ScratchStore } from './scratch_store.ts';

const SCRATCH_FILE_BYTES = 64 * 1024 * 1024;
/** Fewer collections of the whole heap, each of which looks at every trace that is remembered. MEASURED at 40,000 spans/s: RATIONALE.md. */
const BALLAST_BYTES = 128 * 1024 * 1024;

addBallast(BALLAST_BYTES);

await runService('processor', SETTINGS, ({ config, log, registry, fail }) => {
  const metrics = registry.create(METRICS);
  const store = new ScratchStore({
    directory: config.scratchDirectory,
    budgetBytes: config.memoryBytes,
    fileBytes: SCRATCH_FILE_BYTES,
    onDiskFull: () => metrics.scratchFull.add(1),
    onChange: (residentBytes, spilledBytes) => {
      metrics.residentBytes.set(residentBytes);
      metrics.spilledBytes.set(spilledBytes);
    },
  });
  const { forgetMs, settleMs, settleCompleteMs, maxFragmentSpans } = config;
  const processor = new Processor({
    settings: {
      ...config,
      topics: topicNames(config.kafkaTopicPrefix),
      rules: { ...DEFAULT_RULES, forgetMs, settleMs, settleCompleteMs, maxFragmentSpans },
    },
    kafka: connectKafka({
      ...kafkaConnection(config),
      clientId: 'spanmill-processor',
      memberName: processName(config.healthPort),
      log,
    }),
    store,
    clock: systemClock,
    timers: systemTimers,
    log,
    metrics,
    fail,
  });
  const tls = listenerTls(PREFIX, config, { log, registry });
  const health = healthServer({
    host: config.host,
    port: config.healthPort,
    registry,
    tls,
    notReady: () => processor.notReady(),
  });
  return [...(tls === null ? [] : [tls]), health, processor];
});
