/** What the other views compute: the scatter plot, the heatmap's choices, the map, the comparison, the pipeline's judgement. */
import { describe, expect, test } from '@jest/globals';
import type { FoundTrace, GraphEdge, GraphNode, Heatmap } from '../../../services/web/api/answers.ts';
import type { Pipeline } from '../../../services/web/api/pipeline_answer.ts';
import {
  differenceNs,
  factor,
  isNotable,
  pairRows,
  type CompareRow,
} from '../../../services/web/compare/rows.ts';
import { edgePath, edgeWidth, mapLayout } from '../../../services/web/map/map_layout.ts';
import { EMPTY, judge, remembered } from '../../../services/web/pipeline/history.ts';
import { scatter } from '../../../services/web/search/scatter.ts';
import {
  bucketAt,
  chosenBucket,
  chosenPoint,
  coarserHeatmap,
  exemplarParameters,
} from '../../../services/web/service/chosen.ts';

const found = (startMs: number, durationNs: number): FoundTrace => ({
  traceId: `${startMs}`,
  startNs: `${startMs}000000`,
  durationNs,
  root: null,
  services: [],
  spanCount: 1,
  errorCount: 0,
});

describe('the scatter plot', () => {
  test('has earlier traces to the left and longer ones above, all within', () => {
    const { dots } = scatter([found(1000, 5e6), found(9000, 5e9), found(5000, 5e7)], 0);
    const [first, last, middle] = dots;
    expect([first?.x, middle?.x, last?.x]).toEqual([...dots.map(({ x }) => x)].sort((a, b) => a - b));
    expect(first?.y).toBeGreaterThan(middle?.y ?? 1);
    expect(middle?.y).toBeGreaterThan(last?.y ?? 1);
    expect(dots.every(({ x, y }) => x > 0 && x < 1 && y > 0 && y < 1)).toBe(true);
  });

  test('of one trace, of one without duration, and of none is drawn', () => {
    expect(scatter([found(1000, 0)], 0).dots).toHaveLength(1);
    expect(scatter([], 0).dots).toEqual([]);
  });
});

const HEATMAP: Heatmap = {
  since: '2026-11-21T10:00:05.000Z',
  until: '2026-11-21T10:01:00.000Z',
  firstPoint: '2026-11-21T10:00:00.000Z',
  pointSeconds: 20,
  points: 3,
  buckets: [
    { fromNs: 0, toNs: 10, calls: 1 },
    { fromNs: 10, toNs: 20, calls: 2 },
    { fromNs: 20, toNs: 40, calls: 4 },
  ],
  cells: [
    { point: 0, bucket: 0, calls: 1 },
    { point: 0, bucket: 1, calls: 2 },
    { point: 2, bucket: 2, calls: 4 },
  ],
};

describe('what is pointed at', () => {
  test('in the heatmap is a stretch of time and of latency', () => {
    const chosen = chosenBucket(HEATMAP, HEATMAP.buckets[1] ?? { fromNs: 0, toNs: 0 }, 1, 'x');
    expect(exemplarParameters('cart', '', chosen)).toMatchObject({
      since: '2026-11-21T10:00:20.000Z',
      until: '2026-11-21T10:00:40.000Z',
      longerThan: '10ns',
      upTo: '20ns',
    });
  });

  test('in the histogram is a latency at any time; in the error chart, errors', () => {
    expect(chosenBucket(HEATMAP, { fromNs: 0, toNs: 10 }, null, 'x')).toMatchObject({
      since: HEATMAP.since,
      until: HEATMAP.until,
    });
    expect(chosenPoint(HEATMAP, 0, 'x', 'Error')).toMatchObject({ status: 'Error', longerThan: '' });
  });

  test('has the lowest bucket at the bottom', () => {
    expect([0, 0.5, 0.99, 1.2, -1].map((share) => bucketAt(share, 3))).toEqual([2, 1, 0, 0, 2]);
  });

  test('is of merged buckets where there are more than can be seen; no call is lost', () => {
    const { buckets, cells } = coarserHeatmap(HEATMAP, 2);
    expect(buckets).toEqual([
      { fromNs: 0, toNs: 20, calls: 3 },
      { fromNs: 20, toNs: 40, calls: 4 },
    ]);
    expect(cells).toEqual([
      { point: 0, bucket: 0, calls: 3 },
      { point: 2, bucket: 1, calls: 4 },
    ]);
    expect(coarserHeatmap(HEATMAP, 32)).toBe(HEATMAP);
  });
});

