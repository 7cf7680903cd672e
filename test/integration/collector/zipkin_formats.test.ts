/** Each of Zipkin's formats over HTTP, through the whole pipeline, and back out of Zipkin's API. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { ZipkinSpan } from '../../../services/query/zipkin/zipkin_span.ts';
import { startPipeline, type Pipeline } from '../../support/pipeline.ts';
import { until } from '../../support/until.ts';
import { v1Thrift } from '../../support/zipkin_v1.ts';
import { v2Proto } from '../../support/zipkin_v2.ts';

jest.setTimeout(300_000);

const START_US = (Math.floor(Date.now() / 1000) - 10) * 1_000_000;
const WEB = { serviceName: 'web', ipv4: '10.0.0.1', port: 8080 };
const APP = { serviceName: 'app', ipv4: '10.0.0.2', port: 9090 };

/** A call with both its ends, as v2 says it. */
function callOf(traceId: string): ZipkinSpan[] {
  const call = { traceId, parentId: '00000000000000aa', id: '00000000000000bb', name: 'get /' };
  return [
    {
      ...{
        ...call,
        kind: 'CLIENT',
        timestamp: START_US,
        duration: 5000,
        localEndpoint: WEB,
        remoteEndpoint: APP,
      },
      tags: { side: 'client' },
    },
    {
      ...{ ...call, kind: 'SERVER', timestamp: START_US + 1000, duration: 3000, shared: true, debug: true },
      ...{ localEndpoint: APP, remoteEndpoint: WEB, tags: { error: 'refused', side: 'server' } },
      annotations: [{ timestamp: START_US + 2000, value: 'work' }],
    },
  ];
}

/** The same as one span of v1. */
function v1CallOf(traceId: string) {
  const at = (us: number, value: string, endpoint = WEB) => ({ timestamp: START_US + us, value, endpoint });
  return {
    ...{ traceId, parentId: '00000000000000aa', id: '00000000000000bb', name: 'get /' },
    ...{ timestamp: START_US, duration: 5000 },
    annotations: [
      at(0, 'cs'),
      at(1000, 'sr', APP),
      at(2000, 'work', APP),
      at(4000, 'ss', APP),
      at(5000, 'cr'),
    ],
    binaryAnnotations: [
      { key: 'side', value: 'client', endpoint: WEB },
      { key: 'side', value: 'server', endpoint: APP },
      { key: 'error', value: 'refused', endpoint: APP },
      { key: 'sa', value: true, endpoint: APP },
      { key: 'ca', value: true, endpoint: WEB },
    ],
  };
}

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await startPipeline(['collector', 'processor', 'sink', 'query']);
});
afterAll(() => pipeline.stop());

const json = (body: unknown): Buffer => Buffer.from(JSON.stringify(body));

test.each<[string, string, Record<string, string>, (traceId: string) => Uint8Array]>([
  ['v2', 'v2 JSON', {}, (id) => json(callOf(id))],
  ['v2', 'v2 JSON, gzip', { 'content-encoding': 'gzip' }, (id) => gzipSync(json(callOf(id)))],
  ['v2', 'v2 protobuf', { 'content-type': 'application/x-protobuf' }, (id) => v2Proto(callOf(id))],
  [
    'v2',
    'v2 protobuf, gzip',
    { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
    (id) => gzipSync(v2Proto(callOf(id))),
  ],
  ['v1', 'v1 JSON', { 'content-type': 'application/json' }, (id) => json([v1CallOf(id)])],
  ['v1', 'v1 thrift', { 'content-type': 'application/x-thrift' }, (id) => v1Thrift([v1CallOf(id)])],
  [
    'v1',
    'v1 thrift, gzip',
    { 'content-type': 'application/x-thrift', 'content-encoding': 'gzip' },
    (id) => gzipSync(v1Thrift([v1CallOf(id)])),
  ],
])('%s: a call in %s comes back as the two spans that it is', async (version, name, headers, bodyOf) => {
  const traceId = Buffer.from(name.padEnd(16, '.')).subarray(-16).toString('hex');
  const answer = await fetch(`${pipeline.zipkin}/api/${version}/spans`, {
    ...{ method: 'POST', headers },
    body: Uint8Array.from(bodyOf(traceId)),
  });
  expect([answer.status, await answer.text()]).toEqual([202, '']);
  const stored = await until(`the trace in ${name} is stored`, async () => {
    const found = await fetch(`${pipeline.queryUrl}/api/v2/trace/${traceId}`);
    const spans = found.status === 200 ? ((await found.json()) as ZipkinSpan[]) : [];
    return spans.length === 2 ? spans : null;
  });
  // v1 has one debug flag for both ends, and none here.
  const expected = callOf(traceId).map(({ debug, ...span }) =>
    version === 'v2' && debug === true ? { ...span, debug } : span,
  );
  expect(stored).toEqual(expected);
});
