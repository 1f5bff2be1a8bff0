"""A server that answers what a test tells it to, and behaves as badly as it is told to."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Call:
    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any  # what its JSON says, else bytes, None for nothing


@dataclass
class Reply:
    status: int = 200
    body: Any = b""  # JSON unless it is bytes
    media: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    promised: int = 0  # how much longer the body is said to be than it is

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Cut:
    """The connection ends without an answer."""


class Silent:
    """There is no answer, until the server is stopped."""


Answer = Reply | type[Cut] | type[Silent]
Answering = Callable[[Call], Answer]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer: Answering, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.calls: list[Call] = []
        self.is_over = threading.Event()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_port}"
        if tls:  # hands are shaken in the thread of the connection, so that none holds up the others
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, *_: object) -> None:
        """A client that hangs up in the middle is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body go in two pieces

    def _answer(self) -> None:
        call = self._call()
        self.server.calls.append(call)
        answer = self.server.answer(call)
        if isinstance(answer, Reply):
            self._send(answer)
            return
        if answer is Silent:
            self.server.is_over.wait()
        self.close_connection = True

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = _answer  # noqa: N815

    def _call(self) -> Call:
        parts = urlsplit(self.path)
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        body = json.loads(sent) if sent and is_json else sent or None
        return Call(self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.media)
        self.send_header("Content-Length", str(len(reply.content) + reply.promised))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.content)
        if reply.promised:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def answering(answer: Answering, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(answer, tls)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def listed(name: str, rows: Sequence[Any], params: Mapping[str, str], cap: int) -> Reply:
    """A page as Airflow gives it: never more than `cap` rows, whatever it is asked for."""
    offset, limit = int(params.get("offset", 0)), min(int(params.get("limit", 50)), cap)
    return Reply(body={name: list(rows[offset : offset + limit]), "total_entries": len(rows)})
