"""One connection in the sample AWS and in the index, and its pages."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse

from secretsui.access.door import Job, open_prefix
from secretsui.access.models import AccessEvent
from secretsui.inventory.models import Prefix, SecretRecord
from tests.aws import Aws
from tests.conftest import Place

CANARY = "pw-Kan4rien%2Fv0gel-7f3a"
URI = f"postgres://reader:{CANARY}@crm-db.example:5432/crm?sslmode=require"
HTMX = {"HX-Request": "true"}


@dataclass
class OneSecret:
    """`client` is whoever looks at it."""

    aws: Aws
    place: Place
    prefix: Prefix
    key: str = "postgres_crm"

    @property
    def name(self) -> str:
        return self.prefix.name_of(self.key)

    @property
    def version(self) -> str:
        """The current version, as AWS has it."""
        return self.aws.store().describe(self.name).version_id

    @property
    def value(self) -> str:
        return self.aws.value(self.name)

    @property
    def record(self) -> SecretRecord:
        return SecretRecord.objects.get(prefix=self.prefix, name=self.name)

    def make(self, value: str | bytes = URI, **facts: Any) -> OneSecret:
        self.aws.create(self.name, value, **facts)
        return self.index()

    def index(self) -> OneSecret:
        open_prefix(Job("test"), self.prefix).refresh_one(self.name)
        return self

    def save(self, value: str) -> str:
        """As somebody else would, past the product."""
        answer = self.aws.client().put_secret_value(SecretId=self.name, SecretString=value)
        return str(answer["VersionId"])

    def url(self, action: str = "") -> str:
        at = [self.place.account.name, self.prefix.region, self.name]
        return reverse(f"secret-{action}" if action else "secret", args=at)

    def get(self, client: Client, action: str = "", query: str = "", **headers: Any) -> Any:
        return client.get(self.url(action) + query, **headers)

    def post(self, client: Client, action: str, data: dict[str, Any] | None = None, *, htmx: bool = False) -> Any:
        return client.post(self.url(action), data or {}, headers=HTMX if htmx else None)

    def events(self) -> list[tuple[str, str]]:
        """Actions of people and their outcomes, oldest first."""
        found = AccessEvent.objects.exclude(user=None).order_by("pk")
        return list(found.values_list("action", "outcome"))

    def form(self, client: Client, query: str = "") -> dict[str, str]:
        """What the browser would send from the edit page, untouched."""
        return form_of(self.get(client, "edit", query).content.decode())


def form_of(page: str) -> dict[str, str]:
    """The values of the form `edit`: of inputs, text areas, selects and the ticked radio buttons."""
    body = re.sub(r"\r\n?", "\n", page[page.index('<form id="edit"') :])  # as every HTML parser begins
    body = body[: body.rindex("</form>")]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name, kind = attribute(tag, "name"), attribute(tag, "type")
        if name and (kind not in ("radio", "checkbox") or " checked" in tag):
            found[name] = attribute(tag, "value")
    for tag, options in re.findall(r"(<select[^>]*>)(.*?)</select>", body, re.DOTALL):
        chosen = re.search(r"<option[^>]* selected>", options)
        found[attribute(tag, "name")] = attribute(chosen[0], "value") if chosen else ""
    for tag, text in re.findall(r"(<textarea[^>]*>)(.*?)</textarea>", body, re.DOTALL):
        found[attribute(tag, "name")] = html.unescape(text).removeprefix("\n").replace("\n", "\r\n")
    return found


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def text_of(page: Any) -> str:
    """What a page says, without tags and with single spaces."""
    return _text(page.content.decode())


def _text(page: str) -> str:
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split()).replace(" : ", ": ")


def seen_of(page: Any) -> str:
    """The same without what is hidden."""
    return _text(re.sub(r"<span[^>]* hidden>.*?</span>", " ", page.content.decode(), flags=re.DOTALL))
