"""The beginning of an audit: what it covers, who may ask for it, and the rows that claim it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from secretsui.access import events, policy
from secretsui.access.door import Job, Person
from secretsui.access.models import AccessEvent
from secretsui.audits import running
from secretsui.audits.models import Audit, Part, Schedule
from secretsui.inventory.models import Deployment, LayerPlace, Prefix

Row = TypeVar("Row", Deployment, Prefix)


class Busy(Exception):
    """One of the deployments is being audited: by `audit`, which may have ended meanwhile and then is None."""

    def __init__(self, deployments: Sequence[Deployment], audit: Audit | None) -> None:
        self.deployments, self.audit = deployments, audit
        names = ", ".join(each.name for each in deployments)
        super().__init__(_("An audit of %(names)s has not ended yet. Wait for it, or stop it.") % {"names": names})


class NothingToAudit(Exception):
    def __init__(self) -> None:
        super().__init__(_("There is no prefix and no deployment that could be audited."))


@dataclass(frozen=True, slots=True)
class Extent:
    deployments: Sequence[Deployment]
    prefixes: Sequence[Prefix]
    covers_all: bool


def start(
    actor: Person | Job,
    *,
    deployments: Iterable[Deployment] | None = None,
    prefixes: Iterable[Prefix] | None = None,
    trigger: str,
    schedule: Schedule | None = None,
) -> Audit:
    """A new audit, whose parts are sent when the transaction commits.

    With neither deployments nor prefixes it covers everything that the actor may see. Raises `policy.NotVisible` where
    they chose what they may not see, `Busy` or `NothingToAudit`.
    """
    audit = create(actor, deployments=deployments, prefixes=prefixes, trigger=trigger, schedule=schedule)
    transaction.on_commit(partial(running.advance, audit.pk))
    return audit


def create(
    actor: Person | Job,
    *,
    deployments: Iterable[Deployment] | None = None,
    prefixes: Iterable[Prefix] | None = None,
    trigger: str,
    schedule: Schedule | None = None,
) -> Audit:
    """As `start`, but nothing is sent: for whoever reads and judges by themselves."""
    try:
        covered = extent(actor, deployments, prefixes)
    except policy.NotVisible:
        _record(actor, AccessEvent.Outcome.REFUSED, None, "notvisible")
        raise
    if not covered.deployments and not covered.prefixes:
        raise NothingToAudit
    running.close_abandoned(timezone.now())
    try:
        with transaction.atomic():
            return _insert(actor, covered, trigger, schedule)
    except IntegrityError:
        raise _busy(covered.deployments) from None


def extent(actor: Person | Job, deployments: Iterable[Deployment] | None, prefixes: Iterable[Prefix] | None) -> Extent:
    """What would be covered. With a deployment come the prefixes in which its backends look, as far as the actor may
    list them: what Airflow finds there belongs to it.
    """
    seen, listed = _visible(actor)
    if deployments is None and prefixes is None:
        covers_all = seen.count() == Deployment.objects.count() and listed.count() == Prefix.objects.count()
        return Extent(list(seen), list(listed), covers_all)
    chosen = _chosen(seen, deployments or ())
    wanted = _chosen(listed, prefixes or ())
    below = [each for each in _looked_at(listed, chosen) if each not in wanted]
    return Extent(chosen, [*wanted, *below], covers_all=False)


def _visible(actor: Person | Job) -> tuple[QuerySet[Deployment], QuerySet[Prefix]]:
    if isinstance(actor, Job):
        return Deployment.objects.all(), Prefix.objects.all()
    return policy.visible_deployments(actor.user), policy.visible_prefixes(actor.user)


def _chosen(visible: QuerySet[Row], rows: Iterable[Row]) -> list[Row]:
    wanted = {row.pk for row in rows}
    found = list(visible.filter(pk__in=wanted))
    if len(found) < len(wanted):
        raise policy.NotVisible
    return found


def _looked_at(listed: QuerySet[Prefix], deployments: Sequence[Deployment]) -> Iterable[Prefix]:
    places = LayerPlace.objects.filter(deployment__in=deployments).values_list("account_id", "region").distinct()
    where = Q(pk__in=[])
    for account_id, region in places:
        where |= Q(account_id=account_id) & (Q(region=region) | Q(store_kind=Prefix.StoreKind.VAULT))
    return listed.filter(where)


def _insert(actor: Person | Job, covered: Extent, trigger: str, schedule: Schedule | None) -> Audit:
    user = actor.user if isinstance(actor, Person) and isinstance(actor.user, User) else None
    audit = Audit.objects.create(
        trigger=trigger, asked_by=user, schedule=schedule, covers_all=covered.covers_all, beat_at=timezone.now()
    )
    parts = [Part(audit=audit, prefix=each) for each in covered.prefixes]
    parts += [Part(audit=audit, deployment=each) for each in covered.deployments]
    Part.objects.bulk_create(parts)
    for part in parts:
        _record(actor, AccessEvent.Outcome.ALLOWED, part.prefix or part.deployment, f"audit {audit.pk}, {trigger}")
    return audit


def _busy(deployments: Sequence[Deployment]) -> Busy:
    held = Part.objects.filter(is_open=True, deployment__in=deployments).select_related("deployment", "audit")
    found = [(part.deployment, part.audit) for part in held if part.deployment]
    if not found:  # it has ended meanwhile
        return Busy(deployments, None)
    return Busy([deployment for deployment, _audit in found], found[0][1])


def _record(actor: Person | Job, outcome: AccessEvent.Outcome, place: events.Place | None, detail: str) -> None:
    events.append(actor.as_actor(), AccessEvent.Action.AUDIT, outcome, place=place, detail=detail)
