"""One finding as a row of a list: what it is about, where that is, since when, and what may be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from secretsui.access.models import Level
from secretsui.audits import words
from secretsui.audits.models import Audit, StoredFinding
from secretsui.web import conflict_subject, context, finding_states
from secretsui.web.vocabulary import Label


@dataclass(frozen=True, slots=True)
class FindingRow:
    finding: StoredFinding
    state: str
    may_decide: bool

    @property
    def label(self) -> Label:
        return finding_states.STATES[self.state]

    @property
    def name(self) -> str:
        """The id of a secret, without the prefix, which stands beside it."""
        finding = self.finding
        if finding.prefix and finding.name:
            return finding.name.removeprefix(finding.prefix.start)
        return finding.name or _("Everything")

    @property
    def where(self) -> str:
        finding = self.finding
        if finding.prefix:
            return f"{finding.prefix.account.name} {finding.prefix.path}"
        return finding.deployment.name if finding.deployment else ""

    @property
    def title(self) -> str:
        return words.title(self.finding)

    @property
    def evidence(self) -> str:
        return words.sentence(self.finding)

    @property
    def since(self) -> datetime | None:
        times = {"fixed": self.finding.fixed_at, "reopened": self.finding.reopened_at}
        return times.get(self.state, self.finding.first_seen_at)

    @property
    def can_be_accepted(self) -> bool:
        return self.may_decide and self.state not in ("fixed", "accepted")


def rows(request: HttpRequest, findings: Iterable[StoredFinding], of: Audit | None = None) -> Sequence[FindingRow]:
    """With the states that an audit gave them, or those of today."""
    found = list(findings)
    said: Mapping[int, str] = finding_states.said(of, found) if of else {}
    decided = _Decided(request)
    return [FindingRow(each, said.get(each.pk) or finding_states.today(each), decided.by(each)) for each in found]


class _Decided:
    """As `audits.deciding` has it, without a query for each."""

    def __init__(self, request: HttpRequest) -> None:
        self.prefixes = {each.pk for each in context.visible(request) if context.level(each) >= Level.WRITE}
        fixing = (each for each in conflict_subject.visible(request) if conflict_subject.may_fix(each))
        self.deployments = {each.pk for each in fixing}

    def by(self, finding: StoredFinding) -> bool:
        if finding.prefix_id:
            return finding.prefix_id in self.prefixes
        return finding.deployment_id in self.deployments


def url_of(finding: StoredFinding) -> str:
    """The page of what the finding is about, "" where it has none."""
    what, _colon, rest = finding.subject.partition(":")
    if finding.prefix and what == "secret":
        return reverse("secret", args=[finding.prefix.account.name, finding.prefix.address, finding.name])
    if finding.prefix:
        return f"{reverse('secrets')}?account={finding.prefix.account.name}&prefix={finding.prefix.pk}"
    if finding.deployment is None:
        return ""
    if what == "id":
        kind, _slash, key = rest.removeprefix(f"{finding.deployment.name}/").partition("/")
        return reverse("conflict", args=[finding.deployment.name, kind, key])
    return reverse("conflicts", args=[finding.deployment.name])
