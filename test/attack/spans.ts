/** Spans as attacks and the well-behaved tenant send them. */
import {
  RESOURCE_SPANS_SCOPE_SPANS,
  SCOPE_SPANS_SPANS,
  SPAN_ATTRIBUTES,
  SPAN_NAME,
  SPAN_SPAN_ID,
  SPAN_TRACE_ID,
  KEY_VALUE_KEY,
  KEY_VALUE_VALUE,
  TRACES_RESOURCE_SPANS,
  SPAN_START_TIME,
  SPAN_END_TIME,
} from '../../services/core/otlp/fields.ts';
import {
  WireWriter,
  writeFixed64,
  writeLengthField,
  writeTextField,
  writeVarint32,
} from '../../services/core/wire/writer.ts';
import { tracesData, writeMessage, type TestSpan } from '../support/otlp_bytes.ts';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

export const SPANS_A_TRACE = 10;

/** Whole traces of ten spans; the id of each begins with `phase`. */
export function traces(
  phase: number,
  firstTrace: number,
  count: number,
  name: (span: number) => string,
): Buffer {
  const startMs = Date.now();
  const spans: TestSpan[] = [];
  for (let trace = firstTrace; trace < firstTrace + count; trace++) {
    for (let i = 0; i < SPANS_A_TRACE; i++) {
      spans.push({
        traceId: hex(phase, 8) + hex(1, 8) + hex(trace + 1, 16),
        spanId: hex(i + 1, 16),
        ...(i > 0 && { parentId: hex(i, 16) }),
        name: name(trace * SPANS_A_TRACE + i),
        kind: 2,
        startMs,
        attributes: {
          'http.request.method': 'GET',
          'url.path': '/products/12345',
          'server.address': 'shop-7f9c',
        },
      });
    }
  }
  return tracesData([{ service: 'shop', spans }]);
}

/** One span with attributes whose values are the bytes of AnyValues. */
export function attributeSpan(trace: number, attributes: readonly (readonly [string, Uint8Array])[]): Buffer {
  const out = new WireWriter(1024);
  writeMessage(out, TRACES_RESOURCE_SPANS, () =>
    writeMessage(out, RESOURCE_SPANS_SCOPE_SPANS, () =>
      writeMessage(out, SCOPE_SPANS_SPANS, () => {
        writeLengthField(out, SPAN_TRACE_ID, Buffer.from(hex(trace, 32), 'hex'));
        writeLengthField(out, SPAN_SPAN_ID, Buffer.from(hex(trace, 16), 'hex'));
        writeTextField(out, SPAN_NAME, 'many');
        for (const tag of [SPAN_START_TIME, SPAN_END_TIME]) {
          writeVarint32(out, tag);
          writeFixed64(out, Date.now() * 1e6);
        }
        for (const [key, value] of attributes) {
          writeMessage(out, SPAN_ATTRIBUTES, () => {
            writeTextField(out, KEY_VALUE_KEY, key);
            writeLengthField(out, KEY_VALUE_VALUE, value);
          });
        }
      }),
    ),
  );
  return Buffer.from(out.take());
}
