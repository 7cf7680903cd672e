/** What records become before they are stored. */
import { describe, expect, test } from '@jest/globals';
import { ReceivedBatchBuilder, type Redact } from '../../../services/collector/kafka_receiver_batch.ts';
import { formatOf } from '../../../services/collector/kafka_receiver_formats.ts';
import { DEAD_LETTER_HEADERS } from '../../../services/core/contracts.ts';
import type { SpanFormat } from '../../../services/core/otlp/span_format.ts';
import { RequestSplitter } from '../../../services/core/otlp/split_request.ts';
import { PARTLY_VALID, requestOf, spanNames, testSpan } from '../../support/export_requests.ts';

function batchOf(value: Buffer, redact: Redact | null, format: SpanFormat = formatOf('otlp_proto')) {
  const builder = new ReceivedBatchBuilder({
    topic: 't',
    partition: 2,
    format,
    splitter: new RequestSplitter(3),
    redact,
  });
  builder.add({ offset: 7, timestampMs: 0, value, headers: {} });
  const { parts, letters, spans } = builder.take();
  return {
    spans,
    stored: parts.flatMap(({ bytes }) => spanNames(bytes)),
    letters: letters.map(({ reason, record }) => ({
      reason,
      record,
      error: String(record.headers?.[DEAD_LETTER_HEADERS.error]),
    })),
  };
}

/** "span" becomes "****", in the same place. */
const masking: Redact = (request) =>
  Buffer.from(Buffer.from(request).toString('latin1').replaceAll('span', '****'), 'latin1');

describe('redaction', () => {
  test('comes before the split, and before spans of invalid ids become dead letters', () => {
    const { stored, letters } = batchOf(PARTLY_VALID, masking);
    expect(stored).toEqual(['**** 1']);
    expect(letters.flatMap(({ record }) => spanNames(record.value)).sort()).toEqual([
      '**** 2',
      '**** 3',
      '**** 4',
    ]);
  });

  test('leaves a record that nobody can read in the source, and no byte of it in the letter', () => {
    const secret = Buffer.from('\xffa secret', 'latin1');
    const { stored, letters } = batchOf(secret, masking);
    expect(stored).toEqual([]);
    expect(letters).toMatchObject([{ reason: 'malformed_record', record: { value: Buffer.alloc(0) } }]);
    expect(letters[0]?.error).toContain('left in the source');
    expect(batchOf(secret, null).letters).toMatchObject([{ record: { value: secret } }]);
  });

  test('that makes a record too large leaves a letter without its bytes', () => {
    const { stored, letters } = batchOf(requestOf(testSpan(1, 1, 'a secret')), () => {
      throw new RangeError('grew');
    });
    expect(stored).toEqual([]);
    expect(letters).toMatchObject([{ reason: 'too_large', record: { value: Buffer.alloc(0) } }]);
  });
});

test('a converter that fails leaves the record as a letter that does not repeat what it said', () => {
  const broken = {
    protocol: 'broken',
    toOtlp: () => {
      throw new TypeError('cannot read a secret');
    },
  };
  const value = Buffer.from('any');
  const { spans, letters } = batchOf(value, null, broken);
  expect(spans).toBe(0);
  expect(letters).toMatchObject([
    { reason: 'malformed_record', error: 'the converter failed with TypeError', record: { value } },
  ]);
});
