/** Settings of the processor. The README's table is made from this. */
import { choice, integer, port, text } from '../platform/config.ts';
import { KAFKA_SETTINGS, LOG_SETTINGS, listenHost } from '../platform/settings.ts';
import { tlsSettings } from '../platform/tls/listener_settings.ts';

const SECOND = 1_000;
const MIB = 1024 * 1024;

export const PREFIX = 'SPANMILL_PROCESSOR_';

export const SETTINGS = {
  ...LOG_SETTINGS,
  ...KAFKA_SETTINGS,
  group: text({
    env: 'SPANMILL_PROCESSOR_GROUP',
    default: 'spanmill-processor',
    meaning: 'Consumer group; its true position is committed as GROUP.progress, each 5 s.',
  }),
  start: choice({
    env: 'SPANMILL_PROCESSOR_START',
    default: 'committed',
    options: ['committed', 'earliest', 'latest'],
    meaning:
      'Where to begin on a partition without committed offset although traces were published from it; ' +
      'committed refuses, since any choice repeats or skips spans.',
  }),
  forgetMs: integer({
    env: 'SPANMILL_PROCESSOR_FORGET_MS',
    default: 30 * SECOND,
    unit: 'ms',
    min: 100,
    max: 3_600 * SECOND,
    meaning: 'Silence after which a trace is forgotten: a later span begins anew.',
  }),
  settleMs: integer({
    env: 'SPANMILL_PROCESSOR_SETTLE_MS',
    default: 5 * SECOND,
    unit: 'ms',
    min: 10,
    max: 3_600 * SECOND,
    meaning: 'Silence after which the spans of a trace are sent.',
  }),
  settleCompleteMs: integer({
    env: 'SPANMILL_PROCESSOR_SETTLE_COMPLETE_MS',
    default: SECOND,
    unit: 'ms',
    min: 10,
    max: 3_600 * SECOND,
    meaning: 'The same once the root and all parents are there.',
  }),
  maxRunAgeMs: integer({
    env: 'SPANMILL_PROCESSOR_MAX_TRACE_AGE_MS',
    default: 900 * SECOND,
    unit: 'ms',
    min: SECOND,
    max: 86_400 * SECOND,
    meaning: 'A trace that never falls silent is cut at this age.',
  }),
  maxFragmentSpans: integer({
    env: 'SPANMILL_PROCESSOR_MAX_FRAGMENT_SPANS',
    default: 5_000,
    unit: 'spans',
    min: 1,
    max: 1_000_000,
    meaning: 'A trace with as many unsent spans is sent at once, the rest follows.',
  }),
  commitIntervalMs: integer({
    env: 'SPANMILL_PROCESSOR_COMMIT_INTERVAL_MS',
    default: 1_000,
    unit: 'ms',
    min: 10,
    max: 60 * SECOND,
    meaning: 'Longest time between two commits of a partition with something to publish.',
  }),
  commitBytes: integer({
    env: 'SPANMILL_PROCESSOR_COMMIT_BYTES',
    default: 4 * MIB,
    unit: 'bytes',
    min: 1024,
    max: 64 * MIB,
    meaning: 'A commit is made early at this much output.',
  }),
  tracesRate: integer({
    env: 'SPANMILL_PROCESSOR_TRACES_RATE',
    default: 40_000,
    unit: 'spans/s',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    meaning:
      'What one partition of the traces takes before the next is used: few full ones are cheaper to insert than many nearly empty ones. ' +
      '1 uses all of them always.',
  }),
  stallMs: integer({
    env: 'SPANMILL_PROCESSOR_STALL_MS',
    default: 60_000,
    unit: 'ms',
    min: 10_000,
    max: 3_600_000,
    meaning:
      'A partition that is behind and waits for one thing as long stands still: it is said what for, and the partition is ' +
      'claimed anew where that may help.',
  }),
  memoryBytes: integer({
    env: 'SPANMILL_PROCESSOR_MEMORY_BYTES',
    default: 512 * MIB,
    unit: 'bytes',
    min: MIB,
    max: Number.MAX_SAFE_INTEGER,
    meaning: 'Span bytes of open traces kept in memory; what is over goes to scratch files.',
  }),
  scratchDirectory: text({
    env: 'SPANMILL_PROCESSOR_SCRATCH_DIRECTORY',
    default: '/tmp/spanmill-processor',
    meaning: 'Where scratch files go. They outlive nothing.',
  }),
  host: listenHost('SPANMILL_PROCESSOR_HOST'),
  ...tlsSettings(PREFIX),
  healthPort: port({
    env: 'SPANMILL_PROCESSOR_HEALTH_PORT',
    default: 13_134,
    meaning: 'Port of /healthz, /readyz and /metrics.',
  }),
};
