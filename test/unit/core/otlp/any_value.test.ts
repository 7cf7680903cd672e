import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { opentelemetry } from '../../../../proto/generated/index.js';
import { anyValueText, appendAnyValue, TOO_DEEP } from '../../../../services/core/otlp/any_value.ts';
import { decodeUtf8 } from '../../../../services/core/otlp/attributes.ts';
import { WireError } from '../../../../services/core/wire/cursor.ts';
import { WireWriter, writeLengthField, writeVarint32 } from '../../../../services/core/wire/writer.ts';

const { AnyValue } = opentelemetry.proto.common.v1;

const encode = (value: object): Uint8Array => AnyValue.encode(AnyValue.fromObject(value)).finish();
const bytesText = (bytes: Uint8Array): string => anyValueText(bytes, 0, bytes.length);
const text = (value: object): string => bytesText(encode(value));

/** What a column gets. */
function appended(bytes: Uint8Array): string {
  let got = '';
  const sink = {
    append: (source: Uint8Array, start: number, end: number) => (got += decodeUtf8(source, start, end)),
    appendText: (value: string) => (got += value),
  };
  const padded = Uint8Array.from([0, 0, ...bytes, 0]);
  appendAnyValue(sink, padded, 2, 2 + bytes.length);
  return got;
}

const list = (...values: object[]) => ({ arrayValue: { values } });
const pairs = (...entries: [string, object][]) => ({
  kvlistValue: { values: entries.map(([key, value]) => ({ key, value })) },
});

describe('an attribute value as text', () => {
  it('is the string itself, of any length', () => {
    for (const stringValue of ['', 'a', 'ü€𝄞\0', 'x'.repeat(127), 'x'.repeat(128), 'x'.repeat(70_000)]) {
      expect(text({ stringValue })).toBe(stringValue);
    }
  });

  it('is nothing where there is no value', () => {
    expect(text({})).toBe('');
  });

  it('is true or false for a bool', () => {
    expect([text({ boolValue: true }), text({ boolValue: false })]).toEqual(['true', 'false']);
  });

  it('is every digit of a 64-bit integer', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(text({ intValue: String(value) })).toBe(String(value));
      }),
    );
    for (const value of ['0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808']) {
      expect(text({ intValue: value })).toBe(value);
    }
  });

  it('is appended as the same digits, however the integer is written', () => {
    for (const value of [0, 1, 127, 128, 200, 443, 16_383, 16_384, 8_080, -1, 2 ** 40]) {
      expect(appended(encode({ intValue: value }))).toBe(String(value));
    }
    // Zero and 5 in two bytes and in three; then a field behind a number.
    for (const bytes of [
      [0x18, 0x80, 0],
      [0x18, 0x80, 0x80, 0],
    ])
      expect(appended(Uint8Array.from(bytes))).toBe('0');
    expect(appended(Uint8Array.from([0x18, 0x85, 0]))).toBe('5');
    expect(appended(Uint8Array.from([0x18, 5, 0x18, 7]))).toBe('7');
    for (const cut of [[0x18], [0x18, 0x80], [0x18, 0x80, 0x80], [0x18, 5, 0x18]]) {
      expect(() => appended(Uint8Array.from(cut))).toThrow(WireError);
    }
  });

  it('is a double as Go writes it', () => {
    const cases: [number, string][] = [
      [0, '0'],
      [-0, '-0'],
      [1, '1'],
      [1.5, '1.5'],
      [0.000001, '0.000001'],
      [1e-7, '1e-7'],
      [123456789012345680000, '123456789012345680000'],
      [1e21, '1e+21'],
      [-2.5e-300, '-2.5e-300'],
      [NaN, 'json: unsupported value: NaN'],
      [Infinity, 'json: unsupported value: +Inf'],
      [-Infinity, 'json: unsupported value: -Inf'],
    ];
    for (const [doubleValue, expected] of cases) expect(text({ doubleValue })).toBe(expected);
  });

  it('is base64 for bytes', () => {
    expect(text({ bytesValue: Buffer.from([0, 255, 62, 63]) })).toBe('AP8+Pw==');
  });

  it('is JSON for lists, with keys in order and the last of equal keys', () => {
    expect(text(list({ intValue: 1 }, { stringValue: 'a' }, {}, { boolValue: true }))).toBe(
      '[1,"a",null,true]',
    );
    expect(
      text(
        pairs(
          ['b', { intValue: 2 }],
          ['a', list({ doubleValue: 0.5 })],
          ['b', { bytesValue: Buffer.from('x') }],
        ),
      ),
    ).toBe('{"a":[0.5],"b":"eA=="}');
    expect([text(list()), text(pairs())]).toEqual(['[]', '{}']);
  });

  it('orders keys by their UTF-8 bytes', () => {
    expect(text(pairs(['𝄞', {}], ['\uffee', {}], ['z', {}]))).toBe('{"z":null,"\uffee":null,"𝄞":null}');
  });

  it('escapes what is special in HTML, as Go does', () => {
    expect(text(list({ stringValue: '<a href="x">&\u2028\n\u0001' }))).toBe(
      '["\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028\\n\\u0001"]',
    );
  });

  it('is empty for a list with a number that JSON cannot hold, as the exporter has it', () => {
    expect(text(list({ doubleValue: NaN }))).toBe('');
    expect(text(pairs(['a', list({ doubleValue: Infinity })]))).toBe('');
  });

  it('marks what is nested too deep, however deep it is', () => {
    const nested = (depth: number): Uint8Array => {
      let bytes = encode({ intValue: 7 });
      for (let i = 0; i < depth; i++) {
        const array = new WireWriter();
        writeLengthField(array, 0x0a, bytes);
        const value = new WireWriter();
        writeLengthField(value, 0x2a, array.take());
        bytes = value.take();
      }
      return bytes;
    };
    expect(bytesText(nested(32))).toBe(`${'['.repeat(32)}7${']'.repeat(32)}`);
    expect(bytesText(nested(33))).toBe(`${'['.repeat(32)}"${TOO_DEEP}"${']'.repeat(32)}`);
    expect(bytesText(nested(2_000))).toContain(TOO_DEEP);
  });

  it('takes the last of several alternatives and skips fields it does not know', () => {
    const bytes = Buffer.concat([
      encode({ intValue: 5 }),
      encode({ stringValue: 'last' }),
      Buffer.from([0x78, 1]),
    ]);
    expect(bytesText(bytes)).toBe('last');
  });

  it('is the same whether it is appended or asked for', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }).map((stringValue) => ({ stringValue })),
      fc.integer().map((intValue) => ({ intValue })),
      fc.boolean().map((boolValue) => ({ boolValue })),
      fc.double().map((doubleValue) => ({ doubleValue })),
      fc.constant({}),
    );
    const value = fc.oneof(
      leaf,
      fc.array(leaf, { maxLength: 4 }).map((values) => list(...values)),
    );
    fc.assert(
      fc.property(value, (one) => {
        const bytes = encode(one);
        expect(appended(bytes)).toBe(bytesText(bytes));
      }),
    );
  });

  it('fails cleanly on every truncation', () => {
    const bytes = encode(
      pairs(['key', list({ intValue: '-5' }, { doubleValue: 1.5 }, { stringValue: 'ü' })]),
    );
    for (let length = 1; length < bytes.length; length++) {
      expect(() => anyValueText(bytes, 0, length)).toThrow(WireError);
    }
    const tooLong = new WireWriter();
    writeVarint32(tooLong, 0x18);
    for (let i = 0; i < 11; i++) writeVarint32(tooLong, 0xff);
    expect(() => bytesText(tooLong.take())).toThrow(WireError);
  });
});
