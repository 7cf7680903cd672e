/**
 * What a span's tags say. Some are fields of OTLP that OpenTelemetry's exporters wrote into tags, since Zipkin has no other
 * place for them; the rest are attributes. A tag whose value is not what its key promises stays an attribute.
 *
 * Text stays text: nobody knows whether "5" was a number. Source: OpenTelemetry's specification, "Zipkin" and "mapping to
 * non-OTLP formats"; where they are silent, the OpenTelemetry Collector's receiver.
 */
import {
  KIND_CLIENT,
  KIND_CONSUMER,
  KIND_INTERNAL,
  KIND_PRODUCER,
  KIND_SERVER,
  KIND_UNSPECIFIED,
  STATUS_ERROR,
  STATUS_OK,
  STATUS_UNSET,
} from '../otlp/fields.ts';
import type { AttributeValue } from '../otlp/span_writer.ts';
import { linkNumber, linkOf, type Link } from './link.ts';
import { RESOURCE_ATTRIBUTES } from './resource_attributes.ts';

export type Tags = Map<string, AttributeValue>;

export interface TagMeaning {
  /** Neither of the resource nor any of the fields below. */
  readonly attributes: Tags;
  readonly resource: Tags;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly traceState: string;
  readonly links: readonly Link[];
  readonly status: Status;
  readonly kind: number;
}

export interface Status {
  readonly code: number;
  readonly message: string;
}

/** `kind` and `service` are what the span itself says: that counts more than a tag. */
export function meaningOf(
  tags: ReadonlyMap<string, AttributeValue>,
  kind: number,
  service: string,
): TagMeaning {
  const attributes: Tags = new Map(tags);
  // OpenTelemetry's exporters repeat the endpoint's name as a tag.
  if (attributes.get('service.name') === service) attributes.delete('service.name');
  return {
    status: takeStatus(attributes),
    kind: kind === KIND_UNSPECIFIED ? takeKind(attributes) : kind,
    scopeName: takeEither(attributes, 'otel.scope.name', 'otel.library.name'),
    scopeVersion: takeEither(attributes, 'otel.scope.version', 'otel.library.version'),
    traceState: takeText(attributes, 'w3c.tracestate'),
    links: takeLinks(attributes),
    resource: takeResource(attributes),
    attributes,
  };
}

function takeText(tags: Tags, key: string): string {
  const value = textOf(tags, key);
  if (value !== '') tags.delete(key);
  return value;
}

function textOf(tags: Tags, key: string): string {
  const value = tags.get(key);
  return typeof value === 'string' ? value : '';
}

/** Exporters write both names of the scope, the second one being the old one. */
function takeEither(tags: Tags, key: string, oldKey: string): string {
  const value = takeText(tags, key);
  if (value === '') return takeText(tags, oldKey);
  if (tags.get(oldKey) === value) tags.delete(oldKey);
  return value;
}

const KINDS: ReadonlyMap<AttributeValue | undefined, number> = new Map([
  ['internal', KIND_INTERNAL],
  ['server', KIND_SERVER],
  ['client', KIND_CLIENT],
  ['producer', KIND_PRODUCER],
  ['consumer', KIND_CONSUMER],
]);

/** Zipkin has no word for the internal kind: it is that of a span without any. */
function takeKind(tags: Tags): number {
  const kind = KINDS.get(tags.get('span.kind'));
  if (kind !== undefined) tags.delete('span.kind');
  return kind ?? KIND_INTERNAL;
}

/** As the specification has the names, as the Collector had them, and as protobuf has the numbers. */
const CODES: ReadonlyMap<string, number> = new Map([
  ['UNSET', STATUS_UNSET],
  ['OK', STATUS_OK],
  ['ERROR', STATUS_ERROR],
  ['0', STATUS_UNSET],
  ['1', STATUS_OK],
  ['2', STATUS_ERROR],
]);

const STATUS_CODE = 'otel.status_code';
const DESCRIPTION = 'otel.status_description';

/** Without a code, a span with an `error` tag has failed: its text is the reason, and stays, as it is all that came. */
function takeStatus(tags: Tags): Status {
  const code = CODES.get(
    textOf(tags, STATUS_CODE)
      .toUpperCase()
      .replace(/^STATUS_CODE_/, ''),
  );
  if (code === undefined) {
    const error = tags.get('error');
    if (error === undefined || error === false || error === 'false')
      return { code: STATUS_UNSET, message: '' };
    return { code: STATUS_ERROR, message: reasonIn(tags) };
  }
  tags.delete(STATUS_CODE);
  const description = takeText(tags, DESCRIPTION);
  if (code !== STATUS_ERROR) return { code, message: description };
  const reason = reasonIn(tags);
  // The tag says that the status is an error, and why; both are said now.
  if (reason === '' || reason === description || description === '') tags.delete('error');
  return { code, message: description === '' ? reason : description };
}

/** What the `error` tag says beyond that there was one. */
function reasonIn(tags: Tags): string {
  const text = textOf(tags, 'error');
  return text === 'true' ? '' : text;
}

/** In the order of their numbers. */
function takeLinks(tags: Tags): Link[] {
  const links: { number: number; link: Link }[] = [];
  for (const [key, value] of tags) {
    const number = linkNumber(key);
    const link = number === null || typeof value !== 'string' ? null : linkOf(value);
    if (number === null || link === null) continue;
    links.push({ number, link });
    tags.delete(key);
  }
  return links.sort((a, b) => a.number - b.number).map(({ link }) => link);
}

function takeResource(tags: Tags): Tags {
  const resource: Tags = new Map();
  for (const [key, value] of tags) {
    if (!RESOURCE_ATTRIBUTES.has(key)) continue;
    resource.set(key, value);
    tags.delete(key);
  }
  return resource;
}
