/** Spans of the official SDK through an exporter of it, for as long as it takes. */
import type { ServiceError } from '@grpc/grpc-js';
import {
  BatchSpanProcessor,
  TracerProvider,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';

type Done = Parameters<SpanExporter['export']>[1];

/** What an application does that would rather wait than lose spans: it exports again what the exporter gave up. */
export class PatientExporter implements SpanExporter {
  /** Calls of the SDK's exporter. */
  exports = 0;
  readonly failures: Partial<ServiceError>[] = [];
  private readonly exporter: SpanExporter;

  constructor(exporter: SpanExporter) {
    this.exporter = exporter;
  }

  export(spans: ReadableSpan[], done: Done): void {
    this.exports += 1;
    this.exporter.export(spans, (result) => {
      if (result.error === undefined) {
        done(result);
        return;
      }
      this.failures.push(result.error);
      setTimeout(() => this.export(spans, done), PAUSE_MS);
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }
}

const PAUSE_MS = 1_000;
const EXPORT_TIMEOUT_MS = 120_000;

export interface SdkSpans {
  /** Resolves when all of them were taken. */
  record(names: readonly string[]): Promise<void>;
  shutdown(): Promise<void>;
}

export function sdkSpans(exporter: SpanExporter): SdkSpans {
  const processor = new BatchSpanProcessor({ exporter, exportTimeoutMillis: EXPORT_TIMEOUT_MS });
  const provider = new TracerProvider({ spanProcessors: [processor] });
  const tracer = provider.getTracer('sdk');
  return {
    record: (names) => {
      for (const name of names) tracer.startSpan(name).end();
      return processor.forceFlush();
    },
    shutdown: () => provider.shutdown(),
  };
}
