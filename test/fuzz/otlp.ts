/** The front door's decoders: the split of requests, and OTLP/JSON. */
import { FormatError } from '../../services/core/otlp/format_error.ts';
import { tracesFromJson } from '../../services/core/otlp/json_traces.ts';
import { SpanIndex } from '../../services/core/otlp/span_index.ts';
import { RequestTooLargeError } from '../../services/core/otlp/request_limits.ts';
import { RequestSplitter, type SplitRequest } from '../../services/core/otlp/split_request.ts';
import { WireError } from '../../services/core/wire/cursor.ts';
import { JSON_SEEDS, PROTOBUF_SEEDS } from './seeds.ts';
import { expecting, type FuzzTarget } from './target.ts';

const splitter = new RequestSplitter(4);
const requested = new SpanIndex();
const written = new SpanIndex();

/** Every span that was asked for is in one part or rejected, and each part can be read again. */
function checkSplit(request: Uint8Array, { parts, accepted, rejected }: SplitRequest): string {
  requested.read(request);
  const refused = rejected.invalid_trace_id + rejected.invalid_span_id;
  let spans = 0;
  let bytes = 0;
  for (const part of parts) {
    written.read(part.bytes);
    if (written.count !== part.spans) throw new Error('a part has not the spans that it says');
    spans += part.spans;
    for (let i = 0; i < written.count; i++) bytes += (written.end[i] ?? 0) - (written.start[i] ?? 0);
  }
  if (spans !== accepted || spans + refused !== requested.count) throw new Error('spans are lost or doubled');
  if (bytes > request.length) throw new Error('spans have grown');
  return `${parts.length > 1 ? 'parts' : 'part'}${accepted > 0 ? ', accepted' : ''}${refused > 0 ? ', refused' : ''}`;
}

function split(bytes: Uint8Array): string {
  return checkSplit(bytes, splitter.split(bytes));
}

function jsonThenSplit(bytes: Uint8Array): string {
  const request = tracesFromJson(bytes);
  try {
    return split(request);
  } catch (error) {
    throw new Error('JSON became something that is no request', { cause: error });
  }
}

export const targets: readonly FuzzTarget[] = [
  { name: 'otlp/protobuf', seeds: PROTOBUF_SEEDS, run: expecting([WireError, RequestTooLargeError], split) },
  {
    name: 'otlp/json',
    seeds: JSON_SEEDS,
    run: expecting([FormatError, RequestTooLargeError], jsonThenSplit),
  },
];
