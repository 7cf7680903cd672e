/** A value of an attribute with its type, as one text that two of them are compared by: `int 42`, `[string "a"]`. Pure. */
import type { opentelemetry } from '../../proto/generated/index.js';

type AnyValue = opentelemetry.proto.common.v1.AnyValue.$Properties;
type KeyValue = opentelemetry.proto.common.v1.KeyValue.$Properties;

export const string = (text: string): string => `string ${JSON.stringify(text)}`;
export const bool = (value: boolean): string => `bool ${value}`;
export const int = (value: bigint): string => `int ${value}`;
export const double = (value: number): string => `double ${value}`;
export const bytes = (hex: string): string => `bytes ${hex}`;
/** Keys in order. */
export const map = (values: Readonly<Record<string, string>>): string =>
  `map ${JSON.stringify(Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))))}`;
export const array = (values: readonly string[]): string => `[${values.join(', ')}]`;

export function typedValue(value: AnyValue | null | undefined): string {
  if (value?.arrayValue != null) return array((value.arrayValue.values ?? []).map(typedValue));
  if (value?.kvlistValue != null) return map(typedAttributes(value.kvlistValue.values ?? []));
  if (value?.stringValue != null) return string(value.stringValue);
  if (value?.boolValue != null) return bool(value.boolValue);
  if (value?.intValue != null) return int(BigInt(String(value.intValue)));
  if (value?.doubleValue != null) return double(value.doubleValue);
  if (value?.bytesValue != null) return bytes(Buffer.from(value.bytesValue).toString('hex'));
  return 'nothing';
}

export function typedAttributes(attributes: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key ?? '', typedValue(value)]));
}

/** The same value as ClickHouse has it: `otel_traces` holds text, of lists and maps JSON. */
export function storedText(typed: string): string {
  const json = storedJson(typed);
  return /^(string|bytes) /.test(typed) ? (JSON.parse(json) as string) : json;
}

function storedJson(typed: string): string {
  if (typed.startsWith('[')) return `[${elements(typed).map(storedJson).join(',')}]`;
  const [kind] = typed.split(' ', 1);
  const value = typed.slice(typed.indexOf(' ') + 1);
  if (kind === 'bytes') return JSON.stringify(Buffer.from(value, 'hex').toString('base64'));
  if (kind !== 'map') return value;
  const members = Object.entries(JSON.parse(value) as Record<string, string>);
  return `{${members.map(([key, of]) => `${JSON.stringify(key)}:${storedJson(of)}`).join(',')}}`;
}

/** None of the arrays that are sent has an array, a map or a comma in it. */
function elements(typed: string): string[] {
  const inner = typed.slice(1, -1);
  return inner === '' ? [] : inner.split(', ');
}
