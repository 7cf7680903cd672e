/** Every SQL statement of the dashboards in deploy/grafana against migrated tables with forty traces of a shop. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Row } from '../../../services/platform/clickhouse/client.ts';
import {
  CLICKHOUSE_PLUGIN,
  drawnPanels,
  linksOf,
  queryOf,
  readDashboards,
  type Dashboard,
  type Panel,
  type Target,
} from '../../support/grafana_dashboards.ts';
import { createQueryDatabase, type QueryDatabase } from '../query/query_database.ts';
import { insertShop, SHOP_MS, SHOP_TRACES, shopTraceId } from '../query/shop_rows.ts';
import { fillIn, type Moment, type Values } from './fill_in.ts';

const FROM = SHOP_MS / 1000 - 3540;
const MINUTES: Moment = { fromSeconds: FROM, toSeconds: FROM + 3600, intervalSeconds: 60 };
/** From a whole hour on, since the hour in which all began is left out otherwise. */
const HOURS: Moment = { ...MINUTES, fromSeconds: SHOP_MS / 1000 - 3600, intervalSeconds: 3600 };

const ALL: Values = {
  tenant: 'default',
  service: ['$__all'],
  operation: ['$__all'],
  kind: ['Server', 'Consumer'],
  resolution: '1m',
  root: '',
  min_ms: '0',
  errors: '0',
};
/** Traces 10, 20, 30 and 40 fail; the second service must survive its quotation marks. */
const CHOSEN: Values = {
  ...ALL,
  service: ['cart', "it's"],
  operation: ['GET /items', 'GET /carts/{}'],
  resolution: '1h',
  root: 'Carts',
  min_ms: '200',
  errors: '1',
};

const CASES = readDashboards().flatMap(({ file, dashboard }) =>
  drawnPanels(dashboard).flatMap((panel) =>
    (panel.targets ?? [])
      .filter(({ datasource }) => datasource.type === CLICKHOUSE_PLUGIN)
      .map((target) => ({ name: `${file}: ${panel.title} (${panel.type}, ${target.refId})`, panel, target })),
  ),
);
const VARIABLES = readDashboards().flatMap(({ file, dashboard }) =>
  dashboard.templating.list
    .map((variable) => ({
      name: `${file}: ${variable.name}`,
      variable: variable.name,
      sql: queryOf(variable),
    }))
    .filter(({ sql }) => sql.startsWith('SELECT')),
);

let database: QueryDatabase;
beforeAll(async () => {
  database = await createQueryDatabase();
  await insertShop(database);
  const foreign = { Tenant: 'other', ServiceName: 'foreign', SpanName: 'GET /', SpanKind: 'Server' };
  await database.insert('span_metrics', [
    { ...foreign, Time: SHOP_MS / 1000 - 60, Calls: 1000, Spans: 1000 },
  ]);
}, 60_000);
afterAll(() => database.close());

interface Column {
  readonly name: string;
  readonly kind: 'time' | 'number' | 'text' | 'other';
}

