import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SETTINGS as COLLECTOR } from '../../../services/collector/config.ts';
import { SETTINGS as PROCESSOR } from '../../../services/processor/config.ts';
import { SETTINGS as QUERY } from '../../../services/query/config.ts';
import { SETTINGS as SINK } from '../../../services/sink/config.ts';
import { viewOf } from '../../../services/web/router/view.ts';
import {
  drawnPanels,
  GRAFANA_DIRECTORY,
  linksOf,
  queryOf,
  readDashboards,
  type DataSourceReference,
} from '../../support/grafana_dashboards.ts';

const FILES = readDashboards();
const DASHBOARDS = FILES.map(({ dashboard }) => ({ uid: dashboard.uid, dashboard }));
const PANELS = DASHBOARDS.flatMap(({ uid, dashboard }) =>
  drawnPanels(dashboard).map((panel) => ({ name: `${uid}: ${panel.title}`, panel, dashboard })),
);
const read = (file: string): string => readFileSync(join(GRAFANA_DIRECTORY, file), 'utf8');
const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

interface DataSource extends DataSourceReference {
  readonly url?: string;
}
const SOURCES = (parse(read('provisioning/datasources/spanmill.yaml')) as { datasources: DataSource[] })
  .datasources;

describe('the dashboards of Grafana', () => {
  it('are four, each under the name of its uid', () => {
    expect(FILES.map(({ file }) => file).sort()).toEqual([
      'spanmill-pipeline.json',
      'spanmill-services.json',
      'spanmill-span-metrics.json',
      'spanmill-traces.json',
    ]);
    for (const { file, dashboard } of FILES) expect(`${dashboard.uid}.json`).toBe(file);
  });

  it.each(DASHBOARDS)(
    '$uid imports anywhere: it has a schema of Grafana 11, and no id of one database',
    ({ dashboard }) => {
      expect(dashboard.id).toBeUndefined();
      expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
      expect(JSON.stringify(dashboard)).not.toMatch(/\$\{DS_/);
    },
  );

  it.each(DASHBOARDS)(
    '$uid numbers its panels, each once, and none lies over another',
    ({ dashboard: { panels } }) => {
      expect(unique(panels.map(({ id }) => id))).toHaveLength(panels.length);
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
        expect(x + w).toBeLessThanOrEqual(24);
        return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)}/${y + Math.floor(cell / w)}`);
      });
      expect(unique(cells)).toHaveLength(cells.length);
    },
  );

  it.each(DASHBOARDS)(
    '$uid says what it requires: each plugin that it uses, and no other',
    ({ dashboard }) => {
      const required = dashboard.__requires.map(({ type, id }) => `${type} ${id}`).sort();
      const panels = drawnPanels(dashboard).map(({ type }) => `panel ${type}`);
      const sources = dashboard.templating.list
        .filter(({ type }) => type === 'datasource')
        .map(({ query }) => `datasource ${query as string}`);
      expect(required).toEqual(unique([...panels, ...sources, 'grafana grafana']).sort());
    },
  );

  it.each(DASHBOARDS)('$uid asks only data sources that its variables choose', ({ dashboard }) => {
    const chosen = dashboard.templating.list
      .filter(({ type }) => type === 'datasource')
      .map(({ name, query }) => ({ type: query, uid: `\${${name}}` }));
    const used = referencesIn(dashboard).filter(({ type }) => type !== 'grafana');
    expect(used).not.toEqual([]);
    for (const reference of used) expect(chosen).toContainEqual(reference);
  });

  it.each(DASHBOARDS)('$uid uses each of its variables, and no others', ({ dashboard }) => {
    const { templating, ...rest } = dashboard;
    const queries = templating.list.map(queryOf);
    const references = templating.list.map((variable) =>
      JSON.stringify((variable as { datasource?: unknown }).datasource ?? ''),
    );
    const text = decodeURIComponent(
      [JSON.stringify(rest), ...queries, ...references].join('\n').replaceAll('% ', '%25 '),
    );
    const used = [...text.matchAll(/\$\{?(\w+)/g)]
      .map(([, name = '']) => name)
      .filter((name) => !name.startsWith('__'));
    expect(unique(used).sort()).toEqual(templating.list.map(({ name }) => name).sort());
  });

  it.each(PANELS)('$name says what it shows, in which unit, of which query', ({ panel }) => {
    expect(panel.title).not.toBe('');
    expect(panel.description).toMatch(/\w.*\.$/);
    expect(panel.fieldConfig?.defaults.unit).toMatch(/\w/);
    const targets = panel.targets ?? [];
    expect(unique(targets.map(({ refId }) => refId))).toHaveLength(targets.length);
    expect(targets).not.toEqual([]);
    for (const { rawSql, expr } of targets) expect(rawSql ?? expr).toMatch(/\w/);
  });

  it.each(PANELS.filter(({ panel }) => panel.targets?.[0]?.rawSql !== undefined))(
    '$name tells the plugin the same in each of its ways',
    ({ panel }) => {
      for (const { editorType, queryType, format, rawSql } of panel.targets ?? []) {
        expect(editorType).toBe('sql');
        expect(queryType).toBe(format === 0 ? 'timeseries' : 'table');
        expect(format).toBe(panel.type === 'timeseries' ? 0 : 1);
        // A point must not be shorter than the rows that it sums.
        const byRollup = format === 0 && rawSql?.includes('${resolution:raw}') === true;
        expect(panel.interval).toBe(byRollup ? '$resolution' : undefined);
      }
    },
  );
});

function referencesIn(value: unknown): DataSourceReference[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    key === 'datasource' ? [inner as DataSourceReference] : referencesIn(inner),
  );
}

describe('links', () => {
  const links = PANELS.flatMap(({ panel }) => linksOf(panel)).map(({ url }) => ({ url }));
  const SAMPLES: readonly [RegExp, string][] = [
    [/\$\{spanmill:raw\}/g, 'http://localhost:16686'],
    [/\$\{__(?:from|to):date:iso\}/g, '2026-11-21T10:00:00.000Z'],
    [/\$\{__(?:from|to)\}/g, '1795258663230'],
    [/\$\{tempo\}/g, 'spanmill-tempo'],
    [/\$\{__(?:value\.raw|data\.fields\.\w+)\}/g, '4bf92f3577b34da6a3ce929d0e0e4736'],
  ];
  const filled = (url: string): URL => {
    const text = SAMPLES.reduce((sum, [pattern, sample]) => sum.replaceAll(pattern, sample), url);
    expect(text).not.toContain('$');
    return new URL(text, 'http://grafana.example');
  };

  it.each(links.filter(({ url }) => url.startsWith('${spanmill')))(
    'lead to a view of the page: $url',
    ({ url }) => {
      const { pathname, searchParams } = filled(url);
      expect(['trace', 'service']).toContain(viewOf(pathname).name);
      expect([...searchParams.keys()]).toEqual(viewOf(pathname).name === 'service' ? ['since', 'until'] : []);
    },
  );

  it.each(links.filter(({ url }) => !url.startsWith('${spanmill')))(
    'or to Explore with the trace: $url',
    ({ url }) => {
      const { pathname, searchParams } = filled(url);
      expect(pathname).toBe('/explore');
      expect(searchParams.get('schemaVersion')).toBe('1');
      const [pane] = Object.values(
        JSON.parse(searchParams.get('panes') ?? '') as Record<string, { queries: unknown[] }>,
      );
      expect(pane?.queries).toEqual([
        {
          refId: 'A',
          datasource: { type: 'tempo', uid: 'spanmill-tempo' },
          queryType: 'traceql',
          query: '4bf92f3577b34da6a3ce929d0e0e4736',
        },
      ]);
    },
  );

  it('are there', () => {
    expect(unique(links.map(({ url }) => url.split(/[/?]/)[0]))).toEqual(['${spanmill:raw}', '']);
  });
});

describe('provisioning', () => {
  it('has the data source that each dashboard chooses first', () => {
    const variables = DASHBOARDS.flatMap(({ dashboard }) => dashboard.templating.list);
    const first = variables
      .filter(({ type }) => type === 'datasource')
      .map(({ query, current }) => ({ type: query, uid: current.value }));
    expect(first.length).toBeGreaterThan(3);
    for (const { type, uid } of first) expect(SOURCES).toContainEqual(expect.objectContaining({ type, uid }));
  });

  it('has a data source for each API that Grafana speaks, under the address where it is', () => {
    expect(SOURCES.map(({ type, url = '' }) => `${type} ${url}`)).toEqual([
      'grafana-clickhouse-datasource ',
      'tempo ${QUERY_URL}/tempo',
      'jaeger ${QUERY_URL}',
      'zipkin ${QUERY_URL}',
      'prometheus ${PROMETHEUS_URL}',
    ]);
    expect(unique(SOURCES.map(({ uid }) => uid))).toHaveLength(SOURCES.length);
  });

  it('refers to data sources that it has', () => {
    const text = read('provisioning/datasources/spanmill.yaml');
    const referred = [...text.matchAll(/datasourceUid: (\S+)/g)].map(([, uid]) => uid);
    expect(referred).toHaveLength(2);
    expect(SOURCES.map(({ uid }) => uid)).toEqual(expect.arrayContaining(referred));
  });

  it('takes from the environment what the README lists, in plain ${NAME}, the only form that Grafana knows', () => {
    const yaml =
      read('provisioning/datasources/spanmill.yaml') + read('provisioning/dashboards/spanmill.yaml');
    const used = [...yaml.matchAll(/\$([^\s/]*)/g)].map(([, name = '']) => name);
    const listed = [...read('README.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(
      ([, name = '']) => `{${name}}`,
    );
    expect(unique(used).sort()).toEqual(listed.sort());
  });

  it('scrapes the ports where the services are by default, and the path of the metrics of spans', () => {
    interface Job {
      readonly metrics_path?: string;
      readonly static_configs: readonly { readonly targets: readonly string[] }[];
    }
    const { scrape_configs: jobs } = parse(read('prometheus.yml')) as { scrape_configs: Job[] };
    const ports = [COLLECTOR.healthPort, PROCESSOR.healthPort, SINK.healthPort, QUERY.port];
    expect(
      jobs.map(({ metrics_path = '/metrics', static_configs: [first] }) => [metrics_path, first?.targets]),
    ).toEqual([
      ['/metrics', ports.map((port) => `localhost:${port.default}`)],
      ['/metrics/spans', [`localhost:${QUERY.port.default}`]],
    ]);
  });
});
