"""The rules about names of secrets that are almost where Airflow looks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from secretsui.core.backends.secrets_manager import SecretsManager
from secretsui.core.near import distance_up_to
from secretsui.core.rules.estate import Estate, Secret, Subject
from secretsui.core.rules.indexes import by_place, once
from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from secretsui.core.rules.readings import Reading, Where, each_deployment, readings_at

_MOST: Final = 2  # letters that two prefixes may differ in to be taken for one


class Looked(NamedTuple):
    """How names begin that are looked up in one account and region, longest first; `unknown`: there are others."""

    starts: Sequence[str]
    seps: Sequence[str]
    unknown: str = ""

    def start_of(self, name: str) -> str | None:
        return next((start for start in self.starts if name.startswith(start)), None)


Judge = Callable[[Looked, str], Outcome | None]


def _each_secret(estate: Estate, judge: Judge) -> Iterator[tuple[Subject, Outcome]]:
    """Of accounts in which somebody looks; where it is not known who looks for what, nothing is held against a name."""
    for where, looked in _looked(estate).items():
        if looked.starts or looked.unknown:
            for secret in by_place(estate).get(where, {}).values():
                yield from _of_secret(looked, secret, judge)


def _of_secret(looked: Looked, secret: Secret, judge: Judge) -> Iterator[tuple[Subject, Outcome]]:
    outcome = judge(looked, secret.name) if secret.deleted_at is None else None
    if outcome is not None:
        is_open = looked.unknown and isinstance(outcome, Failed)
        yield secret, Unchecked(looked.unknown) if is_open else outcome


@once
def _looked(estate: Estate) -> Mapping[Where, Looked]:
    return {where: _of_readings(found) for where, found in readings_at(estate).items()}


def _of_readings(found: Sequence[Reading]) -> Looked:
    starts = sorted({start for each in found for start in each.starts.values()}, key=lambda start: (-len(start), start))
    seps = dict.fromkeys(str(each.source.sep) for each in found if each.source)
    return Looked(starts, [sep for sep in seps if sep], next((each.unknown for each in found if each.unknown), ""))


def near_a_prefix(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    known: dict[tuple[int, str], Outcome | None] = {}

    def judge(looked: Looked, name: str) -> Outcome | None:
        if looked.start_of(name) is not None:
            return PASSED
        if _is_untidy(looked, name):
            return None
        for sep in looked.seps:
            folder = id(looked), name.rpartition(sep)[0] + sep
            if folder not in known:
                known[folder] = _near(looked, name, sep)
            if known[folder]:
                return known[folder]
        return None

    return _each_secret(estate, judge)


def _is_untidy(looked: Looked, name: str) -> bool:
    """For other rules to tell."""
    return name.startswith("/") or any(sep * 2 in name for sep in looked.seps)


def _near(looked: Looked, name: str, sep: str) -> Outcome | None:
    for start in looked.starts:
        depth = start.count(sep)
        head = "".join(part + sep for part in name.split(sep)[:-1][:depth])
        limit = min(_MOST, len(start) // 3)
        if head == start.lstrip("/"):
            continue  # R-14 tells of the slash
        if depth and head and distance_up_to(limit, head.lower(), start.lower()) is not None:
            return Failed("near-prefix", facts={"prefix": start.removesuffix(sep)})
    return None


def leading_slash(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    """Parameter Store puts a slash in front; Secrets Manager takes a name as it is."""
    yield from _each_secret(estate, _slash)
    yield from each_deployment(estate, _slashes)


def _slashes(estate: Estate, reading: Reading) -> Iterator[Outcome]:
    if isinstance(reading.source, SecretsManager) and reading.where:
        for start in dict.fromkeys(reading.starts.values()):
            is_wrong = start.startswith("/") and _is_without(estate, reading.where, start)
            yield Failed("slash-in-prefix", reading.column, facts={"prefix": start}) if is_wrong else PASSED


def _slash(looked: Looked, name: str) -> Outcome | None:
    if looked.start_of(name):
        return PASSED
    if name.startswith("/") and looked.start_of(name.lstrip("/")):
        return Failed("leading-slash")
    return None


def _is_without(estate: Estate, where: Where, start: str) -> bool:
    names = [name for name, secret in by_place(estate).get(where, {}).items() if secret.deleted_at is None]
    bare = start.lstrip("/")
    return not any(name.startswith(start) for name in names) and any(name.startswith(bare) for name in names)


def stray_separator(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    yield from _each_secret(estate, _stray)
    yield from each_deployment(estate, _doubled)


def _stray(looked: Looked, name: str) -> Outcome | None:
    for sep in looked.seps:
        tidy = re.sub(f"(?:{re.escape(sep)})+", lambda _, sep=sep: sep, name)  # type: ignore[misc]
        if not looked.start_of(tidy):
            continue
        if name.endswith(sep):
            return Failed("separator-at-end")
        if tidy != name:
            return Failed("double-separator")
        return PASSED
    return None


def _doubled(_estate: Estate, reading: Reading) -> Iterator[Outcome]:
    """Airflow takes separators off the end of its own prefixes, and the shared backend not of its shared one."""
    if reading.source is None:
        yield Unchecked(reading.unknown)
        return
    sep = str(reading.source.sep)
    for start in dict.fromkeys(reading.starts.values()):
        is_doubled = sep != "" and sep * 2 in start
        yield Failed("double-separator-in-prefix", reading.column, facts={"prefix": start}) if is_doubled else PASSED


def deeper_path(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    return _each_secret(estate, _deeper)


def _deeper(looked: Looked, name: str) -> Outcome | None:
    start = looked.start_of(name)
    if not start or _stray(looked, name) != PASSED:
        return None
    depth = max((name.removeprefix(start).count(sep) for sep in looked.seps if start.endswith(sep)), default=0)
    facts: dict[str, Any] = {"prefix": start, "levels": depth}
    return Failed("deeper", facts=facts) if depth else PASSED
