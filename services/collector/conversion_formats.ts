/** Formats whose conversion to OTLP takes long for a large body; the others are OTLP already, or nearly. */
import { OTLP_JSON, type SpanFormat } from '../core/otlp/span_format.ts';

export const SLOW_FORMATS: ReadonlyMap<string, SpanFormat> = new Map(
  [OTLP_JSON].map((format) => [format.protocol, format]),
);
