/** Times that are moved where they lie. */
import { expect, test } from '@jest/globals';
import { opentelemetry } from '../../../../proto/generated/index.js';
import { newestTime, shiftTimes } from '../../../../services/cli/ingest/shift_times.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const base = { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 2) };
const traces = (...spans: opentelemetry.proto.trace.v1.Span.$Properties[]): Buffer =>
  Buffer.from(TracesData.encode({ resourceSpans: [{ scopeSpans: [{ spans }] }] }).finish());
const attribute = { key: 'startTimeUnixNano', value: { doubleValue: 1.5 } };

test('the newest is an end or a start of a span, never an event', () => {
  const spans = [
    { ...base, startTimeUnixNano: 5_000, endTimeUnixNano: 7_000, events: [{ timeUnixNano: 99_000 }] },
    { ...base, startTimeUnixNano: 8_000 },
  ];
  expect(newestTime(traces(...spans))).toBe(8_000n);
  expect(newestTime(traces(base))).toBe(0n);
});

test('starts, ends and events move alike; what is no time stays, a time of 0 too', () => {
  const moved = traces(
    {
      ...base,
      startTimeUnixNano: 5_000,
      endTimeUnixNano: 7_000,
      attributes: [attribute],
      events: [{ timeUnixNano: 6_000, name: 'e', attributes: [attribute] }, { name: 'none' }],
      links: [{ ...base }],
    },
    base,
  );
  shiftTimes(moved, 1_000_000n);
  expect(moved).toEqual(
    traces(
      {
        ...base,
        startTimeUnixNano: 1_005_000,
        endTimeUnixNano: 1_007_000,
        attributes: [attribute],
        events: [{ timeUnixNano: 1_006_000, name: 'e', attributes: [attribute] }, { name: 'none' }],
        links: [{ ...base }],
      },
      base,
    ),
  );
});

test('a time does not pass the edge of what there is', () => {
  const early = traces({ ...base, startTimeUnixNano: 5, endTimeUnixNano: 7_000 });
  shiftTimes(early, -6_000n);
  expect(early).toEqual(traces({ ...base, startTimeUnixNano: 1, endTimeUnixNano: 1_000 }));
  shiftTimes(early, 2n ** 64n);
  expect(newestTime(early)).toBe(2n ** 64n - 1n);
});
