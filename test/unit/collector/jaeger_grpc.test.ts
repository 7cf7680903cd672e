import { status } from '@grpc/grpc-js';
import { afterEach, expect, test } from '@jest/globals';
import { jaeger } from '../../../proto/generated/index.js';
import { KafkaUnavailableError } from '../../../services/platform/kafka/port.ts';
import { spanNames } from '../../support/export_requests.ts';
import { grpcUnary } from '../../support/grpc_unary.ts';
import { postSpans } from '../../support/jaeger_batches.ts';
import {
  ANY_JAEGER_PORTS,
  PARTITIONS,
  startCollector,
  type RunningCollector,
} from '../../support/running_collector.ts';

const { SamplingStrategyParameters, SamplingStrategyResponse } = jaeger.api_v2;
const POST_SPANS = '/jaeger.api_v2.CollectorService/PostSpans';
const SAMPLING = '/jaeger.api_v2.SamplingManager/GetSamplingStrategy';
const REQUEST = postSpans({ spans: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), name: 'pay' }] });

let collector: RunningCollector | null = null;

async function start(): Promise<RunningCollector> {
  collector = await startCollector({ jaeger: ANY_JAEGER_PORTS });
  return collector;
}

afterEach(async () => {
  await collector?.stop();
  collector = null;
});

const call = ({ jaegerPorts }: RunningCollector, path: string, request: Uint8Array) =>
  grpcUnary(`127.0.0.1:${jaegerPorts?.grpc}`, path, request);

test('spans are stored and answered with an empty message', async () => {
  const running = await start();
  expect(await call(running, POST_SPANS, REQUEST)).toEqual(Buffer.alloc(0));
  const stored = Array.from({ length: PARTITIONS }, (_, partition) => spanNames(running.stored(partition)));
  expect(stored.flat()).toEqual(['pay']);
});

test('a message that is none is INVALID_ARGUMENT with the reason', async () => {
  const answer = await call(await start(), POST_SPANS, REQUEST.subarray(0, 9));
  expect(answer).toMatchObject({
    code: status.INVALID_ARGUMENT,
    details: 'the body is no jaeger.api_v2.PostSpansRequest: length past the end',
  });
});

test('Kafka being away is UNAVAILABLE, and said when to come back', async () => {
  const running = await start();
  running.gate.failWith(new KafkaUnavailableError('away'));
  const answer = await call(running, POST_SPANS, REQUEST);
  expect(answer).toMatchObject({ code: status.UNAVAILABLE });
});

test('the sampling strategy is answered here too', async () => {
  const running = await start();
  const answer = await call(
    running,
    SAMPLING,
    SamplingStrategyParameters.encode({ serviceName: 'x' }).finish(),
  );
  expect(SamplingStrategyResponse.decode(answer as Buffer)).toMatchObject({
    strategyType: 0,
    probabilisticSampling: { samplingRate: 1 },
  });
  expect(await call(running, SAMPLING, Buffer.of(10, 9))).toMatchObject({ code: status.INVALID_ARGUMENT });
});
