/** The traces of carts.ts as the processor has them: fragments of spans in their bytes, and trace batches. */
import { opentelemetry } from '../../../proto/generated/index.js';
import { DEFAULT_METRIC_LIMITS } from '../../../services/core/metrics/limits.ts';
import { FragmentAnalysis } from '../../../services/core/trace/fragment_analysis.ts';
import {
  SpanTable,
  type Fragment,
  type FragmentSpan,
  type SpanHeader,
} from '../../../services/core/trace/run.ts';
import { TraceBatchWriter } from '../../../services/core/trace/trace_batch_writer.ts';
import { arrivedNode } from '../../support/fragments.ts';
import { resourceOf, SCOPE, START_MS, type CartTrace } from './carts.ts';

const { Span } = opentelemetry.proto.trace.v1;
const { Resource } = opentelemetry.proto.resource.v1;
const { InstrumentationScope } = opentelemetry.proto.common.v1;

export const RECEIVED_MS = START_MS + 6_000;
const NONE = new Uint8Array(0);

/** A trace whose spans are bytes. */
export interface RawCart {
  readonly trace: CartTrace;
  readonly bytes: readonly Uint8Array[];
}

const headers = new Map<string, SpanHeader>();

export function rawCart(trace: CartTrace): RawCart {
  return { trace, bytes: trace.spans.map(({ span }) => Span.encode(span).finish()) };
}

/** As assembly hands it over: nodes of its own, which analysis writes into, and span bytes in the record. */
export function fragmentOf({ trace, bytes }: RawCart): Fragment {
  const known = new SpanTable();
  const traceId = latin1(trace.traceId);
  const spans = trace.spans.map(({ service }, i): FragmentSpan => {
    const buf = bytes[i] ?? NONE;
    const header = headerOf(service);
    const node = arrivedNode(buf, header, traceId);
    known.add(node);
    return { node, header, buf, start: 0, end: buf.length };
  });
  return {
    ...{ tenant: 'default', traceId, number: 0, reason: 'settled', receivedMs: RECEIVED_MS },
    ...{ spans, known },
  };
}

/** What the processor would write for them, before compression. */
export function cartBatch(traces: readonly CartTrace[]): Uint8Array {
  const analysis = new FragmentAnalysis(DEFAULT_METRIC_LIMITS);
  const writer = new TraceBatchWriter();
  for (const trace of traces) {
    const fragment = fragmentOf(rawCart(trace));
    writer.add(fragment, analysis.analyse(fragment));
    analysis.endRun(fragment.tenant, fragment.known);
  }
  return writer.take();
}

/** One object for each service, as assembly's table has it. */
function headerOf(service: string): SpanHeader {
  let header = headers.get(service);
  if (header === undefined) {
    header = {
      resource: Resource.encode(resourceOf(service)).finish(),
      scope: InstrumentationScope.encode(SCOPE).finish(),
      ...{ resourceSchemaUrl: NONE, scopeSchemaUrl: NONE, service },
    };
    headers.set(service, header);
  }
  return header;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
