"""The stored value that an edit starts from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.core import codec, prints
from secretsui.core.codec import DecodeError
from secretsui.core.connection import Connection
from secretsui.core.decoding import Decode
from secretsui.core.facts import facts
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import Kind
from secretsui.web.forms import stored_json

WRITTEN_AS: Final[list[tuple[str, str | Promise]]] = [("json", _("JSON")), ("uri", _("URI"))]


@dataclass(frozen=True)
class Stored:
    """`words` name the version on the page: “version 5”."""

    text: Sensitive
    version_id: str
    words: str
    decode: Decode = codec.decode_secrets_manager

    @cached_property
    def connection(self) -> Connection | None:
        """As Airflow 3.3 reads it; None where it cannot, or where fields hold what belongs elsewhere."""
        known = facts(self.text, Kind.CONNECTION, self.decode)
        if not known.conn_type and not prints.fields(known.parts):
            return None
        try:
            return self.decode(self.text.reveal(), "3.3")
        except DecodeError:
            return None

    @property
    def written_as(self) -> str:
        return "json" if self.text.reveal().lstrip().startswith("{") else "uri"

    @property
    def is_editable_json(self) -> bool:
        return stored_json.is_object(self.text.reveal())
