/**
 * What is asked of the API, and the median that each question is to stay under. Values are drawn from what is stored; where
 * there are few of them (methods, services, a whole day), questions come again.
 */
import type { ClickHouse } from '../../../services/platform/clickhouse/client.ts';
import { PAGES, type Call } from '../corpus/shop_calls.ts';

export interface Question {
  readonly name: string;
  /** Milliseconds, of the median; null where the question is here for comparison. */
  readonly target: number | null;
  /** Paths that are asked at once, as a page does. */
  readonly paths: (draw: Draw) => readonly string[];
}

/** Where a question takes its values from. */
export interface Draw {
  readonly random: () => number;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly traceIds: readonly string[];
  readonly users: readonly StoredUser[];
}

/** Somebody, and a moment of one of their spans. */
export interface StoredUser {
  readonly user: string;
  readonly atMs: number;
}

const HOUR_MS = 3_600_000;

export const QUESTIONS: readonly Question[] = [
  { name: 'trace by id', target: 25, paths: (draw) => [`/api/v1/traces/${pick(draw, draw.traceIds)}`] },
  {
    name: 'search by service and duration, 1 h',
    target: 20,
    paths: (draw) => [search(draw, 1, { service: pick(draw, SERVICES), minSpanDuration: slow(draw) })],
  },
  {
    name: 'search by service and duration, 24 h',
    target: 60,
    paths: (draw) => [search(draw, 24, { service: pick(draw, SERVICES), minSpanDuration: slow(draw) })],
  },
  {
    name: 'search by a rare attribute value, 1 h',
    target: 35,
    paths: (draw) => {
      const { user, atMs } = pick(draw, draw.users);
      return [search(draw, 1, { attribute: `user.id=${user}` }, atMs)];
    },
  },
  {
    name: 'search by a rare attribute value, 24 h',
    target: 80,
    paths: (draw) => [search(draw, 24, { attribute: `user.id=${pick(draw, draw.users).user}` })],
  },
  {
    name: 'search by a common attribute value, 24 h',
    target: 450,
    paths: (draw) => [search(draw, 24, { attribute: `http.request.method=${pick(draw, ['GET', 'POST'])}` })],
  },
  {
    name: 'service page, 24 h (its three answers at once)',
    target: 60,
    paths: (draw) => {
      const of = `service=${pick(draw, SERVICES)}&${stretch(draw, 24)}`;
      return [`/api/v1/series?${of}`, `/api/v1/heatmap?${of}`, `/api/v1/operations?${of}`];
    },
  },
  {
    name: 'critical paths of an operation, 24 h',
    target: null,
    paths: (draw) => {
      const { service, name } = pick(draw, PAGES).root;
      return [
        `/api/v1/critical-path?service=${service}&operation=${encodeURIComponent(name)}&${stretch(draw, 24)}`,
      ];
    },
  },
  { name: 'newest traces, 1 h', target: null, paths: (draw) => [search(draw, 1, {})] },
  { name: 'newest traces, 24 h', target: null, paths: (draw) => [search(draw, 24, {})] },
  { name: 'services, 24 h', target: null, paths: (draw) => [`/api/v1/services?${stretch(draw, 24)}`] },
  { name: 'service map, 24 h', target: null, paths: (draw) => [`/api/v1/graph?${stretch(draw, 24)}`] },
  {
    name: "Jaeger's trace by id",
    target: null,
    paths: (draw) => [`/api/traces/${pick(draw, draw.traceIds)}`],
  },
  {
    name: "Jaeger's search by service and duration, 24 h",
    target: null,
    paths: (draw) => {
      const [start, end] = [draw.sinceMs * 1000, draw.untilMs * 1000];
      return [
        `/api/traces?service=${pick(draw, SERVICES)}&minDuration=${slow(draw)}&start=${start}&end=${end}&limit=20`,
      ];
    },
  },
];

const SERVICES = [...new Set(PAGES.flatMap(({ root }) => servicesOf(root)))];

function servicesOf({ service, calls }: Call): string[] {
  return [service, ...calls.flatMap(servicesOf)];
}

/** Ids of stored traces, from all of the time. */
export async function storedTraceIds(clickhouse: ClickHouse, count: number): Promise<string[]> {
  const rows = await clickhouse.query(
    'SELECT TraceId AS id FROM trace_summaries ORDER BY cityHash64(TraceId) LIMIT {count:UInt32}',
    { count },
  );
  return rows.map(({ id }) => String(id));
}

export async function storedUsers(clickhouse: ClickHouse, count: number): Promise<StoredUser[]> {
  const rows = await clickhouse.query(
    `SELECT SpanAttributes['user.id'] AS user, toString(toUnixTimestamp64Milli(Timestamp)) AS atMs
     FROM otel_traces WHERE SpanKind = 'Server' AND ParentSpanId = ''
     ORDER BY cityHash64(SpanId) LIMIT {count:UInt32}`,
    { count },
  );
  return rows.map(({ user, atMs }) => ({ user: String(user), atMs: Number(atMs) }));
}

function search(
  draw: Draw,
  hours: number,
  conditions: Readonly<Record<string, string>>,
  aroundMs: number | null = null,
): string {
  const of = Object.entries(conditions).map(([name, value]) => `${name}=${encodeURIComponent(value)}&`);
  return `/api/v1/traces?${of.join('')}${stretch(draw, hours, aroundMs)}`;
}

/** A whole stretch of so many hours within what is loaded: some one, or one that a moment lies in. */
function stretch({ random, sinceMs, untilMs }: Draw, hours: number, aroundMs: number | null = null): string {
  const length = hours * HOUR_MS;
  const latest = Math.max(sinceMs, untilMs - length);
  const begin = aroundMs === null ? sinceMs + random() * (latest - sinceMs) : aroundMs - random() * length;
  const since = Math.floor(Math.min(latest, Math.max(sinceMs, begin)) / 1000);
  return `since=${since}&until=${Math.min(Math.ceil(untilMs / 1000), since + hours * 3600)}`;
}

/** From 20 to 60 ms: what some spans of every service take. */
const slow = ({ random }: Draw): string => `${20 + Math.floor(random() * 40)}ms`;

function pick<T>({ random }: Draw, values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error('nothing is stored to ask for');
  return value;
}
