"""What the linter is given, and what it answers: names and places, never a value of the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from secretsui.core.findings import Severity
from secretsui.core.rules.estate import Scope, Secret
from secretsui.core.rules.outcome import Failed
from secretsui.core.sensitive import Sensitive

Kind = Literal["connection", "variable", "setting"]


@dataclass(frozen=True, slots=True)
class Setting:
    """A variable that one process has; `value` is None where the text names it and does not tell what it is set to."""

    name: str
    kind: Kind
    value: Sensitive | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Stray:
    """A name that is nearly that of a setting."""

    name: str
    meant: str
    line: int


@dataclass(frozen=True, slots=True)
class Inventory:
    """Where the backend looks, and what is known to lie there and elsewhere.

    `ids` are those that a deployment is known to ask for, by kind; without them they are those that lie there.
    """

    now: datetime
    account: str
    region: str
    scopes: Sequence[Scope]
    secrets: Sequence[Secret]
    ids: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """`settings` are those of one process. `is_raw`: values stand in the text as they are, without quotes around them.

    No version counts as the newest.
    """

    text: Sensitive
    settings: Sequence[Setting]
    airflow: str = ""
    providers: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""
    strays: Sequence[Stray] = ()
    inventory: Inventory | None = None
    is_raw: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """Another text in the place of what stands from `start` to `end`. `shown` says it, where it holds no value."""

    start: int
    end: int
    text: Sensitive
    shown: str = ""

    def made_in(self, text: str) -> str:
        return text[: self.start] + self.text.reveal() + text[self.end :]


@dataclass(frozen=True, slots=True)
class Remark:
    """`line` and `column` are those of the pasted text, 0 where nothing in it can be pointed at.

    `setting` is the name of the variable that it is about, `kwarg` the part of it. `count` and `names` tell which ids
    or secrets of the inventory it is about.
    """

    rule: str
    failed: Failed
    severity: Severity
    setting: str = ""
    kwarg: str = ""
    line: int = 0
    column: int = 0
    count: int = 0
    names: Sequence[str] = ()
    edit: Edit | None = None

    @property
    def id(self) -> str:
        """The same for the same fault in the same text."""
        return ":".join((self.rule, self.failed.code, self.setting, self.kwarg, str(self.line), str(self.column)))


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Why a rule could not be judged."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """`passed` are the rules that were judged and have nothing to say."""

    remarks: Sequence[Remark]
    unjudged: Sequence[Unjudged]
    passed: Sequence[str]
