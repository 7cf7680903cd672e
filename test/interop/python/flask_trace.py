"""Two Flask services, each a process of its own, and one request to the first, which calls the second."""
import http.client
import os
import subprocess
import sys

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "flask_service.py")


def start(role, **env):
    name = f"{os.environ['INTEROP_SERVICE']}{role}"
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OTEL_SERVICE_NAME": name, **env},
    )
    return child, int(child.stdout.readline())


payment, payment_port = start("-payment")
storefront, port = start("", CALLEE_URL=f"http://127.0.0.1:{payment_port}")
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
connection.request("GET", "/carts/7")
answer = connection.getresponse()
body = answer.read()
for child in (storefront, payment):
    child.stdin.close()
    child.wait(timeout=20)
if body != b"7: 402":
    raise SystemExit(f"{answer.status} {body}")
