/**
 * Jaeger over UDP, as its clients send to an agent on their own machine: a packet is a batch.
 *
 * Nothing is answered: whatever cannot be taken is dropped and counted by what became of it, and a line in the log says so
 * at most once a minute. Packets wait for Kafka within the limit of bytes in flight, UDP's own share of it, so that those who
 * can be refused are not crowded out by those who cannot. Before that the kernel's buffer holds what comes in bursts.
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { SpanFormat } from '../core/otlp/span_format.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import { explain } from '../platform/health_server.ts';
import { settlesWithin } from '../platform/kafka/deadline.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import type { Sender } from './doorman.ts';
import type { InFlight } from './in_flight.ts';
import type { Intake } from './intake.ts';
import type { CollectorMetrics } from './metrics.ts';
import { kernelDrops } from './udp_kernel_drops.ts';

export interface JaegerUdpOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly format: SpanFormat;
  readonly intake: Pick<Intake, 'take'>;
  readonly inFlight: InFlight;
  /** Whose all packets are. */
  readonly udpSender: Sender;
  readonly clock: Clock;
  readonly timers: Pick<Timers, 'every'>;
  readonly log: Log;
  readonly metrics: Pick<CollectorMetrics, 'udpPackets'>;
  /** Packets under way when the server stops are waited for this long. */
  readonly stopTimeoutMs: number;
  readonly onBug: (error: unknown) => void;
}

export interface UdpServer extends Part {
  /** The port in use once started. */
  readonly port: number;
}

/** The kernel gives what net.core.rmem_max allows. */
const RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024;
/** Of the bytes in flight. */
const SHARE = 1 / 4;
/** What a waiting packet costs beside its bytes. */
const PACKET_OVERHEAD_BYTES = 1024;
const LOG_INTERVAL_MS = 60_000;
const KERNEL_INTERVAL_MS = 10_000;

export function jaegerUdpServer(options: JaegerUdpOptions): UdpServer {
  const { format, host, log, stopTimeoutMs, timers } = options;
  const packets = new Packets(options);
  let socket: Socket | null = null;
  let leave = (): void => undefined;
  let port = 0;
  return {
    name: `UDP server (${format.protocol})`,
    get port() {
      return port;
    },
    start: async () => {
      const open = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4' });
      port = await bind(open, options);
      open.on('message', (packet) => packets.take(packet));
      open.on('error', options.onBug);
      open.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
      log.debug({ port, bufferBytes: open.getRecvBufferSize() }, 'receiving packets');
      socket = open;
      leave = timers.every(KERNEL_INTERVAL_MS, () => packets.countKernelDrops(port));
    },
    stop: async () => {
      leave();
      packets.countKernelDrops(port);
      const closing = socket;
      socket = null;
      if (closing !== null) await new Promise<void>((resolve) => closing.close(() => resolve()));
      await settlesWithin(stopTimeoutMs, packets.settled());
    },
  };
}

function bind(socket: Socket, { host, port }: JaegerUdpOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      socket.close();
      reject(explain(error, port));
    };
    socket.once('error', fail);
    socket.bind(port, host, () => {
      socket.off('error', fail);
      resolve(socket.address().port);
    });
  });
}

/** Packets on their way to Kafka. */
class Packets {
  private readonly options: JaegerUdpOptions;
  private readonly maxBytes: number;
  private readonly underWay = new Set<Promise<void>>();
  private bytes = 0;
  private kernelDrops = 0;
  private droppedSinceLog = 0;
  private loggedMs = -Infinity;

  constructor(options: JaegerUdpOptions) {
    this.options = options;
    this.maxBytes = options.inFlight.maxBytes * SHARE;
  }

  take(packet: Buffer): void {
    const taken = this.store(packet).catch(this.options.onBug);
    this.underWay.add(taken);
    void taken.then(() => this.underWay.delete(taken));
  }

  /** Of what the kernel says since the socket was opened, what is new. */
  countKernelDrops(port: number): void {
    const drops = kernelDrops(port) - this.kernelDrops;
    if (drops <= 0) return;
    this.kernelDrops += drops;
    this.count('buffer_full', "the kernel's buffer is full", drops);
  }

  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private async store(packet: Buffer): Promise<void> {
    const { inFlight, intake, format, udpSender } = this.options;
    const cost = packet.length + PACKET_OVERHEAD_BYTES;
    const lease = inFlight.lease(udpSender);
    if (this.bytes + cost > this.maxBytes || !lease.grow(cost)) {
      this.count('overloaded', 'too many bytes in flight');
      return;
    }
    this.bytes += cost;
    try {
      const outcome = await intake.take(packet, format, udpSender);
      this.count(outcome.kind, 'problem' in outcome ? outcome.problem : '');
    } finally {
      this.bytes -= cost;
      lease.release();
    }
  }

  private count(outcome: string, problem: string, packets = 1): void {
    const { clock, format, log, metrics } = this.options;
    metrics.udpPackets.add(packets, { protocol: format.protocol, outcome });
    if (outcome === 'stored') return;
    this.droppedSinceLog += packets;
    if (clock.now() - this.loggedMs < LOG_INTERVAL_MS) return;
    this.loggedMs = clock.now();
    const dropped = this.droppedSinceLog;
    this.droppedSinceLog = 0;
    log.warn(
      { protocol: format.protocol, outcome, problem, dropped },
      'packets dropped; the last one is told',
    );
  }
}
