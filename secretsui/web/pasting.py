"""A pasted text as the builder shows it: the form filled from it, what is wrong with it, what becomes of its keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.core import pasted
from secretsui.core.connection import Connection
from secretsui.core.pasted import READERS, SENTENCES, Fate, Pasted
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import Kind
from secretsui.web.forms.connection import FIELDS, as_input
from secretsui.web.forms.extra_inputs import PREFIX
from secretsui.web.forms.text import printable
from secretsui.web.labels import FIELDS as LABELS
from secretsui.web.problems import Words, words_of_value
from secretsui.web.repairing import bare
from secretsui.web.review import Remark, remarks_of

BOX: Final = "pasted"
FORMS: Final[Mapping[str, str | Promise]] = {
    "uri": _("Read as a URI."),
    "json": _("Read as JSON."),
    "rotation": _("Read as the JSON of a password rotation."),
    "environment": _("Read as an environment variable."),
    "cli": _("Read as an Airflow command."),
    "aws": _("Read as an AWS command."),
    "terraform": _("Read as Terraform."),
    "python": _("Read as Python."),
}
READER_LABELS: Final[Mapping[str, str | Promise]] = {
    "secrets-manager": _("Secrets Manager"),
    "others": _("Other backends"),
    "vault": _("Vault"),
}
WHAT: Final[Mapping[str, str | Promise]] = {
    "used": _("Used"),
    "renamed": _("Renamed"),
    "dropped": _("Dropped"),
    "refused": _("Refused"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What one reader does with a key, in words."""

    what: str
    words: str | Promise
    field: str | Promise = ""


@dataclass(frozen=True, slots=True)
class KeyLine:
    key: str
    told: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Pasting:
    found: Pasted
    remarks: Sequence[Remark]
    missing: str = ""  # fields that no input can hold

    @property
    def words(self) -> str | Promise:
        return FORMS.get(self.found.form, "")

    @property
    def readers(self) -> Sequence[str | Promise]:
        return [READER_LABELS[reader] for reader in READERS]

    @property
    def keys(self) -> Sequence[KeyLine]:
        return [
            KeyLine(printable(each.key), [_told(each.fates[reader]) for reader in READERS]) for each in self.found.keys
        ]

    @property
    def loses_keys(self) -> bool:
        return any(fate.what in ("dropped", "refused") for each in self.found.keys for fate in each.fates.values())


def _told(fate: Fate) -> Told:
    return Told(fate.what, WHAT[fate.what], LABELS.get(fate.field, fate.field))


def pasting_of(sent: QueryDict) -> Pasting | None:
    """None where nothing was pasted."""
    text = sent.get(BOX, "")
    if not text.strip():
        return None
    found, value = pasted.read(text), bare(text)
    remarks = remarks_of(Sensitive(value), Kind.CONNECTION, f"{BOX}.") if value else []
    if found.problem and not remarks:
        remarks = [Remark("error", _words_of(found.problem), "value", code=found.problem)]
    return Pasting(found, remarks, _missing(found.connection))


def _words_of(problem: str) -> Words:
    return Words(_(SENTENCES[problem]), "") if problem in SENTENCES else words_of_value(problem)


def _missing(conn: Connection | None) -> str:
    lost = [field for field in FIELDS if conn and as_input(field, getattr(conn, field)) is None]
    return ", ".join(str(LABELS[field]) for field in lost)


def filled(sent: QueryDict, found: Pasted) -> QueryDict:
    """The form as it says what was pasted; what belongs to no field of a connection stays as it was sent."""
    if found.connection is None:
        return sent
    data = sent.copy()
    for name in [name for name in data if name.startswith((PREFIX, "remove_"))]:
        del data[name]
    for field in FIELDS:
        data[field] = as_input(field, getattr(found.connection, field)) or ""
    data["form_type"] = str(data["conn_type"])
    data["mode"] = "fields"
    data.setdefault("written_as", "json")  # of which raw text says nothing
    if found.conn_id:
        data["key"] = found.conn_id
    return data
