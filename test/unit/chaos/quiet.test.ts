/** When a pipeline counts as quiet. */
import { expect, test } from '@jest/globals';
import type { ClickHouse } from '../../../services/platform/clickhouse/client.ts';
import { untilQuiet } from '../../chaos/quiet.ts';

const quiet = (text: () => Promise<string>) =>
  untilQuiet({ clickhouse: { text } as Partial<ClickHouse> as ClickHouse, quietMs: 600, timeoutMs: 1_800 });

test('a pipeline whose tables stay as they are is quiet', async () => {
  expect(await quiet(() => Promise.resolve('1\t1\t1\t1'))).toBe(true);
});

test('a ClickHouse that is away is not, though it always says the same', async () => {
  expect(await quiet(() => Promise.reject(new Error('connection refused')))).toBe(false);
});
