"""Amazon MWAA as far as it is called here: `GetEnvironment`, and `InvokeRestApi` in front of an Airflow.

Strict, as no sample AWS has MWAA: what the service model does not allow is answered as the service answers it, and
what is not signed for it as well. `Rows` is an Airflow of either generation that it can stand in front of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from tests.airflow.answering import Call, Reply, answering

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

    environments: dict[str, Mapping[str, Any]]
    airflow: Airflow
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    refusals: list[tuple[int, str, str]] = field(default_factory=list)  # status, code, message; the first one is next

    def __call__(self, call: Call) -> Reply:
        status, error, content = self._decided(call)
        return Reply(status, content, headers={"x-amzn-ErrorType": error} if error else {})

    def _decided(self, call: Call) -> tuple[int, str, Mapping[str, Any]]:
        """Status, error type or "", and content."""
        if self.refusals:
            status, code, message = self.refusals.pop(0)
            return status, code, {"message": message}
        if not _SIGNED.fullmatch(call.headers.get("Authorization", "")):
            return 403, "AccessDeniedException", {"Message": "not signed for airflow"}
        _, resource, name = call.path.split("/")
        if not _NAME.fullmatch(name):
            return _invalid("Name")
        if name not in self.environments:
            return 404, "ResourceNotFoundException", {"message": "Unable to find environment"}
        if call.method == "GET" and resource == "environments":
            return 200, "", {"Environment": self.environments[name]}
        return _invoked(self, call.body) if resource == "restapi" else _invalid("operation")


@contextmanager
def serving(environment: Mapping[str, Any], airflow: Airflow) -> Iterator[Mwaa]:
    mwaa = Mwaa({environment["Name"]: environment}, airflow)
    with answering(mwaa) as server:
        mwaa.url = server.url
        yield mwaa


def _invoked(mwaa: Mwaa, request: Any) -> tuple[int, str, Mapping[str, Any]]:
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
