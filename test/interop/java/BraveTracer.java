import brave.Span;
import brave.Tracing;
import brave.handler.MutableSpan;
import brave.handler.SpanHandler;
import brave.propagation.B3Propagation;
import brave.propagation.TraceContext;
import brave.sampler.Sampler;
import java.util.Map;
import zipkin2.reporter.Encoding;
import zipkin2.reporter.brave.AsyncZipkinSpanHandler;
import zipkin2.reporter.urlconnection.URLConnectionSender;

/** Brave with Zipkin's reporter, in the encoding that INTEROP_ENCODING names. */
public final class BraveTracer {
  private static final long DURATION_US = 250_000;
  private static Tracing tracing;
  private static Span root;

  public static void main(String[] args) throws Exception {
    String endpoint = "http://127.0.0.1:" + Catalogue.env("PORT") + "/api/v2/spans";
    Encoding encoding = Encoding.valueOf(Catalogue.env("ENCODING"));
    try (URLConnectionSender sender =
            URLConnectionSender.newBuilder().endpoint(endpoint).encoding(encoding).build();
        AsyncZipkinSpanHandler handler = AsyncZipkinSpanHandler.create(sender)) {
      trace(Catalogue.env("SERVICE"), true, handler);
      serverHalf(handler);
      trace(Catalogue.env("SERVICE"), false, handler);
      handler.flush();
    }
    Catalogue.tell();
  }

  private static Tracing tracing(String service, String ip, boolean is128Bit, SpanHandler handler) {
    return Tracing.newBuilder()
        .localServiceName(service)
        .localIp(ip)
        .localPort(8080)
        .sampler(Sampler.ALWAYS_SAMPLE)
        .traceId128Bit(is128Bit)
        .addSpanHandler(new Teller())
        .addSpanHandler(handler)
        .build();
  }

  /** Tells of each span what the reporter is about to get. */
  private static final class Teller extends SpanHandler {
    @Override
    public boolean end(TraceContext context, MutableSpan span, Cause cause) {
      String parent = span.parentId() == null ? "" : span.parentId();
      long startNs = span.startTimestamp() * 1000;
      Catalogue.sent(
          span.name(), span.traceId(), span.id(), parent, startNs, span.finishTimestamp() * 1000);
      return true;
    }
  }

  private static TraceContext shared;

  private static void trace(String service, boolean is128Bit, SpanHandler handler) {
    try (Tracing started = tracing(service, "192.0.2.7", is128Bit, handler)) {
      tracing = started;
      root = started.tracer().newTrace().kind(Span.Kind.SERVER);
      root.name(is128Bit ? "root" : "64-bit root").start();
      if (is128Bit) spans();
      root.finish();
    }
  }

  private static Span child(String name) {
    return tracing.tracer().newChild(root.context()).name(name);
  }

  private static void finish(Span span) {
    long start = tracing.clock(span.context()).currentTimeMicroseconds();
    span.start(start).finish(start + DURATION_US);
  }

  private static void spans() {
    Span attributes = child("attributes");
    for (Map.Entry<String, Object> entry : Catalogue.scalars().entrySet()) {
      attributes.tag(entry.getKey(), entry.getValue().toString());
    }
    finish(attributes);
    for (String kind : Catalogue.KINDS) {
      Span span = child("kind " + kind);
      if (!kind.equals("internal")) span.kind(Span.Kind.valueOf(kind.toUpperCase()));
      finish(span);
    }
    Span remote = child("remote endpoint").kind(Span.Kind.CLIENT).remoteServiceName("orders-db");
    remote.remoteIpAndPort("192.0.2.9", 5432);
    finish(remote);
    finish(child("status error").tag("error", Catalogue.ERROR_MESSAGE));
    finish(child("exception").error(new IllegalStateException("no such cart")));
    Span events = child("events");
    events.annotate(1_700_000_000_500_000L, Catalogue.EVENT).annotate(1_700_000_001_250_000L, Catalogue.BARE_EVENT);
    finish(events);
    finish(child(Catalogue.UNICODE));
    Span client = child("shared").kind(Span.Kind.CLIENT);
    shared = client.context();
    finish(client);
  }

  /** B3 as it crosses the wire: the server joins the span of its client. */
  private static void serverHalf(SpanHandler handler) {
    try (Tracing callee = tracing(Catalogue.env("SERVICE") + "-callee", "192.0.2.8", true, handler)) {
      java.util.Map<String, String> headers = new java.util.HashMap<>();
      callee.propagation().injector(java.util.Map<String, String>::put).inject(shared, headers);
      var extracted = callee.propagation().extractor(java.util.Map<String, String>::get).extract(headers);
      Span half = callee.tracer().joinSpan(extracted.context()).kind(Span.Kind.SERVER).name("shared");
      half.start().tag("half", "server").finish();
    }
  }

  private BraveTracer() {}
}
