/** For collectors that are sent nothing but OTLP: whatever else they listen on is on any free port. */
export const ANY_PORTS: Readonly<Record<string, string>> = {
  SPANMILL_COLLECTOR_ZIPKIN_PORT: '0',
  SPANMILL_COLLECTOR_JAEGER_COMPACT_PORT: '0',
  SPANMILL_COLLECTOR_JAEGER_BINARY_PORT: '0',
  SPANMILL_COLLECTOR_JAEGER_HTTP_PORT: '0',
  SPANMILL_COLLECTOR_JAEGER_GRPC_PORT: '0',
  SPANMILL_COLLECTOR_SAMPLING_PORT: '0',
};
