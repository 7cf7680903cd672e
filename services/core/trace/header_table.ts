/**
 * One SpanHeader object for all spans under the same resource and scope bytes, over all records of a partition: a
 * trace batch then writes each header once, and the service name is read once. Owns copies of the bytes.
 */
import type { SpanGroup } from '../otlp/span_index.ts';
import { readServiceName } from '../otlp/attributes.ts';
import { equalBytes } from '../wire/equal_bytes.ts';
import type { SpanHeader } from './run.ts';

/** Beyond as many headers or bytes the table starts over: headers in use live on, only their sharing is lost. */
const MAX_HEADERS = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

export class HeaderTable {
  private readonly headers = new Map<string, SpanHeader>();
  private bytes = 0;

  /** The header of a group of `record`. Throws WireError where the resource is no message. */
  intern(record: Uint8Array, group: SpanGroup): SpanHeader {
    const key = keyOf(record, group);
    const known = this.headers.get(key);
    if (known !== undefined) return known;
    const header: SpanHeader = {
      resource: record.slice(group.resourceStart, group.resourceEnd),
      resourceSchemaUrl: record.slice(group.resourceSchemaUrlStart, group.resourceSchemaUrlEnd),
      scope: record.slice(group.scopeStart, group.scopeEnd),
      scopeSchemaUrl: record.slice(group.scopeSchemaUrlStart, group.scopeSchemaUrlEnd),
      service: readServiceName(record, group.resourceStart, group.resourceEnd),
    };
    if (this.headers.size >= MAX_HEADERS || this.bytes >= MAX_BYTES) this.clear();
    this.headers.set(key, header);
    this.bytes += headerBytes(header);
    return header;
  }

  private clear(): void {
    this.headers.clear();
    this.bytes = 0;
  }
}

/** What a batch pays for the header, its field tags and lengths aside. */
export function headerBytes(header: SpanHeader): number {
  const { resource, resourceSchemaUrl, scope, scopeSchemaUrl } = header;
  return resource.length + resourceSchemaUrl.length + scope.length + scopeSchemaUrl.length;
}

/** Whether two headers say the same. What the table shares depends on all that was read, and what is sent must not. */
export function isSameHeader(a: SpanHeader, b: SpanHeader): boolean {
  return (
    a === b ||
    // Of different services, as most are that follow each other, not a byte has to be compared.
    (a.service === b.service &&
      equalBytes(a.resource, b.resource) &&
      equalBytes(a.resourceSchemaUrl, b.resourceSchemaUrl) &&
      equalBytes(a.scope, b.scope) &&
      equalBytes(a.scopeSchemaUrl, b.scopeSchemaUrl))
  );
}

/** All four parts as one string; their lengths stand before them, so that no two groups share a key. */
function keyOf(record: Uint8Array, group: SpanGroup): string {
  const resource = latin1(record, group.resourceStart, group.resourceEnd);
  const resourceUrl = latin1(record, group.resourceSchemaUrlStart, group.resourceSchemaUrlEnd);
  const scope = latin1(record, group.scopeStart, group.scopeEnd);
  const scopeUrl = latin1(record, group.scopeSchemaUrlStart, group.scopeSchemaUrlEnd);
  return `${resource.length},${resourceUrl.length},${scope.length},${resource}${resourceUrl}${scope}${scopeUrl}`;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  if (start === end) return '';
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
