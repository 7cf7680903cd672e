/** Critical paths over many traces, and what is normal for an operation. */
import { histogram, number, text, type HistogramCounts } from './columns.ts';
import { operationPattern } from './operation_pattern.ts';
import { readSql, type Query } from './queries.ts';
import type { TimeRange } from './store.ts';

export interface PathSearch extends TimeRange {
  readonly tenant: string;
  /** Of the root. */
  readonly service: string;
  /** Of the root; empty for any. */
  readonly operation: string;
  /** Share of traces that are not among the slowest, from 0 to 1. */
  readonly slowest: number;
}

/** Sums over traces. */
export interface PathSums {
  readonly traces: number;
  readonly timeNs: number;
  readonly slowestTraces: number;
  readonly slowestTimeNs: number;
}

export interface PathStep extends PathSums {
  readonly service: string;
  readonly operation: string;
}

export interface CriticalPaths {
  /** Traces and their whole time. */
  readonly whole: PathSums;
  /** Longest first. */
  readonly steps: readonly PathStep[];
}

export interface OperationKey {
  readonly service: string;
  readonly operation: string;
  readonly kind: string;
}

export interface PathStore {
  criticalPaths(search: PathSearch, signal: AbortSignal): Promise<CriticalPaths>;
  /** Durations of these operations from a day before until the moment, in the order of `keys`; empty where none is known. */
  durations(
    tenant: string,
    keys: readonly OperationKey[],
    untilMs: number,
    signal: AbortSignal,
  ): Promise<HistogramCounts[]>;
}

const CRITICAL_PATH = readSql('critical_path');
const OPERATION_DURATIONS = readSql('operation_durations');
const MAX_STEPS = 1000;
const NOTHING: PathSums = { traces: 0, timeNs: 0, slowestTraces: 0, slowestTimeNs: 0 };
const HOUR_SECONDS = 3600;

export function pathStore(query: Query): PathStore {
  return {
    criticalPaths: async (search, signal) => {
      const operation = search.operation === '' ? '' : operationPattern(search.operation);
      const rows = await query(CRITICAL_PATH, { ...search, operation, limit: MAX_STEPS }, signal);
      const steps = rows.map((row) => ({
        service: text(row, 'service'),
        operation: text(row, 'operation'),
        traces: number(row, 'traces'),
        timeNs: number(row, 'timeNs'),
        slowestTraces: number(row, 'slowestTraces'),
        slowestTimeNs: number(row, 'slowestTimeNs'),
      }));
      // The query adds each trace as a step without names.
      const isWhole = (step: PathStep): boolean => step.service === '' && step.operation === '';
      return { whole: steps.find(isWhole) ?? NOTHING, steps: steps.filter((step) => !isWhole(step)) };
    },
    durations: async (tenant, keys, untilMs, signal) => {
      const until = (Math.floor(untilMs / 1000 / HOUR_SECONDS) + 1) * HOUR_SECONDS;
      const params = {
        tenant,
        since: Math.max(0, until - 25 * HOUR_SECONDS),
        until,
        services: [...new Set(keys.map(({ service }) => service))],
        operations: [...new Set(keys.map(({ operation }) => operation))],
      };
      const rows = keys.length === 0 ? [] : await query(OPERATION_DURATIONS, params, signal);
      const found = new Map(
        rows.map((row) => [
          keyOf({
            service: text(row, 'service'),
            operation: text(row, 'operation'),
            kind: text(row, 'kind'),
          }),
          histogram(row, 'histogram'),
        ]),
      );
      return keys.map((key) => found.get(keyOf(key)) ?? []);
    },
  };
}

function keyOf({ service, operation, kind }: OperationKey): string {
  return JSON.stringify([service, operation, kind]);
}
