"""Something between a client and a server: it passes calls on, and after some it dies or keeps silent."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class _Between(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, to: str, answers: int, hangs: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.to, self.answers, self.hangs = urlsplit(to).netloc, answers, hangs
        self.is_over = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: _Between

    def do_POST(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.server.answers -= 1
        if self.server.answers >= 0:
            self._pass_on()
            return
        if self.server.hangs:
            self.server.is_over.wait()
        self.close_connection = True

    def _pass_on(self) -> None:
        upstream = http.client.HTTPConnection(self.server.to)
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        upstream.request(self.command, self.path, sent, dict(self.headers))
        answer = upstream.getresponse()
        body = answer.read()
        upstream.close()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def between(to: str, answers: int, *, hangs: bool = False) -> Iterator[str]:
    """Its address. It passes on so many calls; afterwards it cuts each connection, or lets it hang."""
    server = _Between(to, answers, hangs)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()
