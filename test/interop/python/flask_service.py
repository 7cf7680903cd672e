"""A Flask service under opentelemetry's instrumentation. The storefront calls what CALLEE_URL names by urllib3."""
import os
import sys
import threading

from flask import Flask
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
import urllib3
from werkzeug.serving import make_server

provider = TracerProvider(resource=Resource({"service.name": os.environ["OTEL_SERVICE_NAME"]}))
collector = OTLPSpanExporter(endpoint=f"http://127.0.0.1:{os.environ['INTEROP_PORT']}/v1/traces")
provider.add_span_processor(BatchSpanProcessor(collector))
trace.set_tracer_provider(provider)

app = Flask(__name__)
FlaskInstrumentor().instrument_app(app)
URLLib3Instrumentor().instrument()


@app.get("/carts/<cart>")
def cart(cart):
    answer = urllib3.PoolManager().request("POST", f"{os.environ['CALLEE_URL']}/charges")
    return f"{cart}: {answer.status}"


@app.post("/charges")
def charges():
    return "refused", 402


server = make_server("127.0.0.1", 0, app, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.port, flush=True)
# The end of the input is the end of the service.
sys.stdin.read()
server.shutdown()
provider.shutdown()
