"""What the sample company keeps in its accounts. `story/*.jsonl` tells it, one secret per line.

A line holds `value`, older values in `before` (oldest first), and how many days ago each was saved in `days`, with
`every` so many minutes between them; `times` repeats a value, `read` is the age of the last access, `about` the
description, and `broken` says what is wrong on purpose. `<<name>>` stands for a made-up credential, the same wherever
the name is the same, so that no line looks like a leaked one.

`key` is an alias, or "arn" for the ARN of the account's key; `keys` are those of each version, `policy` is the resource
policy, `replica` a region in which the copy failed, and `plants` are the rules that an audit is meant to find broken.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from secretsui.demo.accounts import HOME_REGION, SampleAccount

FOLDER: Final = Path(__file__).parent / "story"
DEPLOYMENTS: Final = FOLDER / "deployments"
ROLES: Final = FOLDER / "roles"
KINDS: Final[Mapping[str, str]] = {"connections": "connection", "variables": "variable", "config": "config"}
_CREDENTIAL: Final = re.compile(r"<<([a-z0-9-]+)(/slash)?>>")
_DAYS_FROM_NOW: Final = re.compile(r"[+-]\d+d")


@dataclass(frozen=True, slots=True)
class Saved:
    """One version: its value as text or bytes, and when it was saved."""

    version_id: str
    value: str | bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Sample:
    account: SampleAccount
    region: str
    name: str
    line: Mapping[str, Any]

    @property
    def folders(self) -> tuple[str, str]:
        root, folder = (*self.name.split("/"), "")[:2]
        return root, folder

    @property
    def is_of_airflow(self) -> bool:
        return self.folders[1] in KINDS

    @property
    def broken(self) -> str:
        """What is wrong with the value on purpose, "" where nothing is."""
        return str(self.line.get("broken", ""))

    def texts(self) -> Sequence[str | bytes]:
        """The values, oldest first."""
        if "binary" in self.line:
            return [hashlib.shake_256(self.name.encode()).digest(self.line["binary"])]
        values = (*self.line.get("before", []), self.line["value"])
        return [_text(value) * self.line.get("times", 1) for value in values]

    def versions(self, now: datetime) -> Sequence[Saved]:
        """The same ids at every start, so that an index made before needs no value read again."""
        return [
            Saved(self._version_id(number), value, self._at(now, days, number))
            for number, (value, days) in enumerate(zip(self.texts(), self.line["days"], strict=True))
        ]

    def tags(self, now: datetime) -> Mapping[str, str]:
        told = dict(pair.split("=", 1) for pair in self.line.get("tags", "").split())
        return {"env": self.account.environment, **{key: _date(value, now) for key, value in told.items()}}

    def accessed(self, now: datetime) -> datetime | None:
        days = self.line["read"]
        return None if days is None else now - timedelta(days=days)

    def _version_id(self, number: int) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.account.account_id}/{self.region}/{self.name}/{number}"))

    def _at(self, now: datetime, days: int, number: int) -> datetime:
        """Some minute of that day, so that a list by date has an order."""
        every = self.line.get("every")
        minutes = int(hashlib.sha256(f"{self.name}{'' if every else number}".encode()).hexdigest(), 16) % 600
        return now - timedelta(days=days, minutes=5 + minutes) + timedelta(minutes=number * (every or 0))


def samples(account: SampleAccount) -> Iterator[Sample]:
    for file in sorted(FOLDER.glob(f"{account.name}*.jsonl")):
        for line in file.read_text().splitlines():
            told = json.loads(line)
            yield Sample(account, told.get("region", HOME_REGION), told["name"], told)


def prefixes(account: SampleAccount) -> Iterator[tuple[str, str, str]]:
    """Region, path and kind of each place of the account that Airflow has secrets in."""
    found = {(each.region, *each.folders) for each in samples(account) if each.is_of_airflow}
    for region, root, folder in sorted(found):
        yield region, f"{root}/{folder}", KINDS[folder]


def told(file: Path) -> str:
    """What a file of the sample's deployments holds."""
    return _text(file.read_text())


def variables(name: str) -> Mapping[str, str]:
    """The variables of such an env file, which has one NAME=value per line."""
    lines = told(DEPLOYMENTS / name).splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return _CREDENTIAL.sub(lambda match: _credential(match[1], "/" if match[2] else ""), text)


def _credential(name: str, middle: str) -> str:
    digest = hashlib.sha256(f"a sample credential: {name}".encode()).hexdigest()
    return f"sample-{digest[:8]}{middle}{digest[8:16]}"


def _date(value: str, now: datetime) -> str:
    if not _DAYS_FROM_NOW.fullmatch(value):
        return value
    return (now + timedelta(days=int(value[:-1]))).date().isoformat()
