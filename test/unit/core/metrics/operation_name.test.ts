import { describe, expect, test } from '@jest/globals';
import { MAX_NAME_LENGTH } from '../../../../services/core/otlp/limit_name.ts';
import fc from 'fast-check';
import { operationName, OperationNames } from '../../../../services/core/metrics/operation_name.ts';

describe('operation names', () => {
  test.each([
    ['GET /users/123/cart', 'GET /users/{}/cart'],
    ['GET /orders/550e8400-e29b-41d4-a716-446655440000', 'GET /orders/{}'],
    ['GET /o/550E8400-E29B-41D4-A716-446655440000/x', 'GET /o/{}/x'],
    ['/blobs/9f86d081884c7d659a2feaa0c55ad015', '/blobs/{}'],
    ['/commit/0xdeadbeef', '/commit/{}'],
    ['/files/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/files/{}'],
    ['/charges/ch_3MmlLrLkdIwHu7ix0snN0B15', '/charges/ch_{}'],
    ['worker-7 poll shard_12', 'worker-{} poll shard_{}'],
    ['user12345 login', 'user{} login'],
    ['connect 10.0.0.1:5432', 'connect {}'],
    ['report 2024-01-31', 'report {}'],
    ['HTTP/1.1 GET', 'HTTP/{} GET'],
    ['SELECT orders WHERE id = 42', 'SELECT orders WHERE id = {}'],
    ['café 12', 'café {}'],
  ])('puts a placeholder for what differs from call to call: %s', (name, template) => {
    expect(operationName(name)).toBe(template);
  });

  test.each([
    'GET /users/{id}/cart',
    'GET /users/{id:[0-9]{4}}',
    'GET /users/:id2/cart',
    'GET /users/<int:id2>',
    'GET /api/v1/users',
    'POST /v2/http2/s3/ipv4',
    'utf8 sha256 base64 oauth2 k8s log4j',
    'decade facade deadbeef',
    'Größe2',
    '',
  ])('leaves words and route templates as they are: %s', (name) => {
    expect(operationName(name)).toBe(name);
  });

  test('are cut where they are long, without breaking a character in two', () => {
    expect(operationName('x'.repeat(500))).toBe('x'.repeat(MAX_NAME_LENGTH));
    const pairs = operationName('x' + '😀'.repeat(300));
    expect(pairs).toBe('x' + '😀'.repeat(99));
  });

  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom(
        '/',
        ' ',
        '-',
        '.',
        ':',
        '{',
        '}',
        '<',
        '>',
        '_',
        'v1',
        'id',
        'x'.repeat(90),
        '😀',
        'é',
      ),
      fc.integer({ min: 0, max: 99_999 }).map(String),
      fc.uuid(),
      fc.stringMatching(/^[0-9a-fA-F]{1,20}$/),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 20 },
  );

  test('have themselves as their template, and never more than the allowed length', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const template = operationName(parts.join(''));
        expect(operationName(template)).toBe(template);
        expect(template.length).toBeLessThanOrEqual(MAX_NAME_LENGTH);
      }),
      { numRuns: 2_000 },
    );
  });

  test('are the same whether they were seen before, forgotten, or never seen', () => {
    const names = new OperationNames(4);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a 1', 'b 22', 'c', 'd/5', 'e', 'f é', 'g'), { maxLength: 30 }),
        (list) => {
          for (const name of list) {
            const bytes = Buffer.from(`--${name}--`);
            expect(names.of(bytes, 2, bytes.length - 2)).toBe(operationName(name));
          }
        },
      ),
    );
  });

  test('of bytes that are no UTF-8 or without end are still names', () => {
    const names = new OperationNames();
    expect(names.of(Uint8Array.of(0x61, 0xff, 0x31), 0, 3)).toBe('a\ufffd1');
    const long = Buffer.from('a/'.repeat(100_000));
    expect(names.of(long, 0, long.length)).toBe('a/'.repeat(100));
  });
});
