"""opentelemetry-python's SDK with the exporter that INTEROP_EXPORTER names."""
import os

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState
from opentelemetry.trace import set_span_in_context

import catalogue

EXPORTER = os.environ["INTEROP_EXPORTER"]
PORT = os.environ["INTEROP_PORT"]
# What the other protocols have no word for.
OTLP_ONLY = {**catalogue.MAPS, **catalogue.BYTES} if EXPORTER.startswith("otlp") else {}


def exporter():
    if EXPORTER == "otlp-grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter(endpoint=f"http://127.0.0.1:{PORT}")
    if EXPORTER == "otlp-http":
        from opentelemetry.exporter.otlp.proto.http import Compression
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        url = f"http://127.0.0.1:{PORT}/v1/traces"
        return OTLPSpanExporter(endpoint=url, compression=Compression.Gzip)
    if EXPORTER.startswith("zipkin"):
        if EXPORTER == "zipkin-json":
            from opentelemetry.exporter.zipkin.json import ZipkinExporter
        else:
            from opentelemetry.exporter.zipkin.proto.http import ZipkinExporter

        return ZipkinExporter(endpoint=f"http://127.0.0.1:{PORT}/api/v2/spans")
    return jaeger_exporter()


def jaeger_exporter():
    if EXPORTER == "jaeger-grpc":
        from opentelemetry.exporter.jaeger.proto.grpc import JaegerExporter

        return JaegerExporter(collector_endpoint=f"127.0.0.1:{PORT}", insecure=True)
    from opentelemetry.exporter.jaeger.thrift import JaegerExporter

    if EXPORTER == "jaeger-udp":
        return JaegerExporter(agent_host_name="127.0.0.1", agent_port=int(PORT), udp_split_oversized_batches=True)
    return JaegerExporter(collector_endpoint=f"http://127.0.0.1:{PORT}/api/traces?format=jaeger.thrift")


resource = Resource(
    {
        "service.name": os.environ["INTEROP_SERVICE"],
        "service.version": "1.2.3",
        "deployment.cores": 2,
        "deployment.spot": True,
    }
)
provider = TracerProvider(resource=resource)
provider.add_span_processor(BatchSpanProcessor(exporter()))
tracer = provider.get_tracer("interop.scope", "0.9.1")


def finish(span):
    span.end()
    context = span.get_span_context()
    parent = span.parent.span_id if span.parent is not None else None
    catalogue.sent(span.name, context.trace_id, context.span_id, parent, span.start_time, span.end_time)


def spans(root):
    context = set_span_in_context(root)

    def start(name, **more):
        return tracer.start_span(name, context=context, **more)

    attributes = {**catalogue.SCALARS, **catalogue.ARRAYS, **OTLP_ONLY}
    finish(start("attributes", attributes=attributes))
    for kind in catalogue.KINDS:
        finish(start(f"kind {kind}", kind=SpanKind[kind.upper()]))

    span = start("status ok")
    span.set_status(Status(StatusCode.OK))
    finish(span)
    span = start("status error")
    span.set_status(Status(StatusCode.ERROR, catalogue.ERROR_MESSAGE))
    finish(span)

    span = start("events")
    name, event_attributes = catalogue.EVENT
    span.add_event(name, event_attributes, timestamp=span.start_time + 1_000)
    span.add_event(catalogue.BARE_EVENT, timestamp=span.start_time + 2_000)
    finish(span)
    span = start("exception")
    span.record_exception(ValueError("no such cart"))
    finish(span)

    state = TraceState([("vendor", "1")])
    linked = SpanContext(catalogue.LINK_TRACE_ID, catalogue.LINK_SPAN_ID, True, TraceFlags(1), state)
    finish(start("links", links=[Link(linked, catalogue.LINK_ATTRIBUTES)]))
    finish(start(catalogue.UNICODE))
    client = start("remote endpoint", kind=SpanKind.CLIENT, attributes={"peer.service": "orders-db"})
    finish(client)


root = tracer.start_span("root", kind=SpanKind.SERVER)
spans(root)
finish(root)
provider.shutdown()
catalogue.tell()
