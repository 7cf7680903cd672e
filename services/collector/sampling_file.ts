/**
 * The sampling strategies in force: those of a file, read again every few seconds. A file that is bad at the start stops the
 * start; later the strategies stay as they were, and the log and a gauge say so until the file is good again.
 */
import { readFile } from 'node:fs/promises';
import {
  DEFAULT_STRATEGIES,
  parseSamplingStrategies,
  strategyOf,
  type SamplingStrategies,
  type SamplingStrategy,
} from '../core/jaeger/sampling_strategies.ts';
import type { Timers } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { WatchedFile } from '../platform/watched_file.ts';
import type { CollectorMetrics } from './metrics.ts';

export interface SamplingFileOptions {
  /** '' for none: every trace is to be reported. */
  readonly path: string;
  readonly timers: Pick<Timers, 'every'>;
  readonly log: Log;
  readonly metrics: Pick<CollectorMetrics, 'samplingFileBad'>;
}

export interface SamplingFile extends Part {
  readonly strategyOf: (service: string) => SamplingStrategy;
}

const RELOAD_INTERVAL_MS = 2_000;

export function samplingFile(options: SamplingFileOptions): SamplingFile {
  const { path, timers, log, metrics } = options;
  let strategies: SamplingStrategies = DEFAULT_STRATEGIES;
  const tell = (): void => {
    const { byService, remarks } = strategies;
    log.info({ path, services: byService.size, remarks }, 'sampling strategies read');
    metrics.samplingFileBad.set(0);
  };
  const watched = new WatchedFile({
    ...{ everyMs: RELOAD_INTERVAL_MS, timers },
    look: () => readFile(path, 'utf8'),
    versionOf: (text) => text,
    take: (text) => {
      strategies = parseSamplingStrategies(text);
      tell();
    },
    refused: (error, isNew) => {
      if (!isNew) return;
      metrics.samplingFileBad.set(1);
      const { message } = error as Error;
      log.error({ path, problem: message }, 'the sampling file is bad: the strategies stay as they were');
    },
    restored: tell,
  });
  return {
    name: 'sampling file',
    strategyOf: (service) => strategyOf(strategies, service),
    start: async () => {
      if (path !== '') await watched.start();
    },
    stop: () => watched.stop(),
  };
}
