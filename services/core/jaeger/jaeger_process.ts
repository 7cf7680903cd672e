/** A process of Jaeger's as a resource of OTLP's: its tags are kept as they are, its name is `service.name`. */
import * as field from '../otlp/fields.ts';
import { writeAttribute, type AttributeValue } from '../otlp/span_writer.ts';
import { WireWriter } from '../wire/writer.ts';

/** What OpenTelemetry's exporters write where a resource has no service name. */
const NO_SERVICE_NAME = 'OTLPResourceNoServiceName';

export class JaegerProcess {
  readonly writer = new WireWriter();
  serviceName = '';
  /** A tag that must give way to the process's own name. */
  serviceNameTag: AttributeValue | null = null;
}

export function addProcessTag(process: JaegerProcess, key: string, value: AttributeValue): void {
  if (key === 'service.name') process.serviceNameTag = value;
  else writeAttribute(process.writer, field.RESOURCE_ATTRIBUTES, key, value);
}

/** The contents of the Resource message. */
export function endProcess({ writer, serviceName, serviceNameTag }: JaegerProcess): Uint8Array {
  const isNamed = serviceName !== '' && serviceName !== NO_SERVICE_NAME;
  const name = isNamed ? serviceName : serviceNameTag;
  if (name !== null) writeAttribute(writer, field.RESOURCE_ATTRIBUTES, 'service.name', name);
  return writer.take();
}
