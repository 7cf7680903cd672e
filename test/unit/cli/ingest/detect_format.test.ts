/** Formats told by how a file begins. */
import { describe, expect, test } from '@jest/globals';
import { zipkin } from '../../../../proto/generated/index.js';
import { detectFormat } from '../../../../services/cli/ingest/detect_format.ts';
import { requestOf, testSpan } from '../../../support/export_requests.ts';
import { recordedTraces } from '../../../support/recorded_zipkin.ts';
import { tracesData } from '../../../support/otlp_bytes.ts';

const { ListOfSpans } = zipkin.proto3;
const list = (span: zipkin.proto3.Span.$Properties): Buffer =>
  Buffer.from(ListOfSpans.encode({ spans: [span] }).finish());
const id = (bytes: number): Buffer => Buffer.alloc(bytes, 0x12);

describe('the format of a file', () => {
  test.each([
    ['otlp_json', '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"01"}]}]}]}'],
    ['otlp_json', '\ufeff\n { "resourceSpans" : [] }\n{"resourceSpans":[]}'],
    [
      'zipkin_json',
      '[{"traceId":"1","id":"2","tags":{"resourceSpans":"x"},"annotations":[{"timestamp":1,"value":"endpoint"}]}]',
    ],
    ['zipkin_json', '[[{"id":"2","traceId":"1"}]]'],
    ['zipkin_v1_json', '[{"traceId":"1","id":"2","binaryAnnotations":[]}]'],
    ['zipkin_v1_json', '[{"traceId":"1","annotations":[{"value":"sr","endpoint":{"port":1}}]}]'],
    ['jaeger_json', '{"data":[{"traceID":"1","spans":[{"traceID":"1","tags":[{"key":"traceId"}]}]}]}'],
  ])('is %s', (format, text) => {
    expect(detectFormat(Buffer.from(text))).toBe(format);
  });

  test('is told of protobuf, with and without parents and resources', () => {
    expect(detectFormat(requestOf(testSpan(1, 1)))).toBe('otlp_proto');
    for (const service of ['s', '12345678', 'a service of a longer name', 'x'.repeat(500)]) {
      expect(
        detectFormat(tracesData([{ service, spans: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16) }] }])),
      ).toBe('otlp_proto');
    }
    expect(detectFormat(list({ traceId: id(16), id: id(8), name: 'n' }))).toBe('zipkin_proto');
    expect(detectFormat(list({ traceId: id(8), parentId: id(8), id: id(8), name: 'n'.repeat(300) }))).toBe(
      'zipkin_proto',
    );
  });

  test.each([[''], ['hello'], ['{"a":1}'], ['[1,2]'], ['\n\n'], ['\u0008\u0001']])(
    'is not guessed of %j',
    (text) => {
      expect(detectFormat(Buffer.from(text))).toBeNull();
    },
  );

  const recorded = recordedTraces(0);
  (recorded.length > 0 ? test : test.skip)('is told of the recorded traces', () => {
    for (const { spans } of recorded)
      expect(detectFormat(Buffer.from(JSON.stringify(spans)))).toBe('zipkin_json');
  });
});
