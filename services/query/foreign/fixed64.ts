/** Nanoseconds for the generated protobuf code, which writes numbers inexactly beyond 2^53 and knows no bigint. */
import type { opentelemetry } from '../../../proto/generated/index.js';

type Long = Exclude<opentelemetry.proto.trace.v1.Span['startTimeUnixNano'], number>;

/** As the writer takes it: two halves. */
export function fixed64(value: bigint): Long {
  const bits = BigInt.asUintN(64, value);
  const halves = { low: Number(bits & 0xffff_ffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: true };
  return halves as unknown as Long;
}
