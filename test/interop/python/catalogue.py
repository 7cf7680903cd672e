"""What every client of these tests sends (../README.md), and how it tells the harness what it sent."""
import json

UNICODE = "Grüße, 世界 🚀"
TEXTS = {"text": "plain", "text.unicode": UNICODE, "text.empty": ""}
BOOLS = {"flag.true": True, "flag.false": False}
INTS = {"int": 42, "int.beyond_double": 2**53 + 1, "int.min": -(2**63), "int.max": 2**63 - 1}
DOUBLES = {"double": 0.1, "double.largest": 1.7976931348623157e308}
SCALARS = {**TEXTS, **BOOLS, **INTS, **DOUBLES}
ARRAYS = {
    "texts": ["a", "ß"],
    "flags": [True, False],
    "ints": [1, 2**53 + 1],
    "doubles": [0.5, -1.25],
}
MAPS = {"map": {"a": 1, "b": ["x", True]}, "mixed": ["x", 1]}
BYTES = {"bytes": b"\x00\x01\xff"}
KINDS = ["internal", "server", "client", "producer", "consumer"]
ERROR_MESSAGE = "card refused: ✗"
EVENT = ("cache miss", {"key": "cart:7", "attempt": 2, "hit": False, "ratio": 0.25})
BARE_EVENT = "retry"
LINK_TRACE_ID = 0x0AF7651916CD43DD8448EB211C80319C
LINK_SPAN_ID = 0xB7AD6B7169203331
LINK_ATTRIBUTES = {"reason": "batch"}

_spans = []


def sent(name, trace_id, span_id, parent_id, start_ns, end_ns):
    """Ids are numbers; parent_id is None for a root. Times are what the client puts on the wire; end_ns is None where it does not say."""
    _spans.append(
        {
            "name": name,
            "traceId": f"{trace_id:032x}",
            "spanId": f"{span_id:016x}",
            "parentSpanId": "" if parent_id is None else f"{parent_id:016x}",
            "startNs": str(start_ns),
            "endNs": None if end_ns is None else str(end_ns),
        }
    )


def tell(**more):
    """The last line of the standard output."""
    print(json.dumps({"spans": _spans, **more}))
