/** What records become before they are stored. */
import { describe, expect, test } from '@jest/globals';
import { ReceivedBatchBuilder, type Redact } from '../../../services/collector/kafka_receiver_batch.ts';
import { formatOf } from '../../../services/collector/kafka_receiver_formats.ts';
import { DEAD_LETTER_HEADERS } from '../../../services/core/contracts.ts';
import { GrowthError } from '../../../services/core/redaction/edits.ts';
import { MAX_REQUEST_SPANS } from '../../../services/core/otlp/request_limits.ts';
import type { SpanFormat } from '../../../services/core/otlp/span_format.ts';
import { RequestSplitter } from '../../../services/core/otlp/split_request.ts';
import { PARTLY_VALID, requestOf, spanNames, testSpan } from '../../support/export_requests.ts';

interface Given {
  readonly format?: SpanFormat;
  readonly unreadable?: string;
  readonly isRefused?: boolean;
}

function batchOf(value: Buffer, redact: Redact | null, given: Given = {}) {
  const { format = formatOf('otlp_proto'), unreadable, isRefused } = given;
  const builder = new ReceivedBatchBuilder({
    topic: 't',
    partition: 2,
    format,
    splitter: new RequestSplitter(3),
    redact,
  });
  const record = { offset: 7, timestampMs: 0, value, headers: {} };
  builder.add(unreadable === undefined ? record : { ...record, unreadable }, isRefused);
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
      throw new GrowthError('grew');
    });
    expect(stored).toEqual([]);
    expect(letters).toMatchObject([{ reason: 'too_large', record: { value: Buffer.alloc(0) } }]);
  });

  test('that fails leaves the record in the source, as one that cannot be read', () => {
    const { letters } = batchOf(requestOf(testSpan(1, 1, 'a secret')), () => {
      throw new RangeError('a secret');
    });
    expect(letters).toMatchObject([{ reason: 'malformed_record', record: { value: Buffer.alloc(0) } }]);
    expect(letters[0]?.error).not.toContain('secret');
  });

  test('comes before a record that our topic refused becomes a dead letter', () => {
    const value = requestOf(testSpan(1, 1, 'span'));
    const { stored, letters } = batchOf(value, masking, { isRefused: true });
    expect(stored).toEqual([]);
    expect(letters).toMatchObject([{ reason: 'too_large' }]);
    expect(letters.flatMap(({ record }) => spanNames(record.value))).toEqual(['****']);
    expect(batchOf(value, null, { isRefused: true }).letters).toMatchObject([{ record: { value } }]);
  });

  test('a record of more spans than a request may have is too large, and says so', () => {
    const resources = Buffer.alloc(2 * (MAX_REQUEST_SPANS + 1));
    for (let at = 0; at < resources.length; at += 2) resources[at] = 0x0a;
    expect(batchOf(resources, null).letters).toMatchObject([
      { reason: 'too_large', record: { value: resources } },
    ]);
  });

  test('leaves a batch that cannot be decompressed in the source', () => {
    const value = Buffer.from('a secret');
    const unreadable = 'the checksum is wrong';
    const { letters } = batchOf(value, masking, { unreadable });
    expect(letters).toMatchObject([{ reason: 'unreadable_batch', record: { value: Buffer.alloc(0) } }]);
    expect(batchOf(value, null, { unreadable }).letters).toMatchObject([{ record: { value } }]);
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
  const { spans, letters } = batchOf(value, null, { format: broken });
  expect(spans).toBe(0);
  expect(letters).toMatchObject([
    { reason: 'malformed_record', error: 'the converter failed with TypeError', record: { value } },
  ]);
});
