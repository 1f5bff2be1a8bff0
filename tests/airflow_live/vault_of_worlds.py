"""A Vault as far as reading from its second key-value engine goes: objects by mount and path, some of them denied."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

MISSING = 404, {"errors": []}


@contextlib.contextmanager
def serving(objects: Mapping[str, Any]) -> Iterator[str]:
    """Its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer(objects, unquote(urlsplit(self.path).path))
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(objects: Mapping[str, Any], path: str) -> tuple[int, dict[str, Any]]:
    if path.startswith("/v1/auth/"):
        return 200, {"data": {}}
    mount, _, name = path.removeprefix("/v1/").partition("/data/")
    found = objects.get(f"{mount}/{name}")
    if found == "denied":
        return 403, {"errors": ["denied"]}
    return (200, {"data": {"data": found, "metadata": {}}}) if found is not None else MISSING
