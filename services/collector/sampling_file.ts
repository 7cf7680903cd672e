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
import { FormatError } from '../core/otlp/format_error.ts';
import type { Timers } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
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

/** The file is small, and a look at its content sees every way in which files are replaced. */
const RELOAD_INTERVAL_MS = 2_000;

export function samplingFile(options: SamplingFileOptions): SamplingFile {
  const { path, timers, log, metrics } = options;
  let strategies: SamplingStrategies = DEFAULT_STRATEGIES;
  let seen: string | null = null;
  let leave = (): void => undefined;
  const load = async (): Promise<void> => {
    const text = await readFile(path, 'utf8');
    if (text === seen) return;
    seen = text;
    strategies = parseSamplingStrategies(text);
    const { byService, remarks } = strategies;
    log.info({ path, services: byService.size, remarks }, 'sampling strategies read');
    metrics.samplingFileBad.set(0);
  };
  let fault = '';
  const reload = async (): Promise<void> => {
    try {
      await load();
      fault = '';
    } catch (error) {
      metrics.samplingFileBad.set(1);
      // It may come back as it was.
      if (!(error instanceof FormatError)) seen = null;
      const { message } = error as Error;
      if (message === fault) return;
      fault = message;
      log.error({ path, problem: message }, 'the sampling file is bad: the strategies stay as they were');
    }
  };
  return {
    name: 'sampling file',
    strategyOf: (service) => strategyOf(strategies, service),
    start: async () => {
      if (path === '') return;
      await load();
      leave = timers.every(RELOAD_INTERVAL_MS, () => void reload());
    },
    stop: () => {
      leave();
      return Promise.resolve();
    },
  };
}
