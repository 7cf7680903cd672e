/**
 * Converts large bodies in a thread of its own. Four megabytes of JSON take hundreds of milliseconds to read, in which this process would
 * answer nobody; so whoever sends such bodies waits in line with others who do, and no one else with them.
 *
 * Not for small bodies, which cost less than to hand them over. The thread's memory has a limit of its own: a body that
 * breaks it ends the thread, and with it what waited for it, which clients send again to the next one.
 */
import { Worker } from 'node:worker_threads';
import { FormatError } from '../core/otlp/format_error.ts';
import { RequestTooLargeError } from '../core/otlp/request_limits.ts';
import type { SpanFormat } from '../core/otlp/span_format.ts';
import type { Part } from '../platform/lifecycle.ts';
import { SLOW_FORMATS } from './conversion_formats.ts';

export interface Conversion {
  readonly id: number;
  readonly protocol: string;
  readonly body: Uint8Array;
}

export type Converted =
  | { readonly id: number; readonly otlp: Uint8Array }
  | { readonly id: number; readonly fault: 'format' | 'too_large'; readonly message: string };

/** The thread ended before the body was converted; sent again, it may be. */
export class ConversionBrokenError extends Error {
  override name = 'ConversionBrokenError';
}

/** Of the thread: sixteen megabytes as values, and as OTLP, at the same time. */
const MAX_HEAP_MB = 192;
const LARGE_BYTES = 128 * 1024;

interface Waiting {
  readonly resolve: (otlp: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

export class ConversionThread implements Part {
  readonly name = 'conversion thread';
  private readonly waiting = new Map<number, Waiting>();
  private worker: Worker | null = null;
  private made = 0;

  /** It starts when there is something to do. */
  start(): Promise<void> {
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.worker?.terminate();
  }

  takes(body: Uint8Array, { protocol }: SpanFormat): boolean {
    return body.length > LARGE_BYTES && SLOW_FORMATS.has(protocol);
  }

  /** Bytes of an ExportTraceServiceRequest. Rejects with FormatError, RequestTooLargeError, ConversionBrokenError. */
  convert(body: Uint8Array, { protocol }: SpanFormat): Promise<Uint8Array> {
    const id = ++this.made;
    // A copy: what is handed over is gone here, and the body may be a part of something larger.
    const handed = Uint8Array.from(body);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.running().postMessage({ id, protocol, body: handed } satisfies Conversion, [handed.buffer]);
    });
  }

  private running(): Worker {
    if (this.worker !== null) return this.worker;
    const worker = new Worker(new URL('./conversion_worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    this.worker = worker;
    worker.on('message', (converted: Converted) => this.settle(converted));
    worker.once('error', (cause) => this.end(worker, cause));
    worker.once('exit', () => this.end(worker));
    return worker;
  }

  private settle(converted: Converted): void {
    const waiting = this.waiting.get(converted.id);
    this.waiting.delete(converted.id);
    if ('otlp' in converted) waiting?.resolve(converted.otlp);
    else if (converted.fault === 'format') waiting?.reject(new FormatError(converted.message));
    else waiting?.reject(new RequestTooLargeError(converted.message));
  }

  private end(worker: Worker, cause?: unknown): void {
    if (this.worker !== worker) return;
    this.worker = null;
    // The first is the one that broke it: it would break the next one, too.
    const [first, ...others] = this.waiting.values();
    this.waiting.clear();
    first?.reject(new RequestTooLargeError('the request takes too much memory to read'));
    for (const one of others)
      one.reject(new ConversionBrokenError('the conversion was broken off', { cause }));
  }
}
