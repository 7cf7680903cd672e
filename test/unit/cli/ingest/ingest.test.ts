/** Files of every format to a collector in this process: what arrives in its topic. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { zipkin } from '../../../../proto/generated/index.js';
import { headersOf, outcomeLines } from '../../../../services/cli/commands/ingest.ts';
import { ingest, type IngestOptions, type IngestOutcome } from '../../../../services/cli/ingest/ingest.ts';
import type { IngestProgress } from '../../../../services/cli/ingest/progress_bar.ts';
import { systemTimers } from '../../../../services/platform/clock.ts';
import { PARTLY_VALID, requestOf, spanNames, testSpan } from '../../../support/export_requests.ts';
import { otlpSpans } from '../../../support/otlp_spans.ts';
import { PARTITIONS, startCollector, type RunningCollector } from '../../../support/running_collector.ts';

const NOW_MS = 1_800_000_000_000;

const hexIds = (trace: number, span: number) => ({
  traceId: trace.toString(16).padStart(32, '0'),
  spanId: span.toString(16).padStart(16, '0'),
});
const otlpJson = (...names: string[]) => ({
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: names.map((name, at) => ({
            ...hexIds(1 + at, 1),
            name,
            startTimeUnixNano: '1000',
            endTimeUnixNano: '2000',
          })),
        },
      ],
    },
  ],
});
const zipkinSpan = (name: string, at: number) => ({
  traceId: `${at + 1}`,
  id: 'a1',
  name,
  timestamp: 5_000_000 + at,
  duration: 10,
});
const numbered = (count: number): string[] => Array.from({ length: count }, (_, at) => `span ${at}`).sort();

let folder: string;
let collector: RunningCollector;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spanmill-ingest-'));
  collector = await startCollector({
    maxRequestBytes: 16 * 1024 * 1024,
    maxInFlightBytes: 64 * 1024 * 1024,
    recordBytes: 262_144,
  });
});

afterEach(async () => {
  await collector.stop();
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function run(files: string[], change: Partial<IngestOptions> = {}, standardInput: Buffer[] = []) {
  const progress: IngestProgress[] = [];
  const told: { outcome: IngestOutcome | null; failure: string | null } = { outcome: null, failure: null };
  const options: IngestOptions = {
    ...{ files, format: 'auto' as const, to: collector.url, headers: {}, shiftToNow: false, maxSpans: 500 },
    patienceMs: 10_000,
    ...change,
  };
  const surroundings = {
    standardInput: Readable.from(standardInput),
    ...{ fetcher: fetch, clock: { now: () => NOW_MS }, timers: systemTimers },
    onProgress: (one: IngestProgress) => progress.push(one),
  };
  try {
    await ingest(options, surroundings, (outcome) => (told.outcome = outcome));
  } catch (error) {
    told.failure = (error as Error).message;
  }
  return { ...told, progress };
}

const arrived = (): Buffer =>
  Buffer.concat(Array.from({ length: PARTITIONS }, (_, partition) => collector.stored(partition)));
const names = (): string[] => spanNames(arrived()).sort();

describe('a file', () => {
  const zipkinProto = Buffer.from(
    zipkin.proto3.ListOfSpans.encode({
      spans: numbered(3).map((name) => ({
        traceId: Buffer.alloc(16, 7),
        id: Buffer.alloc(8, 1),
        name,
        timestamp: 5,
      })),
    }).finish(),
  );
  const v1 = numbered(3).map((name, at) => ({
    ...zipkinSpan(name, at),
    annotations: [],
    binaryAnnotations: [],
  }));
  const jaeger = {
    data: [
      {
        traceID: '1',
        spans: numbered(2).map((operationName) => ({ traceID: '1', spanID: '1', operationName })),
        processes: {},
      },
      { traceID: '2', spans: [{ traceID: '2', spanID: '1', operationName: 'span 2' }], processes: {} },
    ],
  };
  test.each([
    ['OTLP in JSON', JSON.stringify(otlpJson(...numbered(3)))],
    [
      'OTLP in JSON lines',
      numbered(3)
        .map((name) => `${JSON.stringify(otlpJson(name))}\n`)
        .join(''),
    ],
    ['OTLP in protobuf', requestOf(...numbered(3).map((name, at) => testSpan(1 + at, at, name)))],
    ['Zipkin in JSON', JSON.stringify(numbered(3).map(zipkinSpan))],
    [
      'Zipkin traces in JSON',
      JSON.stringify(
        numbered(3).map((name, at) => [zipkinSpan(name, at)]),
        null,
        2,
      ),
    ],
    ['Zipkin in protobuf', zipkinProto],
    ['Zipkin v1 in JSON', JSON.stringify(v1)],
    ['Jaeger in JSON', JSON.stringify(jaeger)],
  ])('of %s arrives, plain and compressed', async (_name, content) => {
    for (const bytes of [Buffer.from(content), gzipSync(content), zstdCompressSync(content)]) {
      const { outcome, failure } = await run([file('spans', bytes)]);
      expect(failure).toBeNull();
      expect(outcome).toMatchObject({ stored: 3, unreadableCount: 0, readBytes: bytes.length });
    }
    expect(names()).toEqual([...numbered(3), ...numbered(3), ...numbered(3)].sort());
  });

  test('larger than a request goes in several, of the size asked for, and the progress ends at all of it', async () => {
    const path = file('many.json', JSON.stringify(numbered(5_000).map(zipkinSpan)));
    const { outcome, progress } = await run([path], { maxSpans: 700 });
    expect(outcome?.stored).toBe(5_000);
    expect(names()).toEqual(numbered(5_000));
    const last = progress.at(-1);
    expect(last).toMatchObject({ what: 'sending', spans: 5_000, totalBytes: last?.readBytes });
    const requests = Number(
      /requests_total\{[^}]*outcome="stored"[^}]*\} (\d+)/.exec(await collector.metrics())?.[1],
    );
    expect(requests).toBeGreaterThanOrEqual(5_000 / 700);
  });

  test('may have an element larger than a request: it is split', async () => {
    const spans = numbered(40).map((name, at) => ({
      ...testSpan(1 + at, at, name),
      traceState: 'x'.repeat(500_000),
    }));
    const { outcome } = await run([file('large.pb', requestOf(...spans))]);
    expect(outcome?.stored).toBe(40);
    expect(names()).toEqual(numbered(40));
  });

  test('on standard input arrives as well', async () => {
    const json = Buffer.from(JSON.stringify(numbered(3).map(zipkinSpan)));
    const { outcome, progress } = await run(['-'], {}, [json.subarray(0, 10), json.subarray(10)]);
    expect(outcome?.stored).toBe(3);
    expect(progress.at(-1)?.totalBytes).toBeNull();
  });

  test('moved to now ends now, with all distances kept, over all files', async () => {
    const files = [
      file('a.json', JSON.stringify([zipkinSpan('old', 0)])),
      file('b.json', JSON.stringify([zipkinSpan('new', 90)])),
    ];
    expect((await run(files, { shiftToNow: true })).outcome?.stored).toBe(2);
    const spans = otlpSpans(arrived()).sort((a, b) => Number(a.startNs - b.startNs));
    expect(spans.map(({ name, endNs }) => [name, endNs - BigInt(NOW_MS) * 1_000_000n])).toEqual([
      ['old', -90_000n],
      ['new', 0n],
    ]);
  });
});

describe('what is at fault', () => {
  test('a span that is none does not take others with it, and its place is said', async () => {
    const text = `[${JSON.stringify(zipkinSpan('span 0', 0))},\n{"traceId":5},\n${JSON.stringify(zipkinSpan('span 1', 1))},{"x":}]`;
    const { outcome, failure } = await run([file('mixed.json', text)]);
    expect(failure).toBeNull();
    expect(outcome?.stored).toBe(2);
    expect(names()).toEqual(numbered(2));
    const lines = outcome === null ? [] : outcomeLines(outcome, { unicode: true });
    expect(lines.some((line) => /mixed\.json, byte \d+, line 3: /.test(line))).toBe(true);
  });

  test('spans that the collector refuses are counted with its reasons', async () => {
    const { outcome } = await run([file('partly.pb', PARTLY_VALID)]);
    expect(outcome?.stored).toBe(1);
    expect([...(outcome?.refused.values() ?? [])]).toEqual([3]);
    expect([...(outcome?.refused.keys() ?? [])][0]).toContain('whose trace id is not 16 bytes');
  });

  test('a file that ends too soon is told, and what stands before it arrives', async () => {
    const { outcome, failure } = await run([
      file('torn.json', `[${JSON.stringify(zipkinSpan('span 0', 0))},{"tra`),
    ]);
    expect(failure).toContain('torn.json: the file ends within what begins at byte 77, line 1');
    expect(outcome?.stored).toBe(1);
  });

  test.each([
    [
      'damaged',
      gzipSync(JSON.stringify(numbered(2_000))).fill(0xa5, 100, 200),
      'its compressed data are damaged',
    ],
    [
      'cut off',
      gzipSync(JSON.stringify(numbered(2_000))).subarray(0, 3_000),
      'its compressed data end too soon',
    ],
    [
      'of no known format',
      Buffer.from('a,b,c\n'),
      'its format is not known by how it begins: say it with --format',
    ],
  ])('a file that is %s is told', async (_name, content, problem) => {
    const { failure, outcome } = await run([file('bad', content)]);
    expect(failure).toBe(`${join(folder, 'bad')}: ${problem}`);
    expect(outcome?.stored).toBe(0);
  });

  test('no file, no second reading of standard input, no address', async () => {
    expect((await run([join(folder, 'none')])).failure).toContain('there is no such file');
    expect((await run(['-'], { shiftToNow: true })).failure).toContain('standard input can be read once');
    expect((await run([file('a.json', '[]')], { to: 'collector' })).failure).toContain(
      'must be like http://127.0.0.1:4318',
    );
  });

  test('an empty file is nothing', async () => {
    expect((await run([file('empty', '')])).outcome?.stored).toBe(0);
  });
});

test('headers are those of the OpenTelemetry exporters, and a bad one is told without its value', () => {
  expect(headersOf('authorization=Bearer%20abc, x-tenant = shop')).toEqual({
    authorization: 'Bearer abc',
    'x-tenant': 'shop',
  });
  expect(headersOf('')).toEqual({});
  expect(() => headersOf('a=b,secret value')).toThrow('OTEL_EXPORTER_OTLP_HEADERS: part 2 is no name=value');
});
