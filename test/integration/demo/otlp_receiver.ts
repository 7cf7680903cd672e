/** Takes traces over OTLP/HTTP as a collector does, and keeps their spans for a test to look at. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { opentelemetry } from '../../../proto/generated/index.js';

const Request = opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
type KeyValues = readonly opentelemetry.proto.common.v1.KeyValue.$Properties[] | null | undefined;

export interface ReceivedSpan {
  readonly service: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentId: string;
  readonly name: string;
  /** As in the protocol: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly failed: boolean;
  /** Whole numbers and texts, all as text. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly eventNames: readonly string[];
  /** Trace and span id of each. */
  readonly links: readonly string[];
}

export interface OtlpReceiver {
  readonly port: number;
  readonly spans: readonly ReceivedSpan[];
  stop(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    void readSpans(request).then((received) => {
      spans.push(...received);
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    spans,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readSpans(request: IncomingMessage): Promise<ReceivedSpan[]> {
  const body = await buffer(request);
  const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return Request.decode(bytes).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const attributes = textValues(resource?.attributes);
    return (scopeSpans ?? []).flatMap((scope) =>
      (scope.spans ?? []).map((span) => receivedSpan(span, attributes)),
    );
  });
}

function receivedSpan(
  span: opentelemetry.proto.trace.v1.Span.$Properties,
  resource: Readonly<Record<string, string>>,
): ReceivedSpan {
  return {
    service: resource['service.name'] ?? '',
    resource,
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentId: hex(span.parentSpanId),
    name: span.name ?? '',
    kind: span.kind ?? 0,
    failed: span.status?.code === opentelemetry.proto.trace.v1.Status.StatusCode.STATUS_CODE_ERROR,
    attributes: textValues(span.attributes),
    eventNames: (span.events ?? []).map((event) => event.name ?? ''),
    links: (span.links ?? []).map((link) => `${hex(link.traceId)}/${hex(link.spanId)}`),
  };
}

function textValues(attributes: KeyValues): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const { key, value } of attributes ?? []) {
    texts[key ?? ''] = value?.stringValue ?? String(value?.intValue ?? '');
  }
  return texts;
}

function hex(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}
