"""Who finds a secret: for each deployment that looks it up and that this person may see, whether it wins there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Final

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.core.prints import Prints
from secretsui.inventory.clean import storable
from secretsui.inventory.deployments import explaining
from secretsui.inventory.deployments.explained import Explained
from secretsui.inventory.deployments.explaining import Seen
from secretsui.inventory.models import Deployment, Prefix
from secretsui.inventory.sync import values
from secretsui.stores.base import Value
from secretsui.web import conflict_chain, conflict_subject, lookup_words
from secretsui.web.conflict_chain import Link
from secretsui.web.conflict_explain import told
from secretsui.web.connection_form import Composed
from secretsui.web.vocabulary import Label

WINS: Final = Label("circle-check", "ok", gettext_lazy("This secret wins"))
COMPARED: Final[Mapping[str, str | Promise]] = {
    "same": gettext_lazy("the same"),
    "different": gettext_lazy("different"),
    "cannot-tell": gettext_lazy("cannot be compared"),
}


@dataclass(frozen=True)
class Place:
    """One id of one deployment. `looks` says whose chain it is where the processes of Airflow do not find the same."""

    seen: Seen
    looks: str | Promise = ""

    @property
    def deployment(self) -> Deployment:
        return self.seen.deployment

    @property
    def explained(self) -> Explained:
        return self.seen.explained

    @property
    def label(self) -> Label:
        cell = self.explained.cells.get(self.seen.column, {})
        return WINS if cell.get("state") == "wins" else lookup_words.of_cell(cell)

    @property
    def words(self) -> str:
        if self.seen.shadows:
            return _("It hides %(places)s.") % {"places": conflict_chain.listed([*map(self._told, self.seen.shadows)])}
        if self.seen.wins:
            return _("No other place has a value.")
        if self.seen.shadowed_by:
            return _("%(place)s comes first, so this value is not used.") % {
                "place": self._title(self.seen.shadowed_by)
            }
        return lookup_words.verdict(self.explained.resolution, self._title(self.explained.winner))

    @property
    def links(self) -> Sequence[Link]:
        return conflict_chain.links(self.explained)

    def _told(self, column: str) -> str:
        compared = self.explained.cells[column].get("compared", "cannot-tell")
        return f"{self._title(column)} ({COMPARED[compared]})"

    def _title(self, column: str) -> str:
        return next((str(each.title) for each in self.explained.columns if each.id == column), "")


@dataclass(frozen=True)
class Winning:
    """Worked out when a template asks for it. With `unsaved`, as it will be with the new value in its place."""

    request: HttpRequest
    prefix: Prefix
    key: str
    unsaved: bool = False
    prints: Prints | None = None

    @cached_property
    def places(self) -> Sequence[Place]:
        if not self._is_looked_up:
            return []
        mine = {each.pk for each in conflict_subject.visible(self.request)}
        seen = [each for each in self._seen() if each.deployment.pk in mine] if mine else []
        return [place for _id, group in groupby(seen, _id_of) for place in _without_repetition(list(group))]

    @property
    def _is_looked_up(self) -> bool:
        is_a_name = 0 < len(self.key) <= conflict_subject.LONGEST and storable(self.key) == self.key
        return is_a_name and self.prefix.kind in conflict_subject.KINDS

    def _seen(self) -> Sequence[Seen]:
        if not self.unsaved:
            found = explaining.for_secret(self.prefix, self.key)
        else:
            found = explaining.before_saving(self.prefix, self.key, self.prefix.kind, self.prints)
        return sorted(found, key=_id_of)


def before_saving(request: HttpRequest, prefix: Prefix, key: str, composed: Composed | None) -> Winning:
    """`composed` is the whole value, None where only its being there is known."""
    return Winning(request, prefix, key, unsaved=True, prints=_prints(prefix, key, composed))


def _prints(prefix: Prefix, key: str, composed: Composed | None) -> Prints | None:
    if composed is None or composed.problem:
        return None
    known = values.learn(Value(prefix.name_of(key), "", composed.text), prefix.kind)
    return known.fingerprints if isinstance(known, values.Known) else None


def _id_of(seen: Seen) -> tuple[str, str, str]:
    return seen.deployment.name, seen.explained.kind, seen.explained.key


def _without_repetition(seen: Sequence[Seen]) -> Iterator[Place]:
    """Of processes that find the same, the one that people ask about."""
    if all(told(each.explained) == told(seen[0].explained) for each in seen):
        yield Place(seen[-1])
        return
    yield from (Place(each, lookup_words.PROCESSES[each.process]) for each in reversed(seen))
