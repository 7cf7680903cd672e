/** CRC-32C (Castagnoli), as record batches carry it. */
import { DynamicBuffer } from '@platformatic/dynamic-buffer';
import { crc32c as crc32cOf } from '@platformatic/kafka';

/** MEASURED (kafka_batches.bench.ts): the library copies what is not a buffer of its own, which costs four times the checksum. */
export const crc32c = (bytes: Buffer): number => crc32cOf(new DynamicBuffer(bytes));
