"""The connection types that Airflow's providers know, read from data files on first use."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache

from secretsui.core import catalogue_overlay
from secretsui.core.catalogue_files import FOLDER, Distribution, read_all
from secretsui.core.conn_type import FORMATS, KINDS, STANDARD, ConnType, Field, Kind, Standard

__all__ = [
    "FORMATS", "KINDS", "STANDARD", "ConnType", "Distribution", "Field", "Kind", "Standard",
    "all_types", "by_type", "distributions", "find", "near", "normalise", "offered_types", "search",
]  # fmt: skip


@cache
def distributions() -> Sequence[Distribution]:
    return tuple(read_all())


@cache
def all_types() -> Sequence[ConnType]:
    """By name, as a list shows them."""
    return _in_order(each for distribution in distributions() for each in distribution.types)


def offered_types() -> Sequence[ConnType]:
    """With those that the Airflow has whose forms are laid over the catalogue, as it has them."""
    laid = catalogue_overlay.current()
    return _in_order({**by_type(), **laid.types}.values()) if laid else all_types()


def _only_laid() -> Sequence[ConnType]:
    return [each for each in offered_types() if each.conn_type not in by_type()] if catalogue_overlay.current() else []


def _in_order(types: Iterable[ConnType]) -> Sequence[ConnType]:
    return tuple(sorted(types, key=lambda each: (each.name.casefold(), each.conn_type)))


@cache
def by_type() -> Mapping[str, ConnType]:
    return {each.conn_type: each for each in all_types()}


def normalise(conn_type: str) -> str:
    """As Airflow does to the scheme of a URI."""
    return "postgres" if conn_type == "postgresql" else conn_type.replace("-", "_")


def find(conn_type: str) -> ConnType | None:
    """As the Airflow has it whose forms are laid over the catalogue, if any are."""
    laid, name = catalogue_overlay.current(), normalise(conn_type)
    return (laid.types.get(name) if laid else None) or by_type().get(name)


@cache
def _spoken() -> Mapping[str, Mapping[str, str]]:
    """`names`: what people and old releases call a type. `words`: what else is looked for when a type is meant."""
    spoken: Mapping[str, Mapping[str, str]] = json.loads((FOLDER / "spoken" / "names.json").read_bytes())
    return spoken


def near(conn_type: str) -> ConnType | None:
    """Which type is meant by one that no provider has: an old name, another tool's word, a slip of the keyboard."""
    if find(conn_type):
        return None
    for spelling in _spellings(conn_type):
        if known := find(spelling) or find(_named().get(_squeezed(spelling), "")):
            return known
    close = get_close_matches(_squeezed(conn_type), _named(), n=1, cutoff=0.85)
    return find(_named()[close[0]]) if close else None


def _spellings(conn_type: str) -> Iterator[str]:
    """Itself, then without a driver: mssql+pyodbc, jdbc:postgresql."""
    lowered = conn_type.strip().lower()
    yield lowered
    yield from re.split(r"[+:]", lowered)[:1]


@cache
def _named() -> Mapping[str, str]:
    spoken = {_squeezed(name): meant for name, meant in _spoken()["names"].items()}
    shown = {_squeezed(each.name): each.conn_type for each in all_types()}
    return {**spoken, **shown, **{_squeezed(each.conn_type): each.conn_type for each in all_types()}}


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def search(words: str) -> Sequence[ConnType]:
    """Those that have every word in type, name, provider or a word that people use for it, the best first."""
    wanted = words.casefold().split()
    if not wanted:
        return offered_types()
    meant = _named().get(_squeezed(words))
    scores = {each.conn_type: _score(each, wanted) for each in all_types()}
    found = [each for each in all_types() if each.conn_type == meant or None not in scores[each.conn_type]]
    found.sort(key=lambda each: (each.conn_type != meant, sum(score or 0 for score in scores[each.conn_type])))
    found += [
        each for each in _only_laid() if all(word in f"{each.conn_type} {each.name}".casefold() for word in wanted)
    ]
    likely = near(words) if not found else None
    return [likely] if likely else found


def _score(conn_type: ConnType, wanted: Sequence[str]) -> Sequence[int | None]:
    tiers = _tiers(conn_type.conn_type)
    return [next((rank for rank, tier in enumerate(tiers) if tier(word)), None) for word in wanted]


@cache
def _tiers(conn_type: str) -> Sequence[Callable[[str], bool]]:
    """Ways in which a word can stand for the type, from the surest to the loosest."""
    known = by_type()[conn_type]
    own = _words(f"{conn_type} {known.name}")
    names = {name for name, meant in _spoken()["names"].items() if meant == conn_type}
    others = _words(f"{known.provider} {' '.join(names)} {_spoken()['words'].get(conn_type, '')}")
    text = f"{conn_type} {known.name}".casefold()
    return (
        lambda word: word == conn_type or word in names,
        lambda word: word in own,
        lambda word: conn_type.startswith(word) or known.name.casefold().startswith(word),
        lambda word: any(each.startswith(word) for each in own),
        lambda word: any(each.startswith(word) for each in others),
        lambda word: word in text,
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", text.casefold()))
