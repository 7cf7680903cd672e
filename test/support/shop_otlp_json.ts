/** The shop's spans as OTLP/JSON requests, with what the shop leaves to the writer: resources, scopes, events of exceptions. */
import type { ShopSpan } from './colourful_shop.ts';

const SPANS_A_REQUEST = 500;

/** Bodies for `POST /v1/traces`; the spans of a trace may be in several. */
function otlpJson(spans: readonly ShopSpan[]): string[] {
  const bodies: string[] = [];
  for (let at = 0; at < spans.length; at += SPANS_A_REQUEST) {
    const groups = Map.groupBy(spans.slice(at, at + SPANS_A_REQUEST), ({ service }) => service);
    const resourceSpans = [...groups].map(([service, group]) => ({
      resource: {
        attributes: keyValues({
          'service.name': service,
          'service.version': '1.4.2',
          'host.name': `${service}-7f9c`,
        }),
      },
      scopeSpans: [
        { scope: { name: 'shop.instrumentation', version: '0.57.0' }, spans: group.map(spanJson) },
      ],
    }));
    bodies.push(JSON.stringify({ resourceSpans }));
  }
  return bodies;
}

const nanoseconds = (ms: number): string => String(BigInt(Math.round(ms * 1000)) * 1000n);

function spanJson(span: ShopSpan) {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== '' && { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: nanoseconds(span.startMs),
    endTimeUnixNano: nanoseconds(span.startMs + span.durationMs),
    attributes: keyValues(span.attributes),
    links: span.links,
    ...(span.exception !== null && {
      events: [
        {
          timeUnixNano: nanoseconds(span.startMs + span.durationMs * 0.9),
          name: 'exception',
          attributes: keyValues({
            'exception.type': 'UpstreamError',
            'exception.message': span.exception,
            'exception.stacktrace': `UpstreamError: ${span.exception}\n    at charge (payment.js:41:11)\n    at handle (server.js:18:5)`,
          }),
        },
      ],
    }),
    ...(span.failed && { status: { code: 2, message: span.exception ?? 'upstream failed' } }),
  };
}

function keyValues(attributes: ShopSpan['attributes']) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value:
      typeof value === 'string'
        ? { stringValue: value }
        : typeof value === 'number'
          ? { intValue: String(value) }
          : { boolValue: value },
  }));
}

/** Sends the spans to a collector, some hundred a request. Throws where it does not take one. */
export async function sendShop(otlpHttp: string, spans: readonly ShopSpan[]): Promise<void> {
  for (const body of otlpJson(spans)) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${otlpHttp}/v1/traces`, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  }
}
