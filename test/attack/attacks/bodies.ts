/** Bodies that cost more to read than to send. */
import { gzipSync } from 'node:zlib';
import { WireWriter, writeLengthField } from '../../../services/core/wire/writer.ts';
import { atRate, GZIP, JSON_BODY, post, PROTOBUF, type Attack } from '../attack.ts';
import { nestedValue } from '../hostile.ts';
import { attributeSpan } from '../spans.ts';

const MIB = 1024 * 1024;
const filled = (bytes: number, pattern: readonly number[]): Buffer =>
  Buffer.alloc(bytes, Buffer.from(pattern));

function within(tag: number, content: Uint8Array): Buffer {
  const out = new WireWriter(content.length + 16);
  writeLengthField(out, tag, content);
  return Buffer.from(out.take());
}

const bodyAttack = (
  name: string,
  does: string,
  perSecond: number,
  make: () => readonly [Uint8Array, Readonly<Record<string, string>>],
): Attack => ({
  name,
  does: `${does}, ${perSecond} a second`,
  run: (target) => {
    const [body, headers] = make();
    return atRate(target, perSecond, () => post(target, body, headers));
  },
});

/** A gzip file may be many, one after the other. */
const member = gzipSync(Buffer.alloc(16 * MIB));

export const BODY_ATTACKS: readonly Attack[] = [
  bodyAttack('zip-bomb', '1 MiB of gzip that becomes 1 GiB', 5, () => [
    Buffer.concat(Array.from({ length: 64 }, () => member)),
    { ...PROTOBUF, ...GZIP },
  ]),
  bodyAttack('empty-scopes', '16 KiB of gzip that become 8 million scopes', 10, () => [
    gzipSync(within(0x0a, filled(16 * MIB - 64, [0x12, 0]))),
    { ...PROTOBUF, ...GZIP },
  ]),
  bodyAttack('empty-spans', '16 KiB of gzip that become 8 million spans', 10, () => [
    gzipSync(within(0x0a, within(0x12, filled(16 * MIB - 64, [0x12, 0])))),
    { ...PROTOBUF, ...GZIP },
  ]),
  bodyAttack('deep-json', '16 MiB of opening brackets as gzip', 5, () => [
    gzipSync(Buffer.alloc(16 * MIB - 1, '[')),
    { ...JSON_BODY, ...GZIP },
  ]),
  bodyAttack('json-values', '4 MiB of JSON with 249,000 long numbers, each to be kept exactly', 1, () => [
    gzipSync(Buffer.from(`{"a":[${'12345678901234567,'.repeat(248_999)}1]}`)),
    { ...JSON_BODY, ...GZIP },
  ]),
  bodyAttack('deep-values', 'a span whose attribute nests 5,000 lists', 50, () => [
    attributeSpan(7, [['deep', nestedValue(5_000)]]),
    PROTOBUF,
  ]),
  bodyAttack('many-attributes', 'a span with 100,000 attributes', 2, () => [
    attributeSpan(
      8,
      Array.from({ length: 100_000 }, (_, i) => [`key ${i}`, Buffer.from([0x0a, 1, 0x61])] as const),
    ),
    PROTOBUF,
  ]),
  bodyAttack('nonsense', 'random bytes as protobuf, as JSON and as gzip', 200, () => [
    crypto.getRandomValues(new Uint8Array(10_000)),
    { ...PROTOBUF, ...GZIP },
  ]),
];
