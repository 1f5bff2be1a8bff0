"""The chain of one id, place by place, as templates/components/chain.html shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from secretsui.core.compare import field_of
from secretsui.inventory.deployments.columns import Column
from secretsui.inventory.deployments.explained import Asked, Explained
from secretsui.web import lookup_words
from secretsui.web.labels import FIELDS
from secretsui.web.vocabulary import Label

# How a place looks; one whose state is not named here is neither winner nor loser.
STYLES: Final[Mapping[str, str]] = {
    "wins": "win",
    "wins-if": "win",
    "shadowed": "lose",
    "absent": "off",
    "never": "never",
}


@dataclass(frozen=True, slots=True)
class Link:
    number: int
    title: str | Promise
    style: str
    label: Label
    names: Sequence[str] = ()  # what it is asked for
    where: str = ""
    note: str = ""


def links(explained: Explained) -> Sequence[Link]:
    return [_link(explained, column) for column in explained.columns]


def _link(explained: Explained, column: Column) -> Link:
    cell = explained.cells.get(column.id, {})
    return Link(
        column.number,
        column.title,
        STYLES.get(cell.get("state", ""), ""),
        lookup_words.of_cell(cell),
        names_of(explained, column),
        where(column),
        note(cell),
    )


def where(column: Column) -> str:
    return " ".join(filter(None, (column.account, column.region)))


def names_of(explained: Explained, column: Column) -> Sequence[str]:
    return [spelled(each) for each in explained.asked.get(column.id, ())]


def spelled(asked: Asked) -> str:
    """The name as the store is asked for it."""
    if asked.store == "metastore":
        return f"{asked.mount}.{'key' if asked.mount == 'variable' else 'conn_id'} = {asked.name}"
    return f"{asked.mount}: {asked.name}" if asked.mount else asked.name


def note(cell: Mapping[str, Any]) -> str:
    """One line more: which fields differ, or why nothing is found."""
    state = str(cell.get("state", ""))
    if state == "shadowed":
        return differing(cell.get("fields", ())) if cell.get("compared") == "different" else ""
    reason = str(cell.get("reason", ""))
    if state in ("absent", "wins") or not reason or reason == state:
        return ""
    return str(lookup_words.of_reason(reason).cause)


def differing(places: Sequence[str]) -> str:
    words = [str(FIELDS[name]) for name in dict.fromkeys(map(field_of, places)) if name in FIELDS]
    return ngettext("%(fields)s differs", "%(fields)s differ", len(words)) % {"fields": listed(words)} if words else ""


def listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
