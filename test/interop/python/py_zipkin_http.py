"""py_zipkin over its own HTTP transport, in the encoding that INTEROP_ENCODING names."""
import os
import time

from py_zipkin import Encoding, Kind
from py_zipkin.transport import SimpleHTTPTransport
from py_zipkin.zipkin import ZipkinAttrs, zipkin_span

import catalogue

SERVICE = os.environ["INTEROP_SERVICE"]
ENCODING = Encoding[os.environ["INTEROP_ENCODING"]]
TRANSPORT = SimpleHTTPTransport("127.0.0.1", int(os.environ["INTEROP_PORT"]))
DURATION = 0.25
# Its protobuf encoder takes text only.
TAGS = {key: str(value) for key, value in catalogue.SCALARS.items()}
if ENCODING != Encoding.V2_PROTO3:
    TAGS = catalogue.SCALARS
KINDS = {
    "internal": Kind.LOCAL,
    "server": Kind.SERVER,
    "client": Kind.CLIENT,
    "producer": Kind.PRODUCER,
    "consumer": Kind.CONSUMER,
}


def report(name, attrs, start, duration):
    start_ns = int(start * 1_000_000) * 1000
    end_ns = None if duration is None else start_ns + int(duration * 1_000_000) * 1000
    parent = attrs.parent_span_id and int(attrs.parent_span_id, 16)
    catalogue.sent(name, int(attrs.trace_id, 16), int(attrs.span_id, 16), parent, start_ns, end_ns)


def child(name, tags=None, kind=Kind.LOCAL, annotations=None):
    start = time.time()
    span = zipkin_span(
        service_name=SERVICE,
        span_name=name,
        kind=kind,
        timestamp=start,
        duration=DURATION,
        binary_annotations=tags or {},
        annotations=annotations or {},
        host="192.0.2.7",
    )
    with span:
        if name == "remote endpoint":
            span.add_sa_binary_annotation(5432, "orders-db", "192.0.2.9")
    report(name, span.zipkin_attrs, start, DURATION)
    return span.zipkin_attrs


def trace(is_128bit):
    """Returns the ids of the client's half of a shared span."""
    root = zipkin_span(
        service_name=SERVICE,
        span_name="root" if is_128bit else "64-bit root",
        transport_handler=TRANSPORT,
        sample_rate=100.0,
        use_128bit_trace_id=is_128bit,
        kind=Kind.SERVER,
        host="192.0.2.7",
        port=8080,
        encoding=ENCODING,
    )
    with root:
        start = root.logging_context.start_timestamp
        shared = spans() if is_128bit else None
    report(root.span_name, root.zipkin_attrs, start, None)
    return shared


def spans():
    child("attributes", dict(TAGS))
    for kind, value in KINDS.items():
        child(f"kind {kind}", kind=value)
    child("remote endpoint", kind=Kind.CLIENT)
    child("status error", {"error": catalogue.ERROR_MESSAGE})
    child("events", annotations={catalogue.EVENT[0]: 1700000000.5, catalogue.BARE_EVENT: 1700000001.25})
    child(catalogue.UNICODE)
    return child("shared", kind=Kind.CLIENT)


def server_half(attrs):
    """B3: the server's half has the id of the client's."""
    half = zipkin_span(
        service_name=f"{SERVICE}-callee",
        span_name="shared",
        transport_handler=TRANSPORT,
        zipkin_attrs=ZipkinAttrs(attrs.trace_id, attrs.span_id, attrs.parent_span_id, "0", True),
        kind=Kind.SERVER,
        host="192.0.2.8",
        encoding=ENCODING,
    )
    with half:
        start = half.logging_context.start_timestamp
        half.update_binary_annotations({"half": "server"})
    report("shared", half.zipkin_attrs, start, None)


server_half(trace(is_128bit=True))
trace(is_128bit=False)
catalogue.tell()
