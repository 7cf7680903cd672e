import { beforeAll, describe, expect, it } from '@jest/globals';
import { SPAN_KINDS } from '../../../services/core/metrics/deltas.ts';
import {
  drawnPanels,
  queryOf,
  readDashboards,
  type Dashboard,
  type Panel,
} from '../../support/grafana_dashboards.ts';
import { knownMetrics, spanLabelValues, type KnownMetric } from '../../support/grafana_names.ts';

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

let known: Map<string, KnownMetric>;
beforeAll(async () => {
  known = await knownMetrics();
});

interface Expression {
  readonly name: string;
  readonly promql: string;
  readonly legend: string;
}

function expressionsOf({ uid, templating, ...dashboard }: Dashboard): Expression[] {
  const variables = templating.list
    .map((variable) => ({ name: `${uid}: ${variable.name}`, promql: queryOf(variable), legend: '' }))
    .filter(({ promql }) => promql !== '');
  const ofPanel = ({ title, targets = [] }: Panel): Expression[] =>
    targets.map(({ refId, expr = '', legendFormat = '' }) => ({
      name: `${uid}: ${title} ${refId}`,
      promql: expr,
      legend: legendFormat,
    }));
  return [...variables, ...drawnPanels(dashboard as Dashboard).flatMap(ofPanel)];
}

describe('PromQL of the dashboards', () => {
  const expressions = readDashboards()
    .filter(({ file }) => ['spanmill-pipeline.json', 'spanmill-span-metrics.json'].includes(file))
    .flatMap(({ dashboard }) => expressionsOf(dashboard));
  const METRIC = /\b(?:spanmill|traces|process|nodejs)_\w+/g;
  /** Of the scrape itself. */
  const SCRAPED = ['instance', 'job'];

  it.each(expressions)('$name asks for metrics and labels that the services have', ({ promql, legend }) => {
    const names = unique([...promql.matchAll(METRIC)].map(([name]) => name));
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    const labels = names.flatMap((name) => known.get(name)?.labels ?? []);
    const used = [
      ...[...promql.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', ')),
      ...[...promql.matchAll(/[{,]\s*(\w+)(?==~?")/g)].map(([, label = '']) => label),
      ...[...promql.matchAll(/label_values\(.*, (\w+)\)$/g)].map(([, label = '']) => label),
      ...[...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
    ];
    expect(used.filter((label) => !labels.includes(label) && !SCRAPED.includes(label))).toEqual([]);
  });

  it.each(expressions)('$name takes rates of counters and of nothing else', ({ promql }) => {
    for (const { 0: name, index } of promql.matchAll(METRIC)) {
      const isRising = known.get(name)?.kind !== 'gauge';
      const isValues = promql.startsWith('label_values(');
      const isRate = /(?:rate|increase)\($/.test(promql.slice(0, index));
      expect(`${name} ${isRate}`).toBe(`${name} ${isRising && !isValues}`);
    }
  });

  it.each(expressions)('$name closes what it opens', ({ promql }) => {
    const count = (letter: string): number => promql.split(letter).length;
    for (const [open, close] of ['()', '{}', '[]'].map((pair) => pair.split(''))) {
      expect(count(open ?? '')).toBe(count(close ?? ''));
    }
  });

  it('asks for kinds and states of spans as they are written', () => {
    const asked = expressions.flatMap(({ promql }) => [...promql.matchAll(/status_code="(\w+)"/g)]);
    expect(asked).not.toEqual([]);
    for (const [, status = ''] of asked) expect(spanLabelValues('status_code')).toContain(status);
    const offered = readDashboards().flatMap(({ dashboard }) =>
      dashboard.templating.list
        .filter(({ name }) => name === 'kind')
        .map(({ options }) => ({ uid: dashboard.uid, kinds: options.map(({ value }) => value).sort() })),
    );
    expect(offered.sort((a, b) => a.uid.localeCompare(b.uid))).toEqual([
      { uid: 'spanmill-services', kinds: [...SPAN_KINDS].sort() },
      { uid: 'spanmill-span-metrics', kinds: [...spanLabelValues('span_kind')].sort() },
    ]);
  });

  it('shows every metric of a fault', () => {
    const faults = [...known.keys()].filter((name) =>
      /^spanmill_.*(?:fail|refus|reject|stall|dead_letter|abandon|capped|replay)/.test(name),
    );
    const shown = expressions.map(({ promql }) => promql).join('\n');
    expect(faults.length).toBeGreaterThan(9);
    expect(faults.filter((name) => !shown.includes(name))).toEqual([]);
  });
});
