/**
 * A span of Zipkin's v1 model, in which each annotation says which host wrote it: one span may hold both ends of a call, and
 * its kind and times have to be found among the annotations.
 *
 * Not for the way to v2 (v1_to_v2.ts).
 */
import type { AttributeValue } from '../otlp/span_writer.ts';
import type { Annotation, Endpoint, ZipkinSpan } from './span.ts';

export interface V1Span extends Pick<
  ZipkinSpan,
  'traceId' | 'parentId' | 'id' | 'name' | 'timestampUs' | 'durationUs' | 'debug'
> {
  readonly annotations: readonly V1Annotation[];
  readonly binaryAnnotations: readonly BinaryAnnotation[];
}

export interface V1Annotation extends Annotation {
  readonly endpoint: Endpoint | null;
}

/** A tag, or the address of the other end: then the key is one of ADDRESSES, the value true and the endpoint that end's. */
export interface BinaryAnnotation {
  readonly key: string;
  readonly value: AttributeValue;
  readonly endpoint: Endpoint | null;
}
