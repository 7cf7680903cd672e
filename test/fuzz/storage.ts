/** What is read back from disks and topics of ours: Avro, the spool's segments, names of operations. */
import { operationName } from '../../services/core/metrics/operation_name.ts';
import { decodeSegment, encodeFrame } from '../../services/collector/spool_segment.ts';
import { AvroDecodeError } from '../../services/platform/avro/avro_errors.ts';
import {
  decodeServiceEdgeDeltas,
  decodeSpanMetricDeltas,
  EDGE_SCHEMA,
  encodeServiceEdgeDeltas,
  encodeSpanMetricDeltas,
  METRIC_SCHEMA,
} from '../../services/platform/avro/codec.ts';
import { expecting, type FuzzTarget } from './target.ts';

const histogram = [{ index: 79, count: 4.5 }];

const SPAN_DELTAS = encodeSpanMetricDeltas([
  {
    ...{
      tenant: 'default',
      windowStart: 1_700_000_000,
      stepSeconds: 10,
      service: 'web',
      operation: 'GET /{}',
    },
    ...{ kind: 'Server', status: 'Ok', dimensions: { region: 'eu' }, spans: 3, calls: 4.5, errors: 0 },
    ...{ durationSumNs: 1e9, histogram, criticalPathNs: 7 },
    exemplars: [
      { traceId: 'trace 0123456789', spanId: 'span 012', startMs: 1_700_000_000_123, durationNs: 5 },
    ],
  },
]);
const EDGE_DELTAS = encodeServiceEdgeDeltas([
  {
    ...{ tenant: 'default', windowStart: 1_700_000_000, stepSeconds: 10, client: 'web', server: 'db' },
    ...{ connectionType: 'database', calls: 2, errors: 1, clientDurationSumNs: 5, serverDurationSumNs: 4 },
    ...{ clientHistogram: histogram, serverHistogram: [] },
  },
]);

const SEGMENT = Buffer.concat([
  ...encodeFrame({ partition: 1, value: Buffer.from('a record') }),
  ...encodeFrame({ partition: 2, value: Buffer.from('another'), doubt: { batch: 'life-1', from: 12 } }),
  ...encodeFrame({ partition: 0, value: Buffer.alloc(200, 7) }),
]);

/** Frames and damage together are the whole file, in order and without gaps. */
function segment(bytes: Uint8Array): string {
  const { frames, damage } = decodeSegment(Buffer.from(bytes));
  const framed = frames.reduce((sum, frame) => sum + Buffer.concat(encodeFrame(frame)).length, 0);
  const damaged = damage.reduce((sum, [start, end]) => sum + end - start, 0);
  if (framed + damaged !== bytes.length) throw new Error('some bytes are neither frame nor damage');
  return `${frames.length > 0 ? 'frames' : ''} ${damage.length > 1 ? 'damages' : damage.length > 0 ? 'damage' : ''}`;
}

const NAMES = [
  'GET /users/123/orders/9f86d081884c7d659a2feaa0c55ad015',
  'SELECT * FROM t WHERE a=1',
  'work 12',
];

export const targets: readonly FuzzTarget[] = [
  {
    name: 'avro/span_metrics',
    seeds: [SPAN_DELTAS],
    run: expecting([AvroDecodeError], (bytes) => {
      decodeSpanMetricDeltas(Buffer.from(bytes), METRIC_SCHEMA);
    }),
  },
  {
    name: 'avro/service_edges',
    seeds: [EDGE_DELTAS],
    run: expecting([AvroDecodeError], (bytes) => {
      decodeServiceEdgeDeltas(Buffer.from(bytes), EDGE_SCHEMA);
    }),
  },
  { name: 'collector/spool_segment', seeds: [SEGMENT], run: segment },
  {
    name: 'metrics/operation_name',
    seeds: NAMES.map((name) => Buffer.from(name)),
    run: (bytes) => {
      const name = operationName(Buffer.from(bytes).toString());
      if (name.length > 200) throw new Error('a name is longer than its limit');
    },
  },
];
