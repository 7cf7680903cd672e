/**
 * The tags that stand for what OTLP has fields of its own for: kind, status, trace state, scope. They are held back while a
 * span's tags are read, since the status depends on several. A tag whose value says nothing of the kind stays a tag.
 *
 * Source: OpenTelemetry, "Trace exporters: Jaeger" and "Non-OTLP exporters", read backwards, and the OpenTelemetry
 * Collector's translation of Jaeger (pkg/translator/jaeger).
 */
import * as field from '../otlp/fields.ts';
import type { AttributeValue } from '../otlp/span_writer.ts';

export class HeldTags {
  kind = field.KIND_UNSPECIFIED;
  hasError = false;
  /** Of `otel.status_code`. */
  statusCode: number | null = null;
  description: string | null = null;
  httpStatus: number | null = null;
  httpMessage = '';
  traceState = '';
  scopeName = '';
  scopeVersion: string | null = null;
}

export interface SpanStatus {
  readonly code: number;
  readonly message: string;
}

/** True where the tag is held and must not be written as an attribute. */
export function holdTag(held: HeldTags, key: string, value: AttributeValue): boolean {
  return HOLDERS.get(key)?.(held, value) ?? false;
}

type Holder = (held: HeldTags, value: AttributeValue) => boolean;

const text =
  (hold: (held: HeldTags, value: string) => boolean): Holder =>
  (held, value) =>
    typeof value === 'string' && hold(held, value);

const KINDS: ReadonlyMap<string, number> = new Map([
  ['internal', field.KIND_INTERNAL],
  ['server', field.KIND_SERVER],
  ['client', field.KIND_CLIENT],
  ['producer', field.KIND_PRODUCER],
  ['consumer', field.KIND_CONSUMER],
]);

const STATUS_CODES: ReadonlyMap<string, number> = new Map([
  ['UNSET', field.STATUS_UNSET],
  ['OK', field.STATUS_OK],
  ['ERROR', field.STATUS_ERROR],
]);

const scopeName = text((held, value) => {
  held.scopeName = value;
  return true;
});
const scopeVersion = text((held, value) => {
  held.scopeVersion = value;
  return true;
});

const HOLDERS: ReadonlyMap<string, Holder> = new Map<string, Holder>([
  [
    'span.kind',
    text((held, value) => {
      const kind = KINDS.get(value);
      held.kind = kind ?? held.kind;
      return kind !== undefined;
    }),
  ],
  [
    'error',
    (held, value) => {
      // Some clients have no typed tags and send the word.
      const isError = value === true || value === 'true';
      held.hasError ||= isError;
      return isError;
    },
  ],
  [
    'otel.status_code',
    text((held, value) => {
      const code = STATUS_CODES.get(value.toUpperCase());
      held.statusCode = code ?? held.statusCode;
      return code !== undefined;
    }),
  ],
  [
    'otel.status_description',
    text((held, value) => {
      held.description = value;
      return true;
    }),
  ],
  [
    'http.status_code',
    (held, value) => {
      held.httpStatus = wholeNumber(value) ?? held.httpStatus;
      return false;
    },
  ],
  [
    'http.status_message',
    text((held, value) => {
      held.httpMessage = value;
      return false;
    }),
  ],
  [
    'w3c.tracestate',
    text((held, value) => {
      held.traceState = value;
      return true;
    }),
  ],
  ['otel.scope.name', scopeName],
  ['otel.scope.version', scopeVersion],
  ['otel.library.name', scopeName],
  ['otel.library.version', scopeVersion],
]);

function wholeNumber(value: AttributeValue): number | null {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : null;
}

/** An error tag goes before a status, a status before what HTTP says. Null where none of them is there. */
export function statusOf(held: HeldTags): SpanStatus | null {
  if (held.hasError) return { code: field.STATUS_ERROR, message: held.description ?? held.httpMessage };
  if (held.statusCode !== null) return { code: held.statusCode, message: held.description ?? '' };
  if (held.httpStatus === null || !isHttpError(held.httpStatus, held.kind)) return null;
  return { code: field.STATUS_ERROR, message: held.httpMessage };
}

/** A server has done its part where it tells a client of the client's mistake. */
function isHttpError(status: number, kind: number): boolean {
  if (status >= 400 && status < 500) return kind !== field.KIND_SERVER;
  return status < 100 || status >= 400;
}
