"""A layer in front of the sample AWS that records every call and makes chosen ones fail.

Free of pytest, so that measurements and browser tests use it as well: in Python through `FaultLayer.faults`, or from
another process over HTTP:

    POST   /_fault        {"operation": "ListSecrets", "kind": "throttle", "times": 2}
    DELETE /_fault        every fault is gone
    GET    /_fault/calls  {"ListSecrets": 3, …}
"""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import parse_qsl

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# kind: HTTP status, error code, message. What the real service says, in shape.
ERRORS: Mapping[str, tuple[int, str, str]] = {
    "throttle": (400, "ThrottlingException", "Rate exceeded"),
    "denied": (400, "AccessDeniedException", ""),
    "expired": (400, "ExpiredTokenException", "The security token included in the request is expired"),
    "decrypt": (400, "DecryptionFailure", "Secrets Manager can't decrypt the protected secret text."),
    "kms": (400, "AccessDeniedException", "Access to KMS is not allowed"),
    "internal": (500, "InternalServiceError", "An error occurred on the server side."),
    "limit": (400, "LimitExceededException", "The request failed because it would exceed one of the quotas."),
    "invalid": (400, "InvalidRequestException", "A parameter value is not valid for the current state."),
    "missing": (400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
    "updates": (400, "TooManyUpdates", ""),
    "full": (400, "ParameterLimitExceeded", ""),
    "labelled": (400, "ParameterMaxVersionLimitExceeded", ""),
    "key": (400, "InvalidKeyId", ""),
    "pattern": (400, "ParameterPatternMismatchException", ""),
}
# What is no error answer: wait and go on; never answer; cut the connection before the call, or after it was done;
# a page of some proxy.
DISTURBANCES = ("slow", "hang", "drop", "lost", "foreign")
# Only for BatchGetSecretValue: one secret becomes an entry in Errors, or is left out without a word.
ITEM_KINDS = ("item", "omit")


@dataclass
class Fault:
    """Which calls it meets (operation, or * for all; secret name, part of the body), and what becomes of them."""

    operation: str
    kind: str
    name: str = ""  # only for the secret of this name; in a batch: for the entry of this name
    times: int | None = None  # None for ever
    after: int = 0  # so many matching calls pass unharmed first: 56 for "an error on page 57"
    seconds: float = 0.0  # for slow and hang
    code: str = "AccessDeniedException"  # for item
    message: str = ""

    def __post_init__(self) -> None:
        if self.kind not in (*ERRORS, *DISTURBANCES, *ITEM_KINDS):
            raise ValueError(f"unknown kind of fault: {self.kind}")

    def meets(self, call: Call) -> bool:
        if self.operation not in ("*", call.operation):
            return False
        return not self.name or self.name in call.names

    def take(self) -> bool:
        """Whether this matching call fails; counts it."""
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


@dataclass(frozen=True)
class Call:
    operation: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        single = [str(self.body[key]) for key in ("SecretId", "Name", "Path", "ResourceId") if key in self.body]
        return (*single, *self.body.get("SecretIdList", ()), *self.body.get("Names", ()))

    @property
    def service(self) -> str:
        """As IAM spells it in actions."""
        if "Action" in self.body:
            return "sts"
        return "ssm" if self.headers.get("X_AMZ_TARGET", "").startswith("AmazonSSM.") else "secretsmanager"


class Calls:
    """Every call that arrived, repetitions by the SDK included."""

    def __init__(self) -> None:
        self._calls: list[Call] = []

    def append(self, call: Call) -> None:
        self._calls.append(call)

    def clear(self) -> None:
        self._calls.clear()

    def count(self, operation: str = "") -> int:
        return sum(1 for call in list(self._calls) if operation in ("", call.operation))

    def counts(self) -> dict[str, int]:
        return dict(Counter(call.operation for call in list(self._calls)))

    def bodies(self, operation: str) -> list[Mapping[str, Any]]:
        return [call.body for call in list(self._calls) if call.operation == operation]

    def operations(self) -> list[str]:
        return [call.operation for call in list(self._calls)]

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, operation: str, kind: str, **how: Any) -> Fault:
        fault = Fault(operation, kind, **how)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def hit(self, call: Call, kinds: Iterable[str]) -> list[Fault]:
        wanted = set(kinds)
        with self._lock:
            return [each for each in self._faults if each.kind in wanted and each.meets(call) and each.take()]


