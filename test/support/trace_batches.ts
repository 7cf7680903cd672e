/** Records of the traces topic from a few words a trace; the bytes come from protobufjs, not from our own writer. */
import { zstdCompressSync } from 'node:zlib';
import { spanmill } from '../../proto/generated/index.js';
import { ENCODING_HEADER, ENCODING_ZSTD } from '../../services/core/contracts.ts';
import type { OutgoingRecord } from '../../services/platform/kafka/port.ts';

export interface BatchTraceSpec {
  /** Makes the trace id, and with a position the span ids. */
  readonly number: number;
  readonly receivedMs: number;
  readonly spans?: number;
  /** Of all its spans. */
  readonly name?: string;
  readonly service?: string;
  readonly tenant?: string;
}

export const traceIdHex = (number: number): string => number.toString(16).padStart(32, '0');
export const spanIdHex = (number: number, span: number): string =>
  (number * 1000 + span + 1).toString(16).padStart(16, '0');

/** One record with all of these traces. */
export function traceBatchRecord(specs: readonly BatchTraceSpec[]): OutgoingRecord {
  const services = [...new Set(specs.map(({ service }) => service ?? 'shop'))];
  const batch = {
    headers: services.map((service) => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
      scope: { name: 'test', version: '1' },
    })),
    traces: specs.map((spec) => assembledTrace(spec, services.indexOf(spec.service ?? 'shop'))),
  };
  const bytes = spanmill.v1.TraceBatch.encode(spanmill.v1.TraceBatch.fromObject(batch)).finish();
  return { value: zstdCompressSync(bytes), headers: { [ENCODING_HEADER]: ENCODING_ZSTD } };
}

function assembledTrace(spec: BatchTraceSpec, header: number) {
  const { number, receivedMs, spans = 3, name = 'work', service = 'shop', tenant = '' } = spec;
  const traceId = Buffer.from(traceIdHex(number), 'hex');
  const startNs = String(BigInt(receivedMs - 1_000) * 1_000_000n);
  const endNs = String(BigInt(receivedMs - 900) * 1_000_000n);
  const ids = Array.from({ length: spans }, (_, i) => Buffer.from(spanIdHex(number, i), 'hex'));
  return {
    traceId,
    tenant,
    reason: 1,
    receivedUnixMs: receivedMs,
    summary: {
      startTimeUnixNano: startNs,
      endTimeUnixNano: endNs,
      spans,
      rootService: service,
      rootName: name,
      rootDurationNano: 100_000_000,
      services: [service],
    },
    sampling: { kept: true },
    spanHeaders: ids.map(() => header),
    spans: ids.map((spanId, i) => ({
      traceId,
      spanId,
      parentSpanId: ids[i - 1] ?? Buffer.alloc(0),
      name,
      kind: 2,
      startTimeUnixNano: startNs,
      endTimeUnixNano: endNs,
    })),
  };
}
