/** What each process did between two moments: its CPU time, over the spans that passed through it. */
import { residentBytes } from '../../../services/local/process_table.ts';
import {
  maxOf,
  parsePrometheusText,
  sumOf,
  type Sample,
} from '../../../services/platform/prometheus_text.ts';
import type { ServiceName } from '../../support/pipeline.ts';
import { median } from './median.ts';
import { cpuMicros, peakBytes } from './process_usage.ts';
import type { Course, ProcessFigures } from './result.ts';
import type { Passed, Way } from './way.ts';

const PAUSE = 'nodejs_eventloop_lag_max_seconds';
const LOOK_MS = 1000;
const MINUTE_LOOKS = 60;

/** Servers beside the services: whose spans are counted against them. */
export interface Server {
  readonly name: string;
  readonly pid: number;
  readonly feeds: ServiceName;
}

interface Moment {
  readonly cpu: number;
  readonly spans: number;
  readonly resident: number;
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
  const look = async (): Promise<Moments> => {
    const samples = new Map<ServiceName, Sample[]>();
    for (const name of services) samples.set(name, parsePrometheusText(await way.metrics(name)));
    for (const [name, own] of samples) {
      const pause = maxOf(own, PAUSE);
      if (pause !== null) pauses.set(name, Math.max(pauses.get(name) ?? 0, pause * 1000));
    }
    return new Map(
      pids.map(({ name, pid, feeds }) => [
        name,
        {
          cpu: cpuMicros(pid),
          spans: counted(way.passed, feeds, samples.get(feeds) ?? []),
          resident: residentBytes(pid) ?? 0,
        },
      ]),
    );
  };
  const first = await look();
  const looks = [first];
  // What the start did is not what is measured.
  pauses.clear();
  while (!(await isOver())) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    looks.push(await look());
  }
  const last = await look();
  looks.push(last);
  return pids.map(({ name, pid, feeds }) => {
    const [before, after] = [momentOf(first, name), momentOf(last, name)];
    const spans = after.spans - before.spans;
    const isOurs = name === feeds;
    return {
      ...{ name, spans, cpuMicros: (after.cpu - before.cpu) / spans, peakBytes: peakBytes(pid) },
      pauseMs: pauses.get(name) ?? null,
      residentBytes: courseOf(looks.map((moments) => momentOf(moments, name).resident)),
      behindSpans: isOurs
        ? courseOf(looks.map((moments) => behind(moments, services[0] ?? name, name)))
        : null,
    };
  });
}

type Moments = ReadonlyMap<string, Moment>;

function momentOf(moments: Moments, name: string): Moment {
  return moments.get(name) ?? { cpu: 0, spans: 0, resident: 0 };
}

function behind(moments: Moments, front: string, name: string): number {
  return momentOf(moments, front).spans - momentOf(moments, name).spans;
}

/** Of a minute each: a single look may fall into a merge or a garbage collection. */
export function courseOf(values: readonly number[]): Course {
  const share = Math.min(MINUTE_LOOKS, Math.ceil(values.length / 2));
  return {
    first: median(values.slice(0, share)),
    last: median(values.slice(-share)),
    most: Math.max(...values),
  };
}

/** How many spans have passed through a service so far. */
export async function passed(way: Way, service: ServiceName): Promise<number> {
  return counted(way.passed, service, parsePrometheusText(await way.metrics(service)));
}

function counted(counters: Passed, service: ServiceName, samples: readonly Sample[]): number {
  const counter = counters[service];
  return counter === undefined ? 0 : (sumOf(samples, ...counter) ?? 0);
}
