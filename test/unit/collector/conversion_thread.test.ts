import { afterEach, describe, expect, test } from '@jest/globals';
import { ConversionThread } from '../../../services/collector/conversion_thread.ts';
import { FormatError } from '../../../services/core/otlp/format_error.ts';
import { RequestTooLargeError } from '../../../services/core/otlp/request_limits.ts';
import { OTLP_JSON, OTLP_PROTOBUF } from '../../../services/core/otlp/span_format.ts';

const thread = new ConversionThread();

afterEach(() => thread.stop());

function request(spans: number): Buffer {
  const span = { traceId: '11'.repeat(16), spanId: '22'.repeat(8), name: 'x'.repeat(50) };
  const resourceSpans = [{ scopeSpans: [{ spans: Array.from({ length: spans }, () => span) }] }];
  return Buffer.from(JSON.stringify({ resourceSpans }));
}

describe('the conversion thread', () => {
  test('takes large bodies of formats that are slow to read', () => {
    const large = Buffer.alloc(200_000);
    expect(thread.takes(large, OTLP_JSON)).toBe(true);
    expect(thread.takes(large, OTLP_PROTOBUF)).toBe(false);
    expect(thread.takes(large.subarray(0, 1_000), OTLP_JSON)).toBe(false);
  });

  test('gives what the conversion gives, and leaves the body as it was', async () => {
    const body = request(2_000);
    const before = Buffer.from(body);
    expect(Buffer.from(await thread.convert(body, OTLP_JSON))).toEqual(Buffer.from(OTLP_JSON.toOtlp(before)));
    expect(body).toEqual(before);
  });

  test('says what is wrong as the conversion does, and goes on', async () => {
    const good = thread.convert(request(1_000), OTLP_JSON);
    await expect(thread.convert(Buffer.from('{"resourceSpans":1}'), OTLP_JSON)).rejects.toThrow(
      new FormatError('resourceSpans: must be an array'),
    );
    const long = Buffer.from(`[${'1,'.repeat(300_000)}1]`);
    await expect(thread.convert(long, OTLP_JSON)).rejects.toThrow(RequestTooLargeError);
    expect((await good).length).toBeGreaterThan(0);
  });

  test('leaves this thread free meanwhile', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await thread.convert(Buffer.from(`{"a":[${'12345678901234567,'.repeat(200_000)}1]}`), OTLP_JSON);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });

  test('starts anew when it has ended, and those that waited are told', async () => {
    const first = thread.convert(request(2_000), OTLP_JSON);
    const second = thread.convert(request(2_000), OTLP_JSON);
    const both = Promise.allSettled([first, second]);
    await thread.stop();
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await thread.convert(request(2_000), OTLP_JSON)).length).toBeGreaterThan(0);
  });
});
