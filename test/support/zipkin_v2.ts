/** Zipkin's v2 spans in protobuf, as Zipkin's clients write them. */
import { zipkin } from '../../proto/generated/index.js';
import { fixed64 } from '../../services/query/foreign/fixed64.ts';
import type { Endpoint } from '../../services/query/zipkin/endpoints.ts';
import type { ZipkinSpan } from '../../services/query/zipkin/zipkin_span.ts';

const { ListOfSpans, Span } = zipkin.proto3;

export function v2Proto(spans: readonly ZipkinSpan[]): Uint8Array {
  return new Uint8Array(ListOfSpans.encode({ spans: spans.map(spanMessage) }).finish());
}

function spanMessage(span: ZipkinSpan): zipkin.proto3.Span.$Properties {
  return {
    traceId: Buffer.from(span.traceId, 'hex'),
    parentId: Buffer.from(span.parentId ?? '', 'hex'),
    id: Buffer.from(span.id, 'hex'),
    kind: span.kind === undefined ? Span.Kind.SPAN_KIND_UNSPECIFIED : Span.Kind[span.kind],
    name: span.name ?? '',
    timestamp: fixed64(BigInt(span.timestamp ?? 0)),
    duration: fixed64(BigInt(span.duration ?? 0)),
    localEndpoint: endpointMessage(span.localEndpoint),
    remoteEndpoint: endpointMessage(span.remoteEndpoint),
    annotations: (span.annotations ?? []).map(({ timestamp, value }) => ({
      timestamp: fixed64(BigInt(timestamp)),
      value,
    })),
    tags: { ...span.tags },
    debug: span.debug ?? false,
    shared: span.shared ?? false,
  };
}

function endpointMessage(endpoint: Endpoint | undefined): zipkin.proto3.Endpoint.$Properties | null {
  if (endpoint === undefined) return null;
  const { serviceName = '', ipv4, ipv6, port = 0 } = endpoint;
  return {
    ...{ serviceName, port },
    ...(ipv4 !== undefined && { ipv4: Uint8Array.from(ipv4.split('.').map(Number)) }),
    ...(ipv6 !== undefined && { ipv6: ipv6Bytes(ipv6) }),
  };
}

function ipv6Bytes(text: string): Uint8Array {
  const [head = '', tail = ''] = text.split('::');
  const groups = (part: string): string[] => part.split(':').filter((group) => group !== '');
  const zeros = new Array<string>(8 - groups(head).length - groups(tail).length).fill('0');
  const hex = [...groups(head), ...zeros, ...groups(tail)].map((group) => group.padStart(4, '0'));
  return Buffer.from(hex.join(''), 'hex');
}
