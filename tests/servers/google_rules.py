"""What the test server of Google Secret Manager refuses, and how it words it and gives pages."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from tests.airflow.answering import Reply

MAX_PAGE: Final = 25_000
ID: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_LABEL_KEY: Final = re.compile(r"(?=[^\W\d_])[^\WA-Z]([^\WA-Z]|-){0,62}")
_LABEL_VALUE: Final = re.compile(r"([^\WA-Z]|-){0,63}")
_STATUS: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


class Refused(Exception):
    def __init__(self, code: int, message: str, status: str = "", **info: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.info = code, message, status or _STATUS[code], info

    def reply(self, headers: Mapping[str, str] | None = None) -> Reply:
        error: dict[str, Any] = {"code": self.code, "message": self.message, "status": self.status}
        if self.info:
            error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", **self.info}]
        return Reply(self.code, {"error": error}, headers=headers or {})


def known(params: Mapping[str, str], known: set[str]) -> None:
    for each in params:
        if each not in known and not each.startswith("$"):
            raise Refused(400, f'Invalid JSON payload received. Unknown name "{each}": Cannot bind query parameter.')


def illegal(name: str) -> NoReturn:
    raise Refused(400, f"The provided Secret ID [{name}] does not match the expected format [[a-zA-Z_0-9]+]")


def check_etag(given: str, stored: str) -> None:
    if given and given != stored:
        message = f"The etag provided: {given} did not match the stored etag: {stored}."
        raise Refused(400, message, "FAILED_PRECONDITION")


def check_labels(labels: Mapping[str, str]) -> None:
    if len(labels) > 64:
        raise Refused(400, "A secret can have at most 64 labels.")
    for key, value in labels.items():
        if not (_LABEL_KEY.fullmatch(key) and len(key.encode()) <= 128):
            raise Refused(400, f"The label key [{key}] is invalid.")
        if not (_LABEL_VALUE.fullmatch(value) and len(value.encode()) <= 128):
            raise Refused(400, f"The label value of [{key}] is invalid.")


def page(found: list[Any], params: Mapping[str, str]) -> tuple[list[Any], dict[str, str]]:
    size = int(params.get("pageSize", 0))
    if size < 0:
        raise Refused(400, "page_size must not be negative.")
    size = min(size or MAX_PAGE, MAX_PAGE)
    start = 0
    if token := params.get("pageToken", ""):
        try:
            start = int(base64.urlsafe_b64decode(token.encode()).decode().removeprefix("at:"))
        except ValueError:
            raise Refused(400, "The page token is invalid.") from None
    end = start + size
    more = base64.urlsafe_b64encode(f"at:{end}".encode()).decode() if end < len(found) else ""
    return found[start:end], {"nextPageToken": more} if more else {}
