"""Which ids lead to what is stored under a name: the inverse of `Source.plan`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import singledispatch
from typing import Any, Final, NamedTuple

from secretsui.core.backends.azure import AzureKeyVault
from secretsui.core.backends.defaults import Environment
from secretsui.core.backends.google import GoogleSecretManager
from secretsui.core.backends.parameter_store import ParameterStore
from secretsui.core.backends.prefixes import joined
from secretsui.core.backends.secrets_manager import SecretsManager
from secretsui.core.backends.shared_account import SharedSecretsManager
from secretsui.core.backends.signatures import Teamless
from secretsui.core.backends.source import TEAM_SEP, Ask, Kind, Place, Source
from secretsui.core.backends.vault import Vault, squeezed
from secretsui.core.environment import CONNECTIONS, VARIABLES

NOTHING_KNOWN: Final[Mapping[Kind, Iterable[str]]] = {}
ENVIRONMENT_STARTS: Final[Mapping[Kind, str]] = {"connection": CONNECTIONS, "variable": VARIABLES}


class Stored(NamedTuple):
    """What is stored, as one question would ask for it."""

    kind: Kind
    name: str
    place: Place = "own"
    mount: str = ""
    version: str = ""


class Reverse:
    """Of one source, asked for one team.

    Where many ids become one name, as in the environment, it is the `known` ids that lead there; where none does, the
    most likely one.
    """

    def __init__(self, source: Source, known: Mapping[Kind, Iterable[str]] = NOTHING_KNOWN, team: str = "") -> None:
        self._source, self._team = source, team
        self._known: dict[Stored, list[str]] = {}
        for kind, ids in known.items():
            for secret_id in ids:
                for stored in self._asked(kind, secret_id):
                    self._known.setdefault(stored, []).append(secret_id)

    def ids(self, stored: Stored) -> Sequence[str]:
        """The first is the one to show. None where no lookup leads there."""
        stored = self._spelt(stored)
        if known := self._known.get(stored):
            return known
        guesses = dict.fromkeys(_guesses(self._source, stored, self._team))
        return [guess for guess in guesses if stored in self._asked(stored.kind, guess)]

    def _asked(self, kind: Kind, secret_id: str) -> Iterator[Stored]:
        plan = self._source.plan(kind, secret_id, self._team)
        return (self._spelt(stored_of(kind, ask)) for ask in plan) if isinstance(plan, Sequence) else iter(())

    def _spelt(self, stored: Stored) -> Stored:
        """Key Vault does not tell capitals from small letters."""
        source = self._source.source if isinstance(self._source, Teamless) else self._source
        return stored._replace(name=stored.name.lower()) if isinstance(source, AzureKeyVault) else stored


def stored_of(kind: Kind, ask: Ask) -> Stored:
    return Stored(kind, ask.name, ask.place, ask.mount, ask.version)


@singledispatch
def _guesses(_source: Any, stored: Stored, _team: str) -> Iterable[str]:
    """What might lead there; each is tried before it is believed. Files, rows and objects are named by their ids."""
    return [stored.name]


@_guesses.register
def _(source: Teamless, stored: Stored, team: str) -> Iterable[str]:
    return _guesses(source.source, stored, team)


@_guesses.register
def _(source: SecretsManager, stored: Stored, team: str) -> Iterable[str]:
    return _behind(source.prefixes[stored.kind], source.sep, [stored.name], team)


@_guesses.register
def _(source: SharedSecretsManager, stored: Stored, team: str) -> Iterable[str]:
    if stored.place == "shared":
        return _without(joined(source.shared_prefix, source.sep, ""), [stored.name])
    return _behind(source.prefixes["connection"], source.sep, [stored.name], team)


@_guesses.register
def _(source: ParameterStore, stored: Stored, team: str) -> Iterable[str]:
    path = f"{stored.name}:{stored.version}" if stored.version else stored.name
    start = joined(source.prefixes[stored.kind], source.sep, "")
    return _of_team(list(_without(start, [path, path.removeprefix("/")])), source.sep, team)


@_guesses.register
def _(source: Vault, stored: Stored, team: str) -> Iterator[str]:
    paths = source.paths[stored.kind] or ()
    for each in paths if stored.kind == "config" else source.bases(paths, team):
        base = squeezed(each)
        names = [*_without(f"{base}/" if base else "", [stored.name])]
        names += ["/"] if stored.name == base else []  # of an id of slashes alone nothing is left
        yield from (name if source.mount else f"{stored.mount}/{name}" for name in names)


@_guesses.register
def _(source: GoogleSecretManager, stored: Stored, team: str) -> Iterable[str]:
    return _of_team(list(_without(joined(source.prefixes[stored.kind], source.sep, ""), [stored.name])), "", team)


@_guesses.register
def _(source: AzureKeyVault, stored: Stored, team: str) -> Iterable[str]:
    prefix = source.prefixes[stored.kind]
    start = joined(prefix, source.sep, "").replace("_", str(source.sep)) if prefix else ""
    rests = list(_without(start.lower(), [stored.name]))
    return _of_team(rests, "", team.replace("_", str(source.sep)).lower())


@_guesses.register
def _(_source: Environment, stored: Stored, team: str) -> Iterator[str]:
    start = ENVIRONMENT_STARTS.get(stored.kind, stored.name + "?")
    for rest in _without(start, [stored.name]):
        for name in (rest.removeprefix(f"_{team}___".upper()), rest) if team else (rest,):
            yield from (name.lower(), name)


def _behind(prefix: Any, sep: Any, names: Sequence[str], team: str) -> Iterable[str]:
    return _of_team(list(_without(joined(prefix, sep, ""), names) if prefix else names), str(sep), team)


def _without(start: str, names: Iterable[str]) -> Iterator[str]:
    return (name.removeprefix(start) for name in names if name.startswith(start))


def _of_team(rests: Sequence[str], sep: str, team: str) -> Iterator[str]:
    """What follows the mark of the team, where there is one, then as if it were for all."""
    marks = [f"{team}{TEAM_SEP}", f"{team}{sep}"] if team else []
    for rest in rests:
        yield from (rest.removeprefix(mark) for mark in marks if rest.startswith(mark))
    yield from rests
