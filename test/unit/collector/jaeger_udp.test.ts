import { afterEach, expect, test } from '@jest/globals';
import { KafkaUnavailableError } from '../../../services/platform/kafka/port.ts';
import { spanNames } from '../../support/export_requests.ts';
import { emitBatch } from '../../support/jaeger_batches.ts';
import { ManualTime } from '../../support/manual_time.ts';
import { recordingLog, type LogLine } from '../../support/recording_log.ts';
import {
  ANY_JAEGER_PORTS,
  PARTITIONS,
  startCollector,
  type RunningCollector,
} from '../../support/running_collector.ts';
import { binaryEncoder, compactEncoder, oldBinaryMessage, struct } from '../../support/thrift_encoder.ts';
import { sendPackets } from '../../support/udp_sender.ts';
import { waitFor } from '../../support/wait_for.ts';

const SPAN = { traceId: '1'.repeat(32), spanId: '2'.repeat(16) };
const batchOf = (...names: string[]) => ({ spans: names.map((name) => ({ ...SPAN, name })) });

let collector: RunningCollector | null = null;

async function start(settings: Parameters<typeof startCollector>[0] = {}): Promise<RunningCollector> {
  collector = await startCollector({ jaeger: ANY_JAEGER_PORTS, ...settings });
  return collector;
}

afterEach(async () => {
  await collector?.stop();
  collector = null;
});

const storedNames = (running: RunningCollector): string[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => spanNames(running.stored(partition))).flat();

async function packets(running: RunningCollector, outcome: string): Promise<number> {
  const text = await running.metrics();
  const found = text.matchAll(
    new RegExp(`udp_packets_total\\{[^}]*outcome="${outcome}"[^}]*\\} (\\d+)`, 'g'),
  );
  return [...found].reduce((sum, [, count]) => sum + Number(count), 0);
}

const ports = ({ jaegerPorts }: RunningCollector): { compact: number; binary: number } => ({
  compact: jaegerPorts?.compact ?? 0,
  binary: jaegerPorts?.binary ?? 0,
});

test('ports that are off are not listened on', async () => {
  const off = { compactPort: null, binaryPort: null, httpPort: null, grpcPort: null, samplingPort: null };
  const running = await start({ jaeger: { ...off, samplingFile: '' } });
  expect(running.jaegerPorts).toEqual({
    compact: null,
    binary: null,
    http: null,
    grpc: null,
    sampling: null,
  });
});

test('packets of both protocols are stored', async () => {
  const running = await start();
  const { compact, binary } = ports(running);
  await sendPackets(compact, [emitBatch(compactEncoder, batchOf('a', 'b'))]);
  await sendPackets(binary, [emitBatch(binaryEncoder, batchOf('c'))]);
  await waitFor(() => storedNames(running).length === 3);
  expect(storedNames(running).sort()).toEqual(['a', 'b', 'c']);
});

test('a packet of 65,000 bytes is stored', async () => {
  const running = await start();
  const name = 'n'.repeat(64_800);
  const packet = emitBatch(compactEncoder, batchOf(name));
  expect(packet.length).toBeGreaterThan(64_850);
  await sendPackets(ports(running).compact, [packet]);
  await waitFor(() => storedNames(running).length === 1);
  expect(storedNames(running)).toEqual([name]);
});

test('packets that are none are counted, those behind them are stored, and the log says it once a minute', async () => {
  const time = new ManualTime();
  const lines: LogLine[] = [];
  const running = await start({ log: recordingLog(lines), clock: time });
  const broken = [Buffer.alloc(0), Buffer.of(1, 2, 3), compactEncoder.message('emitZipkinBatch', struct())];
  const drops = () => lines.filter(({ message }) => message.startsWith('packets dropped'));
  await sendPackets(ports(running).compact, [...broken, emitBatch(compactEncoder, batchOf('good'))]);
  await waitFor(() => storedNames(running).length === 1);
  expect(await packets(running, 'malformed')).toBe(3);
  expect(drops()).toHaveLength(1);
  time.advance(60_000);
  await sendPackets(ports(running).compact, [Buffer.of(9)]);
  await waitFor(() => drops().length === 2);
  expect(drops().map(({ fields }) => fields)).toMatchObject([{ dropped: 1 }, { dropped: 3 }]);
});

test('packets without a version are taken by the binary port', async () => {
  const running = await start();
  await sendPackets(ports(running).binary, [oldBinaryMessage('emitBatch', struct([1, struct()]))]);
  await waitFor(async () => (await packets(running, 'stored')) === 1);
  expect(storedNames(running)).toEqual([]);
});

test('what Kafka does not take is dropped and counted', async () => {
  const running = await start();
  running.gate.failWith(new KafkaUnavailableError('away'));
  await sendPackets(ports(running).compact, [emitBatch(compactEncoder, batchOf('lost'))]);
  await waitFor(async () => (await packets(running, 'unavailable')) === 1);
  running.gate.failWith(null);
  await sendPackets(ports(running).compact, [emitBatch(compactEncoder, batchOf('kept'))]);
  await waitFor(() => storedNames(running).length === 1);
  expect(storedNames(running)).toEqual(['kept']);
});

test('packets that wait for Kafka take a share of the bytes in flight, and those over it are dropped', async () => {
  const packet = emitBatch(compactEncoder, batchOf('n'.repeat(5_000)));
  // The share is a quarter: three packets of about 6,200 bytes with what they cost beside.
  const running = await start({ maxInFlightBytes: 80_000 });
  running.gate.hold();
  await sendPackets(ports(running).compact, Array<Uint8Array>(5).fill(packet));
  await waitFor(async () => (await packets(running, 'overloaded')) === 2);
  running.gate.release();
  await waitFor(async () => (await packets(running, 'stored')) === 3);
  expect(storedNames(running)).toHaveLength(3);
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux(
  'a flood is accounted for to the last packet: stored, or dropped by us or by the kernel',
  async () => {
    const time = new ManualTime();
    const running = await start({ maxInFlightBytes: 500_000, timers: time });
    const flood = Array<Uint8Array>(1_000).fill(emitBatch(compactEncoder, batchOf('n'.repeat(30_000))));
    await Promise.all(
      Array.from({ length: 10 }, (_, of) =>
        sendPackets(ports(running).compact, flood.slice(of * 100, of * 100 + 100)),
      ),
    );
    const outcomes = ['stored', 'overloaded', 'buffer_full'];
    let sum = 0;
    await waitFor(async () => {
      time.advance(10_000);
      const counts = await Promise.all(outcomes.map((outcome) => packets(running, outcome)));
      sum = counts.reduce((total, count) => total + count, 0);
      return sum >= flood.length;
    });
    expect(sum).toBe(flood.length);
    expect(storedNames(running)).toHaveLength(await packets(running, 'stored'));
  },
);

test('a stop waits for the packets that were received', async () => {
  const running = await start();
  running.gate.hold();
  await sendPackets(ports(running).compact, [emitBatch(compactEncoder, batchOf('late'))]);
  await running.gate.reached;
  const stopped = running.stop();
  collector = null;
  await stopped;
  expect(storedNames(running)).toEqual(['late']);
});
