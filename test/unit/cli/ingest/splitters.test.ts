/** How files of spans are cut, however they come in pieces. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SplitError, type Splitter } from '../../../../services/cli/ingest/elements.ts';
import { JsonSplitter } from '../../../../services/cli/ingest/json_splitter.ts';
import { ProtoSplitter } from '../../../../services/cli/ingest/proto_splitter.ts';

function split(splitter: Splitter, text: Buffer, chunkBytes = text.length || 1) {
  const elements = [];
  for (let at = 0; at < text.length; at += chunkBytes) {
    elements.push(...splitter.push(text.subarray(at, at + chunkBytes)));
  }
  splitter.end();
  return elements;
}

const objects = (key: string | null, text: string, chunkBytes?: number): string[] =>
  split(new JsonSplitter(key), Buffer.from(text), chunkBytes).map(({ bytes }) => bytes.toString());

const failure = (splitter: Splitter, bytes: Buffer): string => {
  try {
    split(splitter, bytes);
  } catch (error) {
    if (error instanceof SplitError) return error.message;
    throw error;
  }
  return 'no failure';
};

describe('JSON', () => {
  test.each([
    ['one array', '[{"a":1}, {"b":[{}]}]'],
    ['arrays in an array', '[[{"a":1}],[],[{"b":[{}]}]]'],
    ['one a line', '{"a":1}\n{"b":[{}]}\n'],
    ['documents without anything between', '{"a":1}{"b":[{}]}'],
    ['a byte order mark', '\ufeff[{"a":1},{"b":[{}]}]'],
  ])('objects are elements: %s', (_name, text) => {
    expect(objects(null, text)).toEqual(['{"a":1}', '{"b":[{}]}']);
  });

  test('with a key, elements are those of its array, wherever it stands in its wrapper', () => {
    const text =
      '{"n":-1.5e3,"s":"}{][\\"","o":{"key":[{"no":1}]},"t":true,"key":[{"a":1},{"b":2}],"z":null}\n{"key":[{"c":3}]}';
    expect(objects('key', text)).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
    expect(objects('key', `[${text.split('\n').join(',')}]`)).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
    expect(objects('key', '{"key":{"a":1}} {"other":[{"a":1}]} {"key":null} {}')).toEqual([]);
  });

  test('each element has its place', () => {
    const places = split(new JsonSplitter(null), Buffer.from('[{"a":\n1},\n {}]')).map(({ at, line }) => [
      at,
      line,
    ]);
    expect(places).toEqual([
      [1, 1],
      [12, 3],
    ]);
  });

  test.each([
    ['a file that ends too soon', '[{"a":1},\n{"b":', 'the file ends within what begins at byte 10, line 2'],
    [
      'an array that stays open',
      '[{"a":1}',
      'the file ends before its brackets are closed, at byte 8, line 1',
    ],
    ['a bracket too many', '[{}]]', 'a bracket closes nothing, at byte 4, line 1'],
    ['something else', '{} hello', 'there should be an object, at byte 3, line 1'],
    ['arrays without end', '['.repeat(20), 'arrays are nested too deep, at byte 8, line 1'],
  ])('says where %s is at fault', (_name, text, message) => {
    expect(failure(new JsonSplitter(null), Buffer.from(text))).toBe(message);
  });

  test('any JSON is found again, cut anywhere', () => {
    const list = fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), { maxLength: 6 });
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 7 }), fc.nat(3), (values, chunkBytes, space) => {
        const expected = values.map((value) => JSON.stringify(value, null, space));
        expect(
          objects(null, JSON.stringify(values, null, space), chunkBytes).map(
            (one) => JSON.parse(one) as unknown,
          ),
        ).toEqual(values.map((value) => JSON.parse(JSON.stringify(value)) as unknown));
        expect(objects(null, expected.join('\n'), chunkBytes)).toEqual(expected);
        expect(
          objects('k', `{"x":${JSON.stringify(values)},"k":[${expected.join(',')}]}`, chunkBytes),
        ).toEqual(expected);
      }),
    );
  });
});

describe('protobuf', () => {
  const field = (length: number): Buffer => {
    const header = [0x0a];
    for (let rest = length; ; rest >>>= 7) {
      header.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
      if (rest <= 0x7f) break;
    }
    return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 7)]);
  };

  test('the fields of a list are found, cut anywhere', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(300), { maxLength: 8 }),
        fc.integer({ min: 1, max: 50 }),
        (lengths, chunkBytes) => {
          const fields = lengths.map(field);
          const found = split(new ProtoSplitter(), Buffer.concat(fields), chunkBytes);
          expect(found.map(({ bytes }) => bytes.toString('hex'))).toEqual(
            fields.map((one) => one.toString('hex')),
          );
          let at = 0;
          for (const one of found) {
            expect(one.at).toBe(at);
            at += one.bytes.length;
          }
        },
      ),
    );
  });

  test.each([
    [
      'ends too soon',
      Buffer.concat([field(5), field(9).subarray(0, 4)]),
      'the file ends within what begins at byte 7',
    ],
    [
      'is something else',
      Buffer.concat([field(5), Buffer.from('{}')]),
      'there is no list of spans in protobuf, at byte 7',
    ],
    ['has a length that is none', Buffer.from('0affffffffffff', 'hex'), 'the length at byte 0 is none'],
    [
      'has one of gigabytes',
      Buffer.from('0affffffff07', 'hex'),
      'what begins at byte 0 has more than 67108864 bytes',
    ],
  ])('says where a file %s', (_name, bytes, message) => {
    expect(failure(new ProtoSplitter(), bytes)).toBe(message);
  });
});
