/**
 * V8's rules for when to collect garbage, for processes whose memory is mostly buffers.
 *
 * By default each 64 MiB of new buffers, which is half a second of spans, start a collection of the whole heap, however little lives
 * in it. Counted as a part of the heap, they start one when heap and buffers together have grown by `GROWTH_PERCENT`.
 */
import { setFlagsFromString } from 'node:v8';

/**
 * MEASURED, collector, OTLP/HTTP, 512 spans a request: 5.2 us of CPU a span without these flags, 3.5 at 40 %, 3.3 at 100, 3.0 at 200. Under the
 * attacks of test/attack its memory came to 480 MB at 40 %, and to 717 at 100, which is more than it may have.
 */
const GROWTH_PERCENT = 40;

/** For this process, from now on. */
export function countBuffersAsHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}

/** Never read or written: the operating system gives no memory for it. */
const ballast: ArrayBuffer[] = [];

/**
 * Makes heap and buffers look larger by `bytes`, and with them what they may grow by: a fixed room for garbage, where the percentage of a
 * small heap is so little that the whole of it is collected before the young generation, which costs a tenth and frees the same buffers.
 * MEASURED, collector, OTLP/HTTP, 512 spans a request: 2.65 us of CPU a span with 128 MiB, 4.01 without (RATIONALE.md, "Why does the
 * collector carry ballast?").
 */
export function addBallast(bytes: number): void {
  ballast.push(new ArrayBuffer(bytes));
}
