"""Amazon MWAA as far as it is called here: `GetEnvironment`, and `InvokeRestApi` in front of an Airflow.

Strict, as no sample AWS has MWAA: what the service model does not allow is answered as the service answers it, and
what is not signed for it as well. `Rows` is an Airflow of either generation that it can stand in front of.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import unquote

# method, path, query parameters, body: the status and the answer.
Airflow = Callable[[str, str, Mapping[str, Any], Any], tuple[int, Any]]
REGION: Final = "eu-west-1"

_NAME: Final = re.compile(r"[a-zA-Z][0-9a-zA-Z\-_]{0,79}")
_MEMBERS: Final = {"Path", "Method", "QueryParameters", "Body"}
_METHODS: Final = {"GET", "PUT", "POST", "PATCH", "DELETE"}
_SIGNED: Final = re.compile(rf"AWS4-HMAC-SHA256 Credential=[^/]+/\d+/{REGION}/airflow/aws4_request, .+")


@dataclass
class Rows:
    """Its rows by id, as its lists show them; more than 100 at a time it never gives."""

    version: str
    connections: dict[str, dict[str, Any]] = field(default_factory=dict)
    variables: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __call__(self, method: str, path: str, params: Mapping[str, Any], body: Any) -> tuple[int, Any]:
        _, kind, *rest = path.split("/")
        if kind == "version":
            return 200, {"version": self.version}
        rows = {"connections": self.connections, "variables": self.variables}.get(kind)
        if rows is None:
            return 404, {"detail": "no such route", "title": "Not Found", "type": "about:blank"}
        if not rest:
            return self._bulk(rows, body) if method == "PATCH" else _listed(kind, rows, params)
        name = unquote("/".join(rest))
        if name not in rows:
            return 404, {"detail": "not found", "title": "Not found", "status": 404}
        return (204, rows.pop(name) and {}) if method == "DELETE" else (200, rows[name])

    def _bulk(self, rows: dict[str, Any], body: Any) -> tuple[int, Any]:
        if self.version.startswith("2"):
            return 405, {"detail": None, "title": "Method Not Allowed", "status": 405}
        names = body["actions"][0]["entities"]
        gone = [name for name in names if rows.pop(name, None)]
        missing = [{"error": "not found", "status_code": 404} for name in names if name not in gone]
        return 200, {"create": None, "update": None, "delete": {"success": gone, "errors": missing}}


def _listed(kind: str, rows: Mapping[str, Any], params: Mapping[str, Any]) -> tuple[int, Any]:
    offset, limit = params["offset"], min(params["limit"], 100)
    return 200, {kind: list(rows.values())[offset : offset + limit], "total_entries": len(rows)}


@dataclass
class Mwaa:
    """What it serves, and what it was asked."""

    url: str
    environments: dict[str, Mapping[str, Any]]
    airflow: Airflow
    asked: list[tuple[str, str]] = field(default_factory=list)
    refusals: list[tuple[int, str, str]] = field(default_factory=list)  # status, code, message; the first one is next


@contextmanager
def serving(environment: Mapping[str, Any], airflow: Airflow) -> Any:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    mwaa = Mwaa(f"http://127.0.0.1:{server.server_port}", {environment["Name"]: environment}, airflow)
    server.mwaa = mwaa  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield mwaa
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(*self._decided(""))

    def do_POST(self) -> None:
        self._answer(*self._decided(self.rfile.read(int(self.headers["Content-Length"])).decode()))

    def _decided(self, body: str) -> tuple[int, str, Mapping[str, Any]]:
        """Status, error type or "", and content."""
        mwaa: Mwaa = self.server.mwaa  # type: ignore[attr-defined]
        if mwaa.refusals:
            status, code, message = mwaa.refusals.pop(0)
            return status, code, {"message": message}
        if not _SIGNED.fullmatch(self.headers.get("Authorization", "")):
            return 403, "AccessDeniedException", {"Message": "not signed for airflow"}
        _, resource, name = self.path.split("/")
        if not _NAME.fullmatch(name):
            return _invalid("Name")
        if name not in mwaa.environments:
            return 404, "ResourceNotFoundException", {"message": "Unable to find environment"}
        if self.command == "GET" and resource == "environments":
            return 200, "", {"Environment": mwaa.environments[name]}
        return _invoked(mwaa, body) if resource == "restapi" else _invalid("operation")

    def _answer(self, status: int, error: str, content: Mapping[str, Any]) -> None:
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


def _invoked(mwaa: Mwaa, text: str) -> tuple[int, str, Mapping[str, Any]]:
    request = json.loads(text)
    if wrong := next(_faults(request), ""):
        return _invalid(wrong)
    mwaa.asked.append((request["Method"], request["Path"]))
    status, answer = mwaa.airflow(
        request["Method"], request["Path"], request.get("QueryParameters", {}), request.get("Body")
    )
    content = {"RestApiStatusCode": status, "RestApiResponse": answer}
    if status < 400:
        return 200, "", content
    return 400, "RestApiClientException" if status < 500 else "RestApiServerException", content


def _faults(request: Mapping[str, Any]) -> Any:
    if not request.keys() <= _MEMBERS:
        yield "members"
    path = request.get("Path")
    if not isinstance(path, str) or not 1 <= len(path) <= 64 or "?" in path or path.startswith("/api/"):
        yield "Path"
    if request.get("Method") not in _METHODS:
        yield "Method"
    for name in ("QueryParameters", "Body"):
        if not isinstance(request.get(name, {}), dict):
            yield name


def _invalid(what: str) -> tuple[int, str, Mapping[str, Any]]:
    return 400, "ValidationException", {"message": f"1 validation error detected: {what}"}


def connections(ids: Sequence[str], **fields: Any) -> dict[str, dict[str, Any]]:
    return {conn_id: {"connection_id": conn_id, "conn_type": "http", **fields} for conn_id in ids}


def variables(values: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    return {key: {"key": key, "value": value, "description": None} for key, value in values.items()}
