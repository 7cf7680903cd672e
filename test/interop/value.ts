/** A value of an attribute with its type, as one text that two of them are compared by: `int 42`, `[string "a"]`. Pure. */
import type { opentelemetry } from '../../proto/generated/index.js';

type AnyValue = opentelemetry.proto.common.v1.AnyValue.$Properties;
type KeyValue = opentelemetry.proto.common.v1.KeyValue.$Properties;

export const string = (text: string): string => `string ${JSON.stringify(text)}`;
export const bool = (value: boolean): string => `bool ${value}`;
export const int = (value: bigint): string => `int ${value}`;
export const double = (value: number): string => `double ${value}`;
export const bytes = (hex: string): string => `bytes ${hex}`;
export const array = (values: readonly string[]): string => `[${values.join(', ')}]`;

export function typedValue(value: AnyValue | null | undefined): string {
  if (value?.arrayValue != null) return array((value.arrayValue.values ?? []).map(typedValue));
  if (value?.kvlistValue != null) return JSON.stringify(typedAttributes(value.kvlistValue.values ?? []));
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

/** The same value as ClickHouse has it: `otel_traces` holds text. */
export function storedText(typed: string): string {
  if (typed.startsWith('string ')) return JSON.parse(typed.slice('string '.length)) as string;
  if (typed.startsWith('bytes ')) return base64(typed);
  return typed.startsWith('[') ? `[${elements(typed).join(',')}]` : typed.slice(typed.indexOf(' ') + 1);
}

/** Elements of an array as JSON; none of those that are sent has an array or a comma in it. */
function elements(typed: string): string[] {
  const inner = typed.slice(1, -1);
  if (inner === '') return [];
  return inner.split(', ').map((element) => {
    if (element.startsWith('bytes ')) return JSON.stringify(base64(element));
    return element.slice(element.indexOf(' ') + 1);
  });
}

function base64(typed: string): string {
  return Buffer.from(typed.slice('bytes '.length), 'hex').toString('base64');
}
