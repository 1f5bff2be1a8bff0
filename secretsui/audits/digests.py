"""What one message tells: which findings of which audit, and what has changed since the last one to that address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from secretsui.access import policy
from secretsui.audits import recipients
from secretsui.audits.models import Audit, Delivery, Part, Recipient, StoredFinding
from secretsui.inventory.models import Account, Deployment, LayerPlace

RANKS: Final = {severity: rank for rank, severity in enumerate(StoredFinding.Severity.values)}
ENDED: Final = (Audit.State.DONE, Audit.State.PARTIAL, Audit.State.FAILED)
TOLD: Final = (Delivery.State.SENT, Delivery.State.UNSURE)
ENDING: Final = timedelta(days=30)
NAG: Final = "nag:"
TODAY: Final = timedelta(hours=20)

Findings = QuerySet[StoredFinding]


@dataclass(frozen=True, slots=True)
class Line:
    deployment: Deployment
    conflicts: int
    open: int
    new: int
    fixed: int


@dataclass(frozen=True, slots=True)
class Contents:
    """`new` are open findings that the address has not heard of, or that opened again; the others are `still_open`."""

    recipient: Recipient
    address: str
    audit: Audit
    previous: Audit | None
    is_nag: bool
    today: date
    new: Findings
    still_open: Findings
    fixed: Findings
    accepted: Findings
    ending: Findings
    gaps: Sequence[str]
    lines: Sequence[Line]

    @property
    def is_complete(self) -> bool:
        return self.audit.state == Audit.State.DONE and not self.audit.gaps

    @property
    def since(self) -> datetime | None:
        return self.previous.finished_at if self.previous else None


def newest(recipient: Recipient) -> Audit | None:
    """The last audit of its schedule that has ended: what every message is about."""
    ended = Audit.objects.filter(schedule=recipient.schedule_id, state__in=ENDED, finished_at__isnull=False)
    return ended.select_related("schedule__task__crontab").first()


def contents(recipient: Recipient, address: str, audit: Audit, period: str = "") -> Contents:
    previous = _previous(recipient, address, audit, period)
    since = (previous.finished_at if previous else None) or audit.queued_at
    today = timezone.now().date()
    everything = extent(recipient, address, audit)
    accepted = Q(accepted_until__gte=today)
    found = everything.filter(status=StoredFinding.Status.OPEN)
    is_open = found.exclude(accepted)
    # Its facts may be from before the last message, though the audit that told of them ended after it.
    told_since = Q(changed_in__finished_at__gt=since)
    is_new = Q(first_seen_at__gt=since) | Q(reopened_at__gt=since) | told_since
    if is_nag := period.startswith(NAG):
        is_open = is_open.filter(severity=StoredFinding.Severity.CRITICAL)
    fixed = everything.filter(Q(fixed_at__gt=since) | told_since, status=StoredFinding.Status.FIXED)
    new = is_open.filter(is_new)
    return Contents(
        recipient=recipient,
        address=address,
        audit=audit,
        previous=previous,
        is_nag=is_nag,
        today=today,
        new=new,
        still_open=is_open.exclude(is_new),
        fixed=fixed,
        accepted=found.filter(accepted),
        ending=found.filter(accepted, accepted_until__lte=today + ENDING).order_by("accepted_until"),
        gaps=_gaps(recipient, audit),
        lines=_lines(is_open, new, fixed),
    )


def is_worth_sending(told: Contents) -> bool:
    if told.is_nag:
        return (told.new.exists() or told.still_open.exists()) and not _was_told_today(told)
    changed = told.new.exists() or told.fixed.exists()
    if told.recipient.kind == Recipient.Kind.OWNER:
        return changed or (told.still_open.exists() and not told.recipient.only_changes)
    if told.recipient.kind == Recipient.Kind.GROUP and not _sees_any(told):
        return False
    before = told.previous.state if told.previous else Audit.State.DONE
    return changed or not told.recipient.only_changes or told.audit.state != before


def _was_told_today(told: Contents) -> bool:
    """By a message that names them anyway."""
    lately = Delivery.objects.filter(claimed_at__gt=timezone.now() - TODAY, state__in=TOLD)
    regular = lately.exclude(period__startswith=NAG)
    return regular.filter(recipient=told.recipient, address=told.address).exists()


def extent(recipient: Recipient, address: str, audit: Audit) -> Findings:
    """The findings that this address hears of, of whatever status."""
    parts = Part.objects.filter(audit=audit)
    covered = Q(prefix__in=parts.values("prefix")) | Q(deployment__in=parts.values("deployment"))
    found = StoredFinding.objects.filter(covered, rank__lte=RANKS[recipient.severity])
    if chosen := list(recipient.deployments.all()):
        found = found.filter(Q(deployment__in=chosen) | Q(Exists(_places(chosen)), deployment__isnull=True))
    if recipient.kind == Recipient.Kind.GROUP:
        found = found.filter(_visible(_member(recipient, address)))
    if recipient.kind == Recipient.Kind.OWNER:
        found = found.filter(owner__in=[name for name, known in recipients.owners().items() if known == address])
    return found.select_related("prefix__account", "deployment")


def _places(deployments: Sequence[Deployment]) -> QuerySet[LayerPlace]:
    """Where these deployments look: what is wrong with a secret there is theirs, too."""
    is_there = Q(region=OuterRef("prefix__region")) | Q(account__vendor=Account.Vendor.VAULT)
    return LayerPlace.objects.filter(is_there, deployment__in=deployments, account_id=OuterRef("prefix__account_id"))


def _member(recipient: Recipient, address: str) -> User | None:
    return User.objects.filter(groups=recipient.group_id, email=address, is_active=True).order_by("pk").first()


def _visible(user: User | None) -> Q:
    """A group's mail shows nobody what the product would not show them."""
    if user is None:
        return Q(pk__in=[])
    prefixes, deployments = policy.visible_prefixes(user), policy.visible_deployments(user)
    return Q(prefix__in=prefixes.values("pk")) | Q(deployment__in=deployments.values("pk"))


