/** One wire format of spans, and how what is wrong with a body is said. */

export interface SpanFormat {
  /** Metric label, e.g. `zipkin/json`. */
  readonly protocol: string;
  /** Bytes of an ExportTraceServiceRequest. Throws FormatError. */
  readonly toOtlp: (body: Uint8Array) => Uint8Array;
}

/** The message says what is wrong and where, is safe to show to a client, and never contains values of attributes. */
export class FormatError extends Error {
  override name = 'FormatError';
}
