"""How far an audit is, as one bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from secretsui.audits.models import Audit, Part


@dataclass(frozen=True)
class Progress:
    audit: Audit
    parts: Sequence[Part]

    @classmethod
    def of(cls, audit: Audit) -> Progress:
        return cls(audit, list(audit.parts.all()))

    @property
    def is_active(self) -> bool:
        return self.audit.state in Audit.ACTIVE

    @property
    def is_judging(self) -> bool:
        return self.audit.state == Audit.State.JUDGING

    @property
    def is_waiting(self) -> bool:
        return self.audit.state == Audit.State.QUEUED

    @cached_property
    def done(self) -> int:
        return sum(each.done for each in self.parts)

    @cached_property
    def total(self) -> int:
        """What is to be read as far as is known; never less than is done."""
        return sum(max(each.total, each.done) for each in self.parts)

    @property
    def parts_done(self) -> int:
        return sum(each.state not in (Part.State.QUEUED, Part.State.RUNNING) for each in self.parts)

    @property
    def percent(self) -> int:
        """By parts, since those that wait for their turn have not told how much they hold."""
        return 100 * self.parts_done // len(self.parts) if self.parts else 0

    @property
    def quarter(self) -> int:
        """Progress is read out in steps of 25 %."""
        return self.percent // 25