def _sees_any(told: Contents) -> bool:
    user = _member(told.recipient, told.address)
    return user is not None and Part.objects.filter(_visible(user), audit=told.audit).exists()


def _previous(recipient: Recipient, address: str, audit: Audit, period: str) -> Audit | None:
    """The audit of the message before this one; without a period, as for a preview, before the first of this audit."""
    told = Delivery.objects.filter(recipient=recipient, address=address, state__in=TOLD)
    told = told.filter(audit__lte=audit.pk).exclude(period=period) if period else told.filter(audit__lt=audit.pk)
    last = told.exclude(period__startswith=NAG).select_related("audit").order_by("-audit", "-id").first()
    return last.audit if last else None


def _gaps(recipient: Recipient, audit: Audit) -> Sequence[str]:
    """In words; to groups and owners only that there are some, since they may not see every prefix."""
    if recipient.kind in recipients.SEVERAL:
        return ()
    said = [str(gap.get("sentence") or "") for gap in audit.gaps]
    return [each for each in [audit.problem, *said] if each]


def _lines(is_open: Findings, new: Findings, fixed: Findings) -> Sequence[Line]:
    counted = [_by_deployment(each) for each in (is_open, new, fixed)]
    named = Deployment.objects.filter(pk__in=set().union(*counted)).order_by("name")
    return [Line(each, _conflicts(each), *(counts[each.pk] for counts in counted)) for each in named]


def _by_deployment(findings: Findings) -> Counter[int]:
    groups = findings.filter(deployment__isnull=False).order_by().values_list("deployment").annotate(Count("pk"))
    return Counter(dict(groups))


def _conflicts(deployment: Deployment) -> int:
    """Of the process that has most, as the overview counts them."""
    counted = (each.get("conflicts", {}) for each in deployment.summary.values())
    return max((each.get("different", 0) for each in counted), default=0)