describe('the map', () => {
  const node = (name: string): GraphNode => ({
    name,
    kind: 'service',
    calls: 1,
    errors: 0,
    callers: 1,
    callees: 1,
  });
  const edge = (client: string, server: string, connectionType = 'rpc'): GraphEdge => ({
    client,
    server,
    connectionType,
    calls: 5,
    errors: 0,
    errorRate: 0,
    callsPerSecond: 0.5,
    clientDurations: null,
    serverDurations: null,
  });

  test('has callers to the left; calls to itself are a figure, not a line', () => {
    const layout = mapLayout({
      nodes: [node('a'), node('b'), node('c')],
      edges: [edge('a', 'b'), edge('a', 'b', 'messaging'), edge('b', 'c'), edge('c', 'c')],
    });
    const [a, b, c] = layout.nodes;
    expect(a?.x).toBeLessThan(b?.x ?? 0);
    expect(b?.x).toBeLessThan(c?.x ?? 0);
    expect(layout.edges).toHaveLength(3);
    expect(c?.ownCallsPerSecond).toBe(0.5);
    expect(layout.nodes.every(({ x, y }) => x > 0 && x < layout.width && y > 0 && y < layout.height)).toBe(
      true,
    );
  });

  test('has a circle of calls too', () => {
    expect(
      mapLayout({ nodes: [node('a'), node('b')], edges: [edge('a', 'b'), edge('b', 'a')] }).edges,
    ).toHaveLength(2);
  });

  test('draws lines through their points, wider by calls', () => {
    expect(
      edgePath([
        { x: 0, y: 0 },
        { x: 5, y: 5 },
        { x: 10, y: 0 },
      ]),
    ).toBe('M0.0 0.0Q5.0 5.0 10.0 0.0');
    expect(edgePath([])).toBe('');
    expect(edgeWidth(1, 1000)).toBeLessThan(edgeWidth(100, 1000));
  });
});

describe('a comparison', () => {
  const side = (durationNs: number, status = 'Unset') => ({
    span: 0,
    spanId: 's',
    name: 'n',
    status,
    startOffsetNs: 0,
    durationNs,
    selfTimeNs: 0,
  });
  const row = (left: number | null, right: number | null, status = 'Unset'): CompareRow => {
    const pair = {
      depth: 0,
      service: 's',
      operation: 'o',
      kind: 'Server',
      left: left === null ? null : side(left, status),
      right: right === null ? null : side(right),
    };
    const [first] = pairRows({ pairs: [pair] });
    if (first === undefined) throw new Error('a pair is a row');
    return first;
  };

  test('says by how much and how many times', () => {
    expect(differenceNs(row(300, 100))).toBe(200);
    expect(factor(row(300, 100))).toBe(3);
    expect([differenceNs(row(null, 100)), factor(row(300, null)), factor(row(3, 0))]).toEqual([
      null,
      null,
      null,
    ]);
  });

  test('finds notable what lacks on a side, failed on one, or takes much of the time', () => {
    expect(isNotable(row(300, null), 1000)).toBe(true);
    expect(isNotable(row(300, 290, 'Error'), 1000)).toBe(true);
    expect(isNotable(row(300, 200), 1000)).toBe(true);
    expect(isNotable(row(300, 290), 1000)).toBe(false);
  });
});

describe('the pipeline', () => {
  const flow = (perSecond: number | null) => ({ total: 1, perSecond });
  const spans = {
    received: flow(5),
    acknowledged: flow(5),
    refused: flow(0),
    assembled: flow(4),
    stored: flow(null),
  };
  const state = {
    services: [{ url: 'x', up: true, problem: null }],
    storage: { tables: [], spansPerSecond: 0, newestAgeSeconds: 1 },
    storageProblem: null,
    lag: [],
    collector: { inFlightBytes: 0, inFlightLimitBytes: 0, spoolBytes: 0, spooling: 0 },
  } as unknown as Pipeline;

  test('is judged by what is worst', () => {
    expect(judge(state).good).toBe(true);
    const late = { group: 'sink', topic: null, partition: 0, records: 1, seconds: 90 };
    expect(judge({ ...state, lag: [late] }).text).toContain('90 s');
    expect(judge({ ...state, collector: { ...state.collector, spooling: 1 } }).text).toContain('spool');
    expect(judge({ ...state, services: [{ url: 'x', up: false, problem: 'refused' }] }).good).toBe(false);
    expect(judge({ ...state, storage: null, storageProblem: 'ClickHouse does not answer' }).text).toContain(
      'ClickHouse',
    );
    expect(judge({ ...state, services: [] }).text).toContain('SPANMILL_QUERY_SCRAPE');
  });

  test('is remembered for two minutes; a rate that is not known is no zero', () => {
    let history = EMPTY;
    for (let i = 0; i < 100; i++) history = remembered(history, { spans });
    expect(history.received).toHaveLength(60);
    expect(history.stored).toEqual([]);
  });
});
