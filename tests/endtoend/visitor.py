"""A person's browser without a screen: plain HTTP to a live server, safe to use from a thread of its own."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import urllib3
from django.contrib.auth.models import User

from tests.conftest import logged_in

TOKEN: Final = "c" * 32
_FIELD: Final = re.compile(r"<(?:input|button)\b[^>]*>")
_ATTRIBUTE: Final = re.compile(r'(\w[\w-]*)="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def words(self) -> str:
        """What a reader sees: without tags, in single spaces."""
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", self.text)))

    def hidden(self, name: str) -> str:
        """The value of the form's field of this name."""
        return hidden(self.text, name)


def hidden(page: str, name: str) -> str:
    for tag in _FIELD.findall(page):
        attributes = dict(_ATTRIBUTE.findall(tag))
        if attributes.get("name") == name:
            return html.unescape(attributes.get("value", ""))
    raise AssertionError(f"no field {name!r} on the page")


class Visitor:
    def __init__(self, url: str, user: User, *, timeout: float = 30) -> None:
        session = logged_in(user, recently=True).cookies["sessionid"].value
        self._url = url
        self._pool = urllib3.PoolManager(maxsize=1, retries=False, timeout=timeout)
        self._headers = {"Cookie": f"sessionid={session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}

    def get(self, path: str, data: Mapping[str, Any] | None = None) -> Answer:
        return self._ask("GET", f"{path}?{urlencode(data, doseq=True)}" if data else path, b"")

    def post(self, path: str, data: Mapping[str, Any] | None = None) -> Answer:
        return self._ask("POST", path, urlencode(data or {}, doseq=True).encode())

    def _ask(self, method: str, path: str, body: bytes) -> Answer:
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        response = self._pool.request(method, self._url + path, body=body, headers=headers, redirect=False)
        return Answer(response.status, dict(response.headers), response.data.decode())

    def close(self) -> None:
        self._pool.clear()
