import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.extension.trace.jaeger.sampler.JaegerRemoteSampler;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The OpenTelemetry SDK of Java with the OTLP exporter that INTEROP_EXPORTER names. */
public final class OtelSdk {
  private static Tracer tracer;
  private static Context context = Context.root();

  public static void main(String[] args) throws InterruptedException {
    Attributes resource =
        Attributes.builder()
            .put("service.name", Catalogue.env("SERVICE"))
            .put("service.version", "1.2.3")
            .put("deployment.cores", 2)
            .put("deployment.spot", true)
            .build();
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(Resource.create(resource))
            .setSampler(sampler())
            .addSpanProcessor(BatchSpanProcessor.builder(exporter()).build())
            .build();
    tracer = provider.tracerBuilder("interop.scope").setInstrumentationVersion("0.9.1").build();
    Span root = span("root").setSpanKind(SpanKind.SERVER).startSpan();
    context = Context.root().with(root);
    spans();
    finish(root);
    provider.shutdown().join(20, TimeUnit.SECONDS);
    Catalogue.tell();
  }

  private static SpanExporter exporter() {
    String endpoint = "http://127.0.0.1:" + Catalogue.env("PORT");
    if (Catalogue.env("EXPORTER").equals("otlp-grpc")) {
      return OtlpGrpcSpanExporter.builder().setEndpoint(endpoint).setCompression("gzip").build();
    }
    return OtlpHttpSpanExporter.builder().setEndpoint(endpoint + "/v1/traces").build();
  }

  /** Where INTEROP_SAMPLING_PORT is set, nothing is kept until the server has said how much. */
  private static Sampler sampler() throws InterruptedException {
    String port = Catalogue.env("SAMPLING_PORT");
    if (port == null) return Sampler.parentBased(Sampler.alwaysOn());
    JaegerRemoteSampler sampler =
        JaegerRemoteSampler.builder()
            .setEndpoint("http://127.0.0.1:" + port)
            .setServiceName(Catalogue.env("SERVICE"))
            .setInitialSampler(Sampler.alwaysOff())
            .setPollingInterval(Duration.ofMillis(200))
            .build();
    for (int tries = 0; !sampler.getDescription().contains("TraceIdRatioBased{1.0"); tries++) {
      if (tries > 200) throw new IllegalStateException("no sampling strategy came: " + sampler.getDescription());
      Thread.sleep(50);
    }
    return sampler;
  }

  private static SpanBuilder span(String name) {
    return tracer.spanBuilder(name).setParent(context);
  }

  private static void finish(Span span) {
    span.end();
    SpanData data = ((ReadableSpan) span).toSpanData();
    String parent = data.getParentSpanContext().isValid() ? data.getParentSpanId() : "";
    Catalogue.sent(
        data.getName(), data.getTraceId(), data.getSpanId(), parent, data.getStartEpochNanos(), data.getEndEpochNanos());
  }

  private static void spans() {
    finish(span("attributes").setAllAttributes(attributes()).startSpan());
    for (String kind : Catalogue.KINDS) {
      finish(span("kind " + kind).setSpanKind(SpanKind.valueOf(kind.toUpperCase())).startSpan());
    }
    finish(span("status ok").startSpan().setStatus(StatusCode.OK));
    finish(span("status error").startSpan().setStatus(StatusCode.ERROR, Catalogue.ERROR_MESSAGE));
    events();
    finish(span("exception").startSpan().recordException(new IllegalStateException("no such cart")));
    TraceState state = TraceState.builder().put("vendor", "1").build();
    SpanContext linked =
        SpanContext.createFromRemoteParent(
            Catalogue.LINK_TRACE_ID, Catalogue.LINK_SPAN_ID, TraceFlags.getSampled(), state);
    finish(span("links").addLink(linked, Attributes.builder().put("reason", "batch").build()).startSpan());
    finish(span(Catalogue.UNICODE).startSpan());
    finish(span("remote endpoint").setSpanKind(SpanKind.CLIENT).setAttribute("peer.service", "orders-db").startSpan());
  }

  private static void events() {
    Span span = span("events").startSpan();
    long startNs = ((ReadableSpan) span).toSpanData().getStartEpochNanos();
    Attributes attributes =
        Attributes.builder().put("key", "cart:7").put("attempt", 2).put("hit", false).put("ratio", 0.25).build();
    span.addEvent(Catalogue.EVENT, attributes, startNs + 1_000, TimeUnit.NANOSECONDS);
    span.addEvent(Catalogue.BARE_EVENT, startNs + 2_000, TimeUnit.NANOSECONDS);
    finish(span);
  }

  private static Attributes attributes() {
    AttributesBuilder attributes = Attributes.builder();
    for (Map.Entry<String, Object> entry : Catalogue.scalars().entrySet()) {
      Object value = entry.getValue();
      if (value instanceof Boolean flag) attributes.put(entry.getKey(), flag);
      else if (value instanceof Long number) attributes.put(entry.getKey(), number);
      else if (value instanceof Double number) attributes.put(entry.getKey(), number);
      else attributes.put(entry.getKey(), (String) value);
    }
    return attributes
        .put("texts", "a", "ß")
        .put("flags", true, false)
        .put("ints", 1L, Catalogue.BEYOND_DOUBLE)
        .put("doubles", 0.5, -1.25)
        .put(AttributeKey.valueKey("bytes"), Value.of(new byte[] {0, 1, (byte) 0xff}))
        .put(AttributeKey.valueKey("map"), map())
        .put(AttributeKey.valueKey("mixed"), Value.of(Value.of("x"), Value.of(1)))
        .build();
  }

  private static Value<?> map() {
    return Value.of(
        KeyValue.of("a", Value.of(1)), KeyValue.of("b", Value.of(Value.of("x"), Value.of(true))));
  }

  private OtelSdk() {}
}
