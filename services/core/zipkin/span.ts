/**
 * A Zipkin span as all four formats give it, in the terms of Zipkin's v2 model: what there is not is empty, 0 or null.
 *
 * Not for what it becomes in OTLP (span_to_otlp.ts). Ids are as they came, of whatever length, since the split judges them.
 */
import type { AttributeValue } from '../otlp/span_writer.ts';

export interface ZipkinSpan {
  /** 16 bytes; empty where it was no id. */
  readonly traceId: Uint8Array;
  /** Empty for a root. */
  readonly parentId: Uint8Array;
  /** 8 bytes; empty where it was no id. */
  readonly id: Uint8Array;
  /** A kind of OTLP; KIND_UNSPECIFIED where there is none. */
  readonly kind: number;
  readonly name: string;
  /** Unix microseconds. */
  readonly timestampUs: bigint;
  readonly durationUs: bigint;
  readonly localEndpoint: Endpoint | null;
  readonly remoteEndpoint: Endpoint | null;
  readonly annotations: readonly Annotation[];
  readonly tags: ReadonlyMap<string, AttributeValue>;
  readonly debug: boolean;
  readonly shared: boolean;
}

export interface Endpoint {
  readonly serviceName: string;
  /** As text. */
  readonly ipv4: string;
  readonly ipv6: string;
  readonly port: number;
}

export interface Annotation {
  readonly timestampUs: bigint;
  readonly value: string;
}

/** Says of a server's end that it shares its id with a client's that may not be in the trace: OTLP has no field for it. */
export const SHARED_ATTRIBUTE = 'zipkin.shared';
/** Says that the span was to be kept whatever the sampling. */
export const DEBUG_ATTRIBUTE = 'zipkin.debug';
/** Says that the start is none of the span's own. The OpenTelemetry Collector's name. */
export const NO_TIMESTAMP_ATTRIBUTE = 'otel.zipkin.absentField.startTime';

/** The attributes that endpoints become, as in the OpenTelemetry Collector. */
export const LOCAL_ADDRESS = { ip: 'net.host.ip', port: 'net.host.port', ipv6: 'net.host.ipv6' } as const;
export const REMOTE_ADDRESS = { ip: 'net.peer.ip', port: 'net.peer.port', ipv6: 'net.peer.ipv6' } as const;
export const REMOTE_SERVICE = 'peer.service';

export const NO_ID = new Uint8Array(0);
