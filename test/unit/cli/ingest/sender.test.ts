/** How a collector's answers are taken. */
import { describe, expect, test } from '@jest/globals';
import { opentelemetry } from '../../../../proto/generated/index.js';
import { Sender } from '../../../../services/cli/ingest/sender.ts';
import { fakeFetch } from '../../../support/cli_fakes.ts';
import { ManualTime } from '../../../support/manual_time.ts';

const { ExportTraceServiceResponse } = opentelemetry.proto.collector.trace.v1;
const OK = (): Response => new Response(ExportTraceServiceResponse.encode({}).finish());
const status = (code: number, headers: Record<string, string> = {}): Response =>
  new Response('why', { status: code, headers });
const REQUEST = { bytes: Buffer.from('spans'), spans: 10 };

function sending(...answers: (Response | Error)[]) {
  const time = new ManualTime();
  const { fetcher, asked } = fakeFetch(...answers);
  const told = { stored: 0, refused: [] as [number, string][], waiting: [] as (string | null)[] };
  const sender = new Sender({
    ...{ to: 'http://collector:4318', headers: { authorization: 'Bearer x' }, patienceMs: 30_000 },
    ...{ fetcher, clock: time, timers: time },
    onStored: (spans) => (told.stored += spans),
    onRefused: (spans, why) => told.refused.push([spans, why]),
    onWaiting: (why) => told.waiting.push(why),
  });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return { sender, time, asked, told, settle };
}

describe('a request', () => {
  test('is one of OTLP/HTTP, with the headers given', async () => {
    const { sender, asked, told } = sending(OK());
    await sender.send(REQUEST);
    await sender.finish();
    expect(asked[0]?.url.href).toBe('http://collector:4318/v1/traces');
    expect(asked[0]?.init.headers).toEqual({
      authorization: 'Bearer x',
      'content-type': 'application/x-protobuf',
    });
    expect(told.stored).toBe(10);
  });

  test('waits as long as it is told, and is sent again', async () => {
    const { sender, time, asked, told, settle } = sending(status(429, { 'retry-after': '7' }), OK());
    await sender.send(REQUEST);
    await settle();
    time.advance(6_900);
    await settle();
    expect(asked).toHaveLength(1);
    expect(told.waiting).toEqual(['http://collector:4318 asks to wait (status 429)']);
    time.advance(100);
    await settle();
    await sender.finish();
    expect(asked).toHaveLength(2);
    expect(told).toEqual({
      stored: 10,
      refused: [],
      waiting: ['http://collector:4318 asks to wait (status 429)', null],
    });
  });

  test('is tried again where nobody answers, with longer and longer pauses, and given up at last', async () => {
    const { sender, time, asked, settle } = sending(
      ...Array.from({ length: 20 }, () => new Error('refused')),
    );
    await sender.send(REQUEST);
    const failed = expect(sender.finish()).rejects.toThrow(
      'http://collector:4318 does not answer; given up after 30 s',
    );
    for (let passed = 0; passed < 40_000; passed += 500) {
      await settle();
      time.advance(500);
    }
    await failed;
    // At 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 25.5 s.
    expect(asked).toHaveLength(7);
  });

  test('that is taken in part is counted and said', async () => {
    const partial = { partialSuccess: { rejectedSpans: 3, errorMessage: 'rejected: 3 without an id' } };
    const { sender, told } = sending(new Response(ExportTraceServiceResponse.encode(partial).finish()));
    await sender.send(REQUEST);
    await sender.finish();
    expect(told).toMatchObject({ stored: 7, refused: [[3, 'rejected: 3 without an id']] });
  });

  test('whose bytes are refused does not end the others', async () => {
    const { sender, told } = sending(status(400), OK());
    await sender.send(REQUEST);
    await sender.send(REQUEST);
    await sender.finish();
    expect(told).toMatchObject({ stored: 10, refused: [[10, 'status 400: why']] });
  });

  test.each([401, 404])('that nobody there takes (%s) ends it all', async (code) => {
    const { sender } = sending(status(code));
    await sender.send(REQUEST);
    await expect(sender.finish()).rejects.toThrow(
      `http://collector:4318/v1/traces does not take spans, status ${code}: why`,
    );
  });
});

test('no more than four requests are under way', async () => {
  const release = Promise.withResolvers<undefined>();
  let underWay = 0;
  let most = 0;
  const time = new ManualTime();
  const sender = new Sender({
    ...{ to: 'http://c', headers: {}, patienceMs: 1_000, clock: time, timers: time },
    fetcher: async () => {
      most = Math.max(most, ++underWay);
      await release.promise;
      underWay -= 1;
      return OK();
    },
    ...{ onStored: () => undefined, onRefused: () => undefined, onWaiting: () => undefined },
  });
  const sent = (async () => {
    for (let request = 0; request < 12; request++) await sender.send(REQUEST);
    await sender.finish();
  })();
  await new Promise((resolve) => setImmediate(resolve));
  release.resolve(undefined);
  await sent;
  expect(most).toBe(4);
});
