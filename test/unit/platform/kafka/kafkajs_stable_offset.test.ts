import { describe, expect, test } from '@jest/globals';
import type { Kafka as KafkaJs } from 'kafkajs';
import { isTransient } from '../../../../services/platform/kafka/kafkajs_errors.ts';
import { offsetFetch, stableOffset } from '../../../../services/platform/kafka/kafkajs_stable_offset.ts';

const OF = { group: 'sinks', topic: 'traces', partition: 258 };
const { request, response } = offsetFetch(OF);

/** An answer for one partition, and then of the whole. */
function answer(partition: string, code = '0000'): Buffer {
  const topic = `02 07 747261636573 ${partition} 00`;
  return Buffer.from(`00 00000000 ${topic} ${code} 00`.replaceAll(' ', ''), 'hex');
}

const partition258 = (offset: string, metadata: string, code = '0000'): string =>
  `02 00000102 ${offset} ffffffff ${metadata} ${code} 00`;

async function committed(payload: Buffer): Promise<unknown> {
  return response.parse(await response.decode(payload));
}

describe('the committed offset that a claim asks for', () => {
  test('is asked of one partition, and to be stable', async () => {
    expect([request.apiKey, request.apiVersion]).toEqual([9, 7]);
    const { buffer } = await request.encode();
    const expected = '00' + ' 06 73696e6b73' + ' 02 07 747261636573 02 00000102 00' + ' 01' + ' 00';
    expect(buffer.toString('hex')).toBe(expected.replaceAll(' ', ''));
  });

  test('is what the answer says', async () => {
    const payload = answer(partition258('0000000100000002', '03 7b7d'));
    expect(await committed(payload)).toEqual({ offset: 2 ** 32 + 2, metadata: '{}' });
  });

  test('is none where the answer says so', async () => {
    expect(await committed(answer(partition258('ffffffffffffffff', '01')))).toBeNull();
    expect(await committed(answer(partition258('ffffffffffffffff', '00')))).toBeNull();
  });

  test.each([
    ['an unstable offset', partition258('ffffffffffffffff', '01', '0058'), '0000', 'UNSTABLE_OFFSET_COMMIT'],
    ['a coordinator that has moved', '01', '0010', 'NOT_COORDINATOR_FOR_GROUP'],
    ['a coordinator that reads its log', '01', '000e', 'GROUP_LOAD_IN_PROGRESS'],
  ])('is to be asked for again after %s', async (_, partitions, code, type) => {
    const error = await committed(answer(partitions, code)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ type });
    expect(isTransient(error)).toBe(true);
  });

  // Taken for "nothing committed", a partition would be begun anew.
  test.each([
    ['no topic', Buffer.from('00 00000000 01 0000 00'.replaceAll(' ', ''), 'hex')],
    ['no partition', answer('01')],
    ['another partition', answer(partition258('0000000000000005', '01').replace('00000102', '00000002'))],
  ])('is not known from an answer with %s', async (_, payload) => {
    const error = await committed(payload).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'NoAnswerError', message: 'no answer for sinks' });
    expect(isTransient(error)).toBe(true);
  });

  test('is not guessed from an answer that is cut short', async () => {
    const whole = answer(partition258('0000000000000005', '01'));
    for (let length = 0; length < whole.length - 1; length++) {
      await expect(committed(whole.subarray(0, length))).rejects.toMatchObject({ name: 'RangeError' });
    }
  });

  test('cannot be had of a broker that does not know stable offsets', async () => {
    let isConnected = false;
    const cluster = {
      connect: () => Promise.resolve((isConnected = true)),
      disconnect: () => Promise.resolve((isConnected = false)),
      findGroupCoordinator: () => Promise.resolve({ versions: { 9: { maxVersion: 6 } } }),
    };
    const client = { [Symbol('private:Kafka:createCluster')]: () => cluster } as unknown as KafkaJs;
    await expect(stableOffset(client, OF, 1_000)).rejects.toThrow('needs Kafka 2.5 or newer');
    expect(isConnected).toBe(false);
  });
});
