/**
 * A record batch (message format 2), byte by byte:
 *
 *   base offset int64 | length int32 | leader epoch int32 | magic int8 | crc32c uint32 | attributes int16 |
 *   last offset delta int32 | first timestamp int64 | last timestamp int64 | producer id int64 | epoch int16 |
 *   first sequence int32 | count int32 | records
 *
 * The checksum covers everything behind it. The lowest three bits of the attributes say how the records are compressed.
 */
export const HEADER_BYTES = 61;
/** Bytes before what `length` counts. */
export const LENGTH_END = 12;
export const CRC_AT = 17;
export const ATTRIBUTES_AT = 21;
export const PRODUCER_ID_AT = 43;
export const COUNT_AT = 57;
export const MAGIC = 2;
export const COMPRESSION_MASK = 0x07;
export const LOG_APPEND_TIME_BIT = 0x08;
export const TRANSACTIONAL_BIT = 0x10;
export const CONTROL_BIT = 0x20;
export const COMPRESSION = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
