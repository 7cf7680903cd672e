/** What each process did between two moments: its CPU time, over the spans that passed through it. */
import {
  maxOf,
  parsePrometheusText,
  sumOf,
  type Sample,
} from '../../../services/platform/prometheus_text.ts';
import type { ServiceName } from '../../support/pipeline.ts';
import { cpuMicros, peakBytes } from './process_usage.ts';
import type { ProcessFigures } from './result.ts';
import type { Passed, Way } from './way.ts';

const PAUSE = 'nodejs_eventloop_lag_max_seconds';
const LOOK_MS = 1000;

/** Servers beside the services: whose spans are counted against them. */
export interface Server {
  readonly name: string;
  readonly pid: number;
  readonly feeds: ServiceName;
}

interface Moment {
  readonly cpu: number;
  readonly spans: number;
}

/** Looks until it is over, then says what each did. */
export async function measureWindow(
  way: Way,
  services: readonly ServiceName[],
  servers: readonly Server[],
  isOver: () => boolean | Promise<boolean>,
): Promise<ProcessFigures[]> {
  const pids = [...services.map((name) => ({ name, pid: way.pid(name), feeds: name })), ...servers];
  const pauses = new Map<string, number>();
  const look = async (): Promise<ReadonlyMap<string, Moment>> => {
    const samples = new Map<ServiceName, Sample[]>();
    for (const name of services) samples.set(name, parsePrometheusText(await way.metrics(name)));
    for (const [name, own] of samples) {
      const pause = maxOf(own, PAUSE);
      if (pause !== null) pauses.set(name, Math.max(pauses.get(name) ?? 0, pause * 1000));
    }
    return new Map(
      pids.map(({ name, pid, feeds }) => [
        name,
        { cpu: cpuMicros(pid), spans: counted(way.passed, feeds, samples.get(feeds) ?? []) },
      ]),
    );
  };
  const first = await look();
  // What the start did is not what is measured.
  pauses.clear();
  while (!(await isOver())) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    await look();
  }
  const last = await look();
  return pids.map(({ name, pid }) => {
    const [before, after] = [first.get(name), last.get(name)];
    const spans = (after?.spans ?? 0) - (before?.spans ?? 0);
    const cpu = (after?.cpu ?? 0) - (before?.cpu ?? 0);
    return {
      ...{ name, spans, cpuMicros: cpu / spans, peakBytes: peakBytes(pid) },
      pauseMs: pauses.get(name) ?? null,
    };
  });
}

/** How many spans have passed through a service so far. */
export async function passed(way: Way, service: ServiceName): Promise<number> {
  return counted(way.passed, service, parsePrometheusText(await way.metrics(service)));
}

function counted(counters: Passed, service: ServiceName, samples: readonly Sample[]): number {
  const counter = counters[service];
  return counter === undefined ? 0 : (sumOf(samples, ...counter) ?? 0);
}
