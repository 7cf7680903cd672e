import java.util.Map;
import java.util.Random;
import zipkin2.Endpoint;
import zipkin2.Span;
import zipkin2.codec.SpanBytesEncoder;
import zipkin2.reporter.AsyncReporter;
import zipkin2.reporter.BytesEncoder;
import zipkin2.reporter.Encoding;
import zipkin2.reporter.urlconnection.URLConnectionSender;

/** Zipkin's own model of a span and its reporter, in the encoding of v1 that INTEROP_ENCODING names. */
public final class ZipkinReporter {
  private static final long DURATION_US = 250_000;
  private static final long START_US = System.currentTimeMillis() * 1000;
  private static final Random RANDOM = new Random();
  private static final String TRACE_ID = id() + id();
  private static final String ROOT_ID = id();
  private static AsyncReporter<Span> reporter;
  private static Endpoint local;

  public static void main(String[] args) {
    String endpoint = "http://127.0.0.1:" + Catalogue.env("PORT") + "/api/v1/spans";
    SpanBytesEncoder encoder = SpanBytesEncoder.valueOf(Catalogue.env("ENCODING"));
    Encoding encoding = encoder == SpanBytesEncoder.THRIFT ? Encoding.THRIFT : Encoding.JSON;
    URLConnectionSender sender =
        URLConnectionSender.newBuilder().endpoint(endpoint).encoding(encoding).build();
    local = endpoint(Catalogue.env("SERVICE"), "192.0.2.7", 8080);
    reporter = AsyncReporter.builder(sender).build(bytesEncoder(encoder, encoding));
    spans();
    reporter.flush();
    reporter.close();
    sender.close();
    Catalogue.tell();
  }

  private static BytesEncoder<Span> bytesEncoder(SpanBytesEncoder encoder, Encoding encoding) {
    return new BytesEncoder<>() {
      @Override
      public Encoding encoding() {
        return encoding;
      }

      @Override
      public int sizeInBytes(Span span) {
        return encoder.sizeInBytes(span);
      }

      @Override
      public byte[] encode(Span span) {
        return encoder.encode(span);
      }
    };
  }

  private static String id() {
    return "%016x".formatted(RANDOM.nextLong() | 1);
  }

  private static Endpoint endpoint(String service, String ip, int port) {
    return Endpoint.newBuilder().serviceName(service).ip(ip).port(port).build();
  }

  private static Span.Builder child(String name) {
    return Span.newBuilder()
        .traceId(TRACE_ID)
        .parentId(ROOT_ID)
        .id(id())
        .name(name)
        .localEndpoint(local)
        .timestamp(START_US)
        .duration(DURATION_US);
  }

  private static void report(Span.Builder builder) {
    Span span = builder.build();
    String parent = span.parentId() == null ? "" : span.parentId();
    long startNs = span.timestampAsLong() * 1000;
    Catalogue.sent(span.name(), span.traceId(), span.id(), parent, startNs, startNs + span.durationAsLong() * 1000);
    reporter.report(span);
  }

  private static void spans() {
    Span.Builder attributes = child("attributes");
    for (Map.Entry<String, Object> entry : Catalogue.scalars().entrySet()) {
      attributes.putTag(entry.getKey(), entry.getValue().toString());
    }
    report(attributes);
    for (String kind : Catalogue.KINDS) {
      Span.Builder span = child("kind " + kind);
      report(kind.equals("internal") ? span : span.kind(Span.Kind.valueOf(kind.toUpperCase())));
    }
    report(child("remote endpoint").kind(Span.Kind.CLIENT).remoteEndpoint(endpoint("orders-db", "192.0.2.9", 5432)));
    report(child("status error").putTag("error", Catalogue.ERROR_MESSAGE));
    report(
        child("events")
            .addAnnotation(1_700_000_000_500_000L, Catalogue.EVENT)
            .addAnnotation(1_700_000_001_250_000L, Catalogue.BARE_EVENT));
    report(child(Catalogue.UNICODE.toLowerCase()));
    shared();
    report(child("root").id(ROOT_ID).parentId(null).kind(Span.Kind.SERVER));
    report(child("64-bit root").traceId(id()).parentId(null).kind(Span.Kind.SERVER));
  }

  private static void shared() {
    Span.Builder half = child("shared");
    report(half.clone().kind(Span.Kind.CLIENT));
    Endpoint callee = endpoint(Catalogue.env("SERVICE") + "-callee", "192.0.2.8", 8080);
    report(half.clone().kind(Span.Kind.SERVER).shared(true).localEndpoint(callee).putTag("half", "server"));
  }

  private ZipkinReporter() {}
}
