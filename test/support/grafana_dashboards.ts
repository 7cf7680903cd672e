/** The dashboards in deploy/grafana, as far as tests look into them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const GRAFANA_DIRECTORY = join(import.meta.dirname, '../../deploy/grafana');
export const CLICKHOUSE_PLUGIN = 'grafana-clickhouse-datasource';

export interface DataSourceReference {
  readonly type: string;
  readonly uid: string;
}

export interface DataLink {
  readonly title: string;
  readonly url: string;
}

export interface Target {
  readonly refId: string;
  readonly datasource: DataSourceReference;
  /** Of ClickHouse's plugin: 0 is a time series, 1 a table. */
  readonly format?: number | string;
  readonly queryType?: string;
  readonly editorType?: string;
  readonly rawSql?: string;
  /** Of Prometheus. */
  readonly expr?: string;
  readonly legendFormat?: string;
}

export interface FieldOverride {
  readonly matcher: { readonly id: string; readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly interval?: string;
  readonly targets?: readonly Target[];
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly displayName?: string };
    readonly overrides: readonly FieldOverride[];
  };
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query?: string; readonly rawSql?: string };
  readonly current: { readonly text?: unknown; readonly value?: string | readonly string[] };
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly options: readonly { readonly text: string; readonly value: string }[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly id?: unknown;
  readonly schemaVersion: number;
  readonly __requires: readonly { readonly type: string; readonly id: string }[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly Panel[];
}

export interface DashboardFile {
  readonly file: string;
  readonly text: string;
  readonly dashboard: Dashboard;
}

export function readDashboards(): DashboardFile[] {
  const directory = join(GRAFANA_DIRECTORY, 'dashboards');
  return readdirSync(directory).map((file) => {
    const text = readFileSync(join(directory, file), 'utf8');
    return { file, text, dashboard: JSON.parse(text) as Dashboard };
  });
}

/** Rows are headings. */
export function drawnPanels({ panels }: Dashboard): Panel[] {
  return panels.filter(({ type }) => type !== 'row');
}

export function linksOf({ fieldConfig }: Panel): DataLink[] {
  const properties = (fieldConfig?.overrides ?? []).flatMap((override) => override.properties);
  return properties.filter(({ id }) => id === 'links').flatMap(({ value }) => value as DataLink[]);
}

/** The SQL or PromQL that fills a variable; '' where it is filled otherwise. */
export function queryOf({ type, query }: Variable): string {
  if (type !== 'query' || typeof query === 'string') return '';
  return query.rawSql ?? query.query ?? '';
}
