/** A store without any span: how to send the first ones. */
import { Notice } from './notice.tsx';

export function NoData() {
  const host = location.hostname;
  return (
    <Notice title="No spans have been stored yet">
      <p>Point an OpenTelemetry SDK or Collector at the collector:</p>
      <pre tabIndex={0} aria-label="Environment for an SDK">
        {`OTEL_EXPORTER_OTLP_ENDPOINT=http://${host}:4318\nOTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`}
      </pre>
      <p>
        Or start the demo shop: <code>make up</code>. A trace appears about ten seconds after its last span.
      </p>
    </Notice>
  );
}
