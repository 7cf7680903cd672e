import { expect, test } from '@jest/globals';
import { addBallast } from '../../../services/platform/garbage_collection.ts';

const BYTES = 512 * 1024 * 1024;

test('ballast counts for V8 as buffers, but takes no memory', () => {
  const before = process.memoryUsage();
  addBallast(BYTES);
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers).toBeGreaterThanOrEqual(BYTES);
  expect(after.rss - before.rss).toBeLessThan(BYTES / 4);
});
