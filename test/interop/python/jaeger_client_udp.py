"""jaeger-client 4.8 by the OpenTracing API, configured as its README says, but for the ports."""
import os
import time

import opentracing
from jaeger_client import Config, SpanContext
from opentracing.ext import tags

import catalogue

IS_REMOTE = os.environ.get("INTEROP_SAMPLER") == "remote"
TRACE_128 = os.environ.get("INTEROP_TRACE_ID_BITS") == "128"

REMOTE = {"sampling_refresh_interval": 0.2}
CONST = {"sampler": {"type": "const", "param": 1}}

config = Config(
    config={
        **(REMOTE if IS_REMOTE else CONST),
        "local_agent": {
            "reporting_host": "127.0.0.1",
            "reporting_port": os.environ["INTEROP_PORT"],
            "sampling_port": os.environ["INTEROP_SAMPLING_PORT"],
        },
        "logging": True,
        "generate_128bit_trace_id": TRACE_128,
        "tags": {"deployment": "interop", "cores": 2},
    },
    service_name=os.environ["INTEROP_SERVICE"],
    validate=True,
)
tracer = config.initialize_tracer()


def wait_for_sampling():
    """Until the client has asked how to sample: before that it keeps one trace of a thousand."""
    deadline = time.monotonic() + 20
    while getattr(tracer.sampler.sampler, "rate", None) != 1.0:
        if time.monotonic() > deadline:
            raise SystemExit(f"no sampling strategy came: {tracer.sampler.sampler}")
        time.sleep(0.05)


def started(name, parent=None, references=None, **more):
    return tracer.start_span(name, child_of=parent, references=references, **more)


def finish(span):
    span.finish()
    tell(span)


def tell(span):
    start, end = span.start_time, span.end_time
    start_ns = int(start * 1_000_000) * 1000
    catalogue.sent(
        span.operation_name,
        span.trace_id,
        span.span_id,
        span.parent_id or None,
        start_ns,
        start_ns + int((end - start) * 1_000_000) * 1000,
    )


def main():
    root = started("root")
    span = started("attributes", root)
    for key, value in catalogue.SCALARS.items():
        span.set_tag(key, value)
    finish(span)

    for kind in catalogue.KINDS[1:]:
        span = started(f"kind {kind}", root)
        span.set_tag(tags.SPAN_KIND, kind)
        finish(span)
    finish(started("kind internal", root))

    span = started("status error", root)
    span.set_tag(tags.ERROR, True)
    finish(span)

    span = started("events", root)
    name, attributes = catalogue.EVENT
    span.log_kv({"event": name, **attributes})
    span.log_kv({"event": catalogue.BARE_EVENT})
    finish(span)

    try:
        with started("exception", root) as span:
            raise ValueError("no such cart")
    except ValueError:
        tell(span)

    link = SpanContext(catalogue.LINK_TRACE_ID, catalogue.LINK_SPAN_ID, 0, 1)
    finish(
        started(
            "links",
            references=[
                opentracing.Reference(opentracing.ReferenceType.CHILD_OF, root.context),
                opentracing.Reference(opentracing.ReferenceType.FOLLOWS_FROM, link),
            ],
        )
    )
    finish(started(catalogue.UNICODE, root))
    span = started("remote endpoint", root, tags={tags.SPAN_KIND: "client"})
    span.set_tag(tags.PEER_SERVICE, "orders-db")
    span.set_tag(tags.PEER_PORT, 5432)
    finish(span)
    finish(root)


if IS_REMOTE:
    wait_for_sampling()
main()
# Both as its README says: the loop flushes what is left before the process ends.
time.sleep(2)
tracer.close()
time.sleep(2)
catalogue.tell()