class FaultLayer:
    """WSGI: the wrapped application, with `faults` and `calls`."""

    def __init__(self, app: App) -> None:
        self.app, self.faults, self.calls = app, Faults(), Calls()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_fault"):
            return self._control(environ, start_response)
        call = _call(environ)
        self.calls.append(call)
        for fault in self.faults.hit(call, DISTURBANCES):
            if (cut := self._disturb(fault, environ, start_response)) is not None:
                return cut
        for fault in self.faults.hit(call, ERRORS):
            return _error(call, fault, start_response)
        items = self.faults.hit(call, ITEM_KINDS)
        return self._batch(items, environ, start_response) if items else self.app(environ, start_response)

    def _disturb(
        self, fault: Fault, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes] | None:
        if fault.kind in ("slow", "hang"):
            time.sleep(fault.seconds or 0.05)
        if fault.kind == "slow":
            return None
        if fault.kind == "foreign":
            return _answer(start_response, "200 OK", b"<html>Sign in to the network</html>", "text/html")
        if fault.kind == "lost":
            b"".join(self.app(environ, lambda *_: None))
        return _cut(environ, start_response)

    def _batch(
        self, faults: list[Fault], environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        started: list[Any] = []
        body = b"".join(self.app(environ, lambda *given: started.append(given)))
        answer = json.loads(body)
        hidden = {fault.name for fault in faults}
        if "SecretValues" in answer:
            answer["SecretValues"] = [each for each in answer["SecretValues"] if each["Name"] not in hidden]
            answer["Errors"] += [_item(fault) for fault in faults if fault.kind == "item"]
        return _answer(start_response, started[0][0], json.dumps(answer).encode())

    def _control(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method == "POST":
            given = json.loads(_body(environ) or b"{}")
            known = {each.name for each in fields(Fault)}
            self.faults.add(**{key: value for key, value in given.items() if key in known})
        elif method == "DELETE":
            self.faults.clear()
            self.calls.clear()
        return _answer(start_response, "200 OK", json.dumps(self.calls.counts()).encode())


def _body(environ: dict[str, Any]) -> bytes:
    """The request's body, left readable for whoever comes next."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _call(environ: dict[str, Any]) -> Call:
    body = _body(environ)
    headers = {key[5:]: value for key, value in environ.items() if key.startswith("HTTP_")}
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return Call(target.rsplit(".", 1)[-1], json.loads(body or b"{}"), headers)
    form = dict(parse_qsl(body.decode("utf-8", "replace")))
    return Call(form.get("Action", ""), form, headers)


def _item(fault: Fault) -> dict[str, str]:
    return {"SecretId": fault.name, "ErrorCode": fault.code, "Message": fault.message}


def _error(call: Call, fault: Fault, start_response: Callable[..., Any]) -> Iterable[bytes]:
    status, code, message = ERRORS[fault.kind]
    message = fault.message or message or _denial(call)
    if "Action" in call.body:  # STS speaks XML
        code = {"AccessDeniedException": "AccessDenied", "ThrottlingException": "Throttling"}.get(code, code)
        code = code.removesuffix("Exception")
        text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        return _answer(start_response, f"{status} Error", text.encode(), "text/xml")
    body = json.dumps({"__type": code, "message": message}).encode()
    return _answer(start_response, f"{status} Error", body)


def _denial(call: Call) -> str:
    """As IAM words it: who, what, on which resource, and why."""
    action = f"{call.service}:{call.operation}"
    name = call.body.get("RoleArn") or next(iter(call.names), "*")
    resource = name if name == "*" or str(name).startswith("arn:") else f"{_place(call)}:{_resource(call, name)}"
    user = "arn:aws:sts::123456789012:assumed-role/reader/secretsui"
    reason = f"because no identity-based policy allows the {action} action"
    return f"User: {user} is not authorized to perform: {action} on resource: {resource} {reason}"


def _resource(call: Call, name: str) -> str:
    return f"parameter/{name.removeprefix('/')}" if call.service == "ssm" else f"secret:{name}-AbCdEf"


def _place(call: Call) -> str:
    scope = call.headers.get("AUTHORIZATION", "").partition("Credential=")[2].split(",")[0].split("/")
    return f"arn:aws:{call.service}:{scope[2] if len(scope) > 2 else 'eu-west-1'}:123456789012"


def _answer(
    start_response: Callable[..., Any], status: str, body: bytes, content: str = "application/x-amz-json-1.1"
) -> Iterable[bytes]:
    start_response(status, [("Content-Type", content), ("Content-Length", str(len(body)))])
    return [body]


def _cut(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Closes the connection without an answer; what is written afterwards goes nowhere."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError("cut on purpose")
