/**
 * The spans of one trace by Zipkin's rules of merging: pieces of one span become one, and the server's end of a call that
 * has its client's id is marked as shared. Sorted by id, the client's end first. Pure.
 */
import type { Endpoint } from './endpoints.ts';
import type { ZipkinSpan } from './zipkin_span.ts';

export function mergeSpans(spans: readonly ZipkinSpan[]): ZipkinSpan[] {
  const merged: ZipkinSpan[] = [];
  for (const span of [...spans].sort(clientFirst)) {
    const last = merged.at(-1);
    const piece = last !== undefined && last.id === span.id ? mergePieces(last, span) : null;
    if (piece === null) merged.push(shareOf(last, span));
    else merged[merged.length - 1] = piece;
  }
  return merged;
}

/** Null where they are not pieces of one span: another end of the call, or another host. */
function mergePieces(a: ZipkinSpan, b: ZipkinSpan): ZipkinSpan | null {
  if (a.shared !== b.shared) return null;
  if (a.kind !== undefined && b.kind !== undefined && a.kind !== b.kind) return null;
  if (!compatible(a.localEndpoint, b.localEndpoint)) return null;
  const annotations = [...(a.annotations ?? []), ...(b.annotations ?? [])];
  return {
    ...b,
    ...a,
    ...times(a, b),
    ...both(a, b, 'localEndpoint'),
    ...both(a, b, 'remoteEndpoint'),
    ...both(a, b, 'tags'),
    ...(annotations.length > 0 && { annotations: uniqueAnnotations(annotations) }),
  };
}

function both(
  a: ZipkinSpan,
  b: ZipkinSpan,
  field: 'localEndpoint' | 'remoteEndpoint' | 'tags',
): Partial<ZipkinSpan> {
  if (a[field] === undefined && b[field] === undefined) return {};
  return { [field]: { ...a[field], ...b[field] } };
}

/** From the first start to the last end, where both pieces know theirs. */
function times(a: ZipkinSpan, b: ZipkinSpan): Pick<ZipkinSpan, 'timestamp' | 'duration'> {
  const timestamp = Math.min(a.timestamp ?? Infinity, b.timestamp ?? Infinity);
  if (timestamp === Infinity) {
    const longest = Math.max(a.duration ?? 0, b.duration ?? 0);
    return longest > 0 ? { duration: longest } : {};
  }
  const end = Math.max(...[a, b].map((piece) => (piece.timestamp ?? timestamp) + (piece.duration ?? 0)));
  const known = a.duration !== undefined || b.duration !== undefined;
  return known ? { timestamp, duration: end - timestamp } : { timestamp };
}

function compatible(a: Endpoint | undefined, b: Endpoint | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  return (['serviceName', 'ipv4', 'ipv6', 'port'] as const).every(
    (field) => a[field] === undefined || b[field] === undefined || a[field] === b[field],
  );
}

function uniqueAnnotations(annotations: NonNullable<ZipkinSpan['annotations']>) {
  const byText = new Map(annotations.map((one) => [`${one.timestamp} ${one.value}`, one]));
  return [...byText.values()].sort((a, b) => a.timestamp - b.timestamp);
}

/** Not every tracer says that it shares an id, nor knows the parent of the id that it was handed. */
function shareOf(last: ZipkinSpan | undefined, span: ZipkinSpan): ZipkinSpan {
  if (last === undefined || last.id !== span.id) return span;
  const shared = span.shared === true || (last.kind === 'CLIENT' && span.kind === 'SERVER');
  if (!shared) return span;
  const parentId = span.parentId ?? last.parentId;
  return { ...span, shared: true, ...(parentId !== undefined && { parentId }) };
}

function clientFirst(a: ZipkinSpan, b: ZipkinSpan): number {
  return (
    compareText(a.id, b.id) ||
    Number(a.shared ?? false) - Number(b.shared ?? false) ||
    Number(a.kind !== 'CLIENT') - Number(b.kind !== 'CLIENT') ||
    compareEndpoints(a.localEndpoint, b.localEndpoint)
  );
}

/** Those without any first: they are pieces of whatever comes next. */
function compareEndpoints(a: Endpoint | undefined, b: Endpoint | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return (
    compareText(a.serviceName ?? '\uffff', b.serviceName ?? '\uffff') ||
    compareText(a.ipv4 ?? '\uffff', b.ipv4 ?? '\uffff') ||
    compareText(a.ipv6 ?? '\uffff', b.ipv6 ?? '\uffff')
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