interface Answer {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

async function ask(sql: string, values = ALL, moment = MINUTES): Promise<Answer> {
  const filled = fillIn(sql, values, moment);
  const described = await database.clickhouse.query(`DESCRIBE TABLE (${filled})`);
  const columns = described.map(({ name, type }) => ({ name: String(name), kind: kindOf(String(type)) }));
  return { columns, rows: await database.clickhouse.query(filled) };
}

function kindOf(type: string): Column['kind'] {
  const bare = type.replace(/^(?:Nullable|LowCardinality)\((.*)\)$/, '$1');
  if (/^DateTime/.test(bare)) return 'time';
  if (/^U?Int\d+$|^Float\d+$/.test(bare)) return 'number';
  return bare === 'String' ? 'text' : 'other';
}

const namesOf = ({ columns }: Answer, kind?: Column['kind']): string[] =>
  columns.filter((column) => kind === undefined || column.kind === kind).map(({ name }) => name);

describe('variables', () => {
  it.each(VARIABLES)('$name has values, each a text', async ({ sql }) => {
    const answer = await ask(sql);
    expect(answer.columns).toEqual([{ name: expect.any(String), kind: 'text' }]);
    expect(answer.rows).not.toEqual([]);
  });

  it('offer the services of the chosen tenant alone, and all operations of the chosen services', async () => {
    const sqlOf = (name: string): string => VARIABLES.find(({ variable }) => variable === name)?.sql ?? '';
    expect((await ask(sqlOf('tenant'))).rows.flatMap(Object.values)).toEqual(['default', 'other']);
    expect((await ask(sqlOf('service'))).rows.flatMap(Object.values)).toEqual(['cart', 'web']);
    const operations = await ask(sqlOf('operation'), CHOSEN);
    expect(operations.rows.flatMap(Object.values)).toEqual(['GET /items', 'SELECT items']);
  });
});

describe('panels', () => {
  it.each(CASES)('$name gets what it draws', async ({ panel, target }) => {
    const answer = await ask(target.rawSql ?? '');
    expect(answer.rows).not.toEqual([]);
    expect(namesOf(answer, 'other')).toEqual([]);
    if (target.format === 0) expectSeries(panel, answer);
    else EXPECTATIONS[panel.type]?.(panel, answer, target);
    const fields = linksOf(panel).flatMap(({ url }) =>
      [...url.matchAll(/\$\{__data\.fields\.(\w+)/g)].map(([, name]) => name),
    );
    const overridden = (panel.fieldConfig?.overrides ?? []).map(({ matcher }) => matcher.options);
    expect(namesOf(answer)).toEqual(expect.arrayContaining([...fields, ...overridden]));
  });

  it.each(CASES)('$name answers for what is chosen, by hours', async ({ target }) => {
    expect((await ask(target.rawSql ?? '', CHOSEN, HOURS)).rows).not.toEqual([]);
  });
});

/** Format 0: a time that rises, numbers, and texts as labels. */
function expectSeries({ fieldConfig }: Panel, answer: Answer): void {
  expect(answer.columns[0]).toEqual({ name: 'time', kind: 'time' });
  expect(namesOf(answer, 'time')).toHaveLength(1);
  expect(namesOf(answer, 'number')).not.toEqual([]);
  const times = answer.rows.map(({ time }) => String(time));
  expect(times).toEqual(times.toSorted());
  const label = /labels\.(\w+)/.exec(fieldConfig?.defaults.displayName ?? '')?.[1];
  expect(namesOf(answer, 'text')).toEqual(label === undefined ? [] : [label]);
}

const EXPECTATIONS: Readonly<Record<string, (panel: Panel, answer: Answer, target: Target) => void>> = {
  stat: (_, answer) => {
    expect(answer.rows).toHaveLength(1);
    expect(namesOf(answer, 'number')).toEqual(namesOf(answer));
  },
  heatmap: (_, answer) => {
    expect(answer.columns.map(({ kind }) => kind)).toEqual(['time', 'number']);
  },
  xychart: ({ options }, answer) => {
    const [series] = options?.['series'] as Record<'x' | 'y' | 'color', { matcher: { options: string } }>[];
    expect(namesOf(answer, 'time')).toEqual([series?.x.matcher.options]);
    expect(namesOf(answer, 'number')).toEqual([series?.y.matcher.options, series?.color.matcher.options]);
  },
  bargauge: ({ options }, answer) => {
    const { fields } = options?.['reduceOptions'] as { fields: string };
    expect(namesOf(answer, 'number').map((name) => `/^${name}$/`)).toEqual([fields]);
    expect(namesOf(answer, 'text')).toHaveLength(1);
  },
  nodeGraph: (_, answer, { refId }) => {
    const texts = refId === 'nodes' ? ['id', 'title'] : ['id', 'source', 'target'];
    expect(namesOf(answer, 'text')).toEqual(texts);
    expect(namesOf(answer, 'number')).toContain('mainstat');
  },
};

describe('figures', () => {
  const dashboards = readDashboards().map(({ dashboard }) => dashboard);
  const targetOf = (uid: string, title: string, refId = 'A'): string => {
    const found = dashboards.find((dashboard: Dashboard) => dashboard.uid === uid);
    const panel = found?.panels.find((one) => one.title === title && one.type !== 'row');
    return panel?.targets?.find((target) => target.refId === refId)?.rawSql ?? '';
  };
  const rowsOf = async (uid: string, title: string, values = ALL, refId = 'A'): Promise<readonly Row[]> =>
    (await ask(targetOf(uid, title, refId), values)).rows;

  it('of services are those of their rows', async () => {
    // Two calls answered a trace, of which every tenth trace fails one, in an hour.
    expect(await rowsOf('spanmill-services', 'Calls')).toEqual([{ Calls: (2 * SHOP_TRACES) / 3600 }]);
    expect(await rowsOf('spanmill-services', 'Error ratio')).toEqual([{ ErrorRatio: 0.05 }]);
    const ratios = await rowsOf('spanmill-services', 'Error ratio by service');
    expect(ratios).toEqual([
      { time: expect.any(String), service: 'cart', errors: 0.1 },
      { time: expect.any(String), service: 'web', errors: 0 },
    ]);
  });

  it('of durations are as near as their buckets', async () => {
    const [row] = await rowsOf('spanmill-services', 'Durations', { ...ALL, service: ['web'] });
    // Traces take 10 ms to 400 ms in steps of 10 ms, and a bucket is 9 % wide.
    expect(Number(row?.['P50']) / 200e6).toBeCloseTo(1, 0.9);
    expect(Number(row?.['P95']) / 380e6).toBeGreaterThan(0.95);
    expect(Number(row?.['P99']) / 400e6).toBeLessThan(1.05);
  });

  it('of operations come with their slowest trace and their newest error', async () => {
    const operations = await rowsOf('spanmill-services', 'Operations, slowest first');
    expect(operations.map(({ Service, Operation }) => [Service, Operation])).toEqual([
      ['web', 'GET /carts/{}'],
      ['cart', 'GET /items'],
    ]);
    expect(operations[1]).toMatchObject({ SlowestTrace: shopTraceId(40), NewestError: shopTraceId(10) });
  });

  it('of the map join: each edge ends at nodes', async () => {
    const nodes = await rowsOf('spanmill-services', 'Service map', ALL, 'nodes');
    const edges = await rowsOf('spanmill-services', 'Service map', ALL, 'edges');
    const ids = nodes.map(({ id }) => id);
    expect(ids).toEqual(['cart', 'postgresql/shop', 'web']);
    expect(edges.map(({ source, target }) => [source, target])).toEqual([
      ['cart', 'postgresql/shop'],
      ['web', 'cart'],
    ]);
  });

  it('of edges know which end saw no duration', async () => {
    const edges = await rowsOf('spanmill-services', 'Calls between services');
    const seen = edges.map(({ Server, ClientP95, ServerP95 }) => ({
      server: Server,
      byClient: ClientP95 !== null,
      byServer: ServerP95 !== null,
    }));
    // As many calls each: then by name of the client.
    expect(seen).toEqual([
      { server: 'postgresql/shop', byClient: true, byServer: false },
      { server: 'cart', byClient: true, byServer: true },
    ]);
  });

  it('of traces are of those that all conditions leave', async () => {
    expect(await rowsOf('spanmill-traces', 'Traces')).toEqual([{ Traces: String(SHOP_TRACES) }]);
    const found = await rowsOf('spanmill-traces', 'Newest traces', CHOSEN);
    expect(found.map(({ TraceId, Duration }) => [TraceId, Duration])).toEqual(
      [20, 30, 40].map((n) => [shopTraceId(n), String(n * 10_000_000)]),
    );
    expect(await rowsOf('spanmill-traces', 'Newest traces', { ...CHOSEN, service: ['nobody'] })).toEqual([]);
  });

  it('of critical paths sum up to the durations of the traces', async () => {
    const steps = await rowsOf('spanmill-traces', 'Where the time went');
    const sum = steps.reduce((total, { Time }) => total + Number(Time), 0);
    expect(sum).toBe(10_000_000 * ((SHOP_TRACES * (SHOP_TRACES + 1)) / 2));
  });
});
