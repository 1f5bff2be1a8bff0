"""What an audit looked at, and what of it could not be seen: nothing unseen is ever taken for mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, Literal, NamedTuple

from secretsui.audits.models import Audit, Part, StoredFinding
from secretsui.core.findings import Rule
from secretsui.core.rules.estate import Deployment, Estate, Gap, Id, Scope, Secret, Subject
from secretsui.inventory import models

# A deployment may well have none of these, now and for ever: an audit without them is still complete.
NEVER_TOLD: Final = ("no-source", "no-report", "not-whole", "no-api")
LISTING: Final = "listing-failed"
OF_VALUES: Final = frozenset({"value", "lint", "traits", "prints"})


class Place(NamedTuple):
    """A prefix or a deployment, by its row."""

    of: Literal["prefix", "deployment"]
    id: int


class Sight:
    """`places` are those that the audit covers, by the refs that the rules know them by."""

    def __init__(self, audit: Audit, estate: Estate) -> None:
        self.parts = list(audit.parts.select_related("prefix__account", "deployment"))
        self.places = {ref(part): place for part in self.parts if (place := _place_of_part(part))}
        self.refs = {place: name for name, place in self.places.items()}
        self._failed = {ref(part): part.error or "failed" for part in self.parts if part.state == Part.State.FAILED}
        self._scopes = {scope.ref: scope for scope in estate.scopes}
        self._deployments = {each.ref: each for each in estate.deployments}
        self._lies_in = dict(_containers(estate))
        self._gaps = {(gap.subject, gap.what): gap.reason for gap in estate.gaps}

    def place(self, subject: Subject) -> Place | None:
        """Where it lies, None outside of what is covered."""
        return self.places.get(container(subject))

    def blind(self, place: Place) -> str:
        """Why nothing that is said of this place is of today, "" where it was read."""
        name = self.refs[place]
        scope = self._scopes.get(name)
        return self._failed.get(name, "") or (_unlisted(scope) if scope else "")

    def unseen(self, finding: StoredFinding, rule: Rule | None) -> str:
        """Why the silence of its rule proves nothing, "" where what it was about is gone or no longer so."""
        place = place_of(finding)
        if place is None or place not in self.refs:
            return "not-covered"
        if problem := self.blind(place) or self._lost(self.refs[place]):
            return problem
        return self.unread([finding.subject], rule) if finding.subject in self._lies_in else ""

    def unread(self, refs: Iterable[str], rule: Rule | None) -> str:
        """Why a rule about values cannot tell of these, "" where each was read or is gone."""
        if rule is None or OF_VALUES.isdisjoint(rule.inputs):
            return ""
        return next(filter(None, (self._gaps.get((ref, "value")) for ref in refs)), "")

    def _lost(self, name: str) -> str:
        """Why a layer of this deployment that was known once is not known today."""
        deployment = self._deployments.get(name)
        if deployment is None:
            return ""
        layers = (layer.problem for layer in deployment.layers if layer.as_of and layer.problem not in NEVER_TOLD)
        return next(filter(None, (*layers, *self._unlisted_below(deployment))), "")

    def _unlisted_below(self, deployment: Deployment) -> Iterator[str]:
        looked_at = set(deployment.places.values())
        for scope in self._scopes.values():
            if scope.as_of and scope.place in looked_at:
                yield _unlisted(scope)

    def covered(self, gaps: Iterable[Gap]) -> Iterator[tuple[Gap, str]]:
        """The gaps in what is covered, each with the ref of the place it lies in."""
        for gap in gaps:
            name = self._lies_in.get(gap.subject, gap.subject)
            if name in self.places:
                yield gap, name


def ref(part: Part) -> str:
    if part.prefix:
        return ref_of_prefix(part.prefix)
    return f"deployment:{part.deployment.name}" if part.deployment else ""


def ref_of_prefix(prefix: models.Prefix) -> str:
    return f"prefix:{prefix.account.name}/{prefix.address}/{prefix.path}"


def container(subject: Subject) -> str:
    if isinstance(subject, Secret):
        return subject.scope.ref
    return f"deployment:{subject.deployment}" if isinstance(subject, Id) else subject.ref


def place_of(finding: StoredFinding) -> Place | None:
    if finding.prefix_id:
        return Place("prefix", finding.prefix_id)
    return Place("deployment", finding.deployment_id) if finding.deployment_id else None


def _place_of_part(part: Part) -> Place | None:
    if part.prefix_id:
        return Place("prefix", part.prefix_id)
    return Place("deployment", part.deployment_id) if part.deployment_id else None


def _containers(estate: Estate) -> Iterator[tuple[str, str]]:
    subjects: tuple[Iterable[Subject], ...] = (estate.scopes, estate.secrets, estate.deployments)
    for subject in chain(*subjects, *(each.ids for each in estate.deployments)):
        yield subject.ref, container(subject)


def _unlisted(scope: Scope) -> str:
    """Not every value need have been read: the rules say of which they know nothing."""
    return scope.problem or ("" if scope.as_of else LISTING)
