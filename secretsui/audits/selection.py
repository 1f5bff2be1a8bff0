"""What a person sees: audits and findings of what they may see, narrowed by filters, in pages and in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any, Final, Self
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from secretsui.access import policy
from secretsui.access.policy import Anyone
from secretsui.audits.acceptance import accepted
from secretsui.audits.models import Audit, FindingEvent, Part, StoredFinding
from secretsui.audits.sight import ref_of_prefix
from secretsui.core.findings import SEVERITIES
from secretsui.inventory.models import Account, Deployment

PAGE_SIZE: Final = 50
# `open` is new, still and reopened together, without what is accepted.
STATES: Final = ("open", "new", "still", "reopened", "fixed", "accepted", "unchecked")
SORTS: Final[Mapping[str, Sequence[str]]] = {
    "severity": ("rank", "rule", "name", "id"),
    "name": ("name", "rank", "rule", "id"),
    "rule": ("rule", "rank", "name", "id"),
    "seen": ("first_seen_at", "rank", "id"),
}
NO_OWNER: Final = "-"
_SEVERAL: Final = ("state", "severity")
_ONE: Final = ("rule", "deployment", "prefix", "kind", "owner", "q", "sort")


@dataclass(frozen=True, slots=True)
class Filters:
    """Nothing given: all states but fixed and accepted, of every severity. What is not known is left out."""

    state: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    rule: str = ""
    deployment: str = ""  # by name: its own findings and those of the prefixes it looks at
    prefix: str = ""  # by id
    kind: str = ""
    owner: str = ""  # NO_OWNER: those without one
    q: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def parse(cls, query: Any) -> Self:
        """From a QueryDict."""
        one = {name: query.get(name, "").replace("\0", "").strip()[:300] for name in _ONE}
        one["sort"] = one["sort"] if one["sort"].removeprefix("-") in SORTS else ""
        page = query.get("page", "")
        return cls(
            state=tuple(each for each in STATES if each in query.getlist("state")),
            severity=tuple(each for each in SEVERITIES if each in query.getlist("severity")),
            page=max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 8 else 1,
            **one,
        )

    def query(self, **changes: Any) -> str:
        """The query string with these changes; another filter or order begins at page 1."""
        changed = replace(self, **({"page": 1} | changes))
        given = {name: getattr(changed, name) for name in self.__slots__}
        return urlencode({name: each for name, each in given.items() if each not in ("", (), 1)}, doseq=True)

    @property
    def active(self) -> Sequence[str]:
        """The names of the fields that narrow the list."""
        return [name for name in (*_SEVERAL, *_ONE) if name != "sort" and getattr(self, name)]


ALL: Final = Filters(state=STATES)


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[StoredFinding]
    number: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def has_next(self) -> bool:
        return self.number < self.pages

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * PAGE_SIZE + len(self.rows)


def findings(user: Anyone) -> QuerySet[StoredFinding]:
    """Those of prefixes that this person may list and of deployments that they may see."""
    prefixes = policy.visible_prefixes(user).order_by().values("pk")
    deployments = policy.visible_deployments(user).order_by().values("pk")
    return StoredFinding.objects.filter(Q(prefix__in=prefixes) | Q(deployment__in=deployments))


def finding(user: Anyone, fingerprint: str) -> StoredFinding:
    """Raises `policy.NotVisible`."""
    rows = findings(user).select_related("prefix__account", "deployment", "changed_in", "first_audit")
    found = rows.filter(fingerprint=fingerprint).first()
    if found is None:
        raise policy.NotVisible
    return found


def audits(user: Anyone) -> QuerySet[Audit]:
    """Those with a part that this person may see, those they asked for, and for an administrator all."""
    if policy.may_administer(user):
        return Audit.objects.all()
    seen = Part.objects.filter(audit=OuterRef("pk")).filter(
        Q(prefix__in=policy.visible_prefixes(user).order_by().values("pk"))
        | Q(deployment__in=policy.visible_deployments(user).order_by().values("pk"))
    )
    own = Q(asked_by=user.pk) if user.is_active else Q(pk__in=[])
    return Audit.objects.filter(own | Exists(seen))


def audit(user: Anyone, pk: int) -> Audit:
    """Raises `policy.NotVisible`."""
    found = audits(user).select_related("schedule", "asked_by").filter(pk=pk).first()
    if found is None:
        raise policy.NotVisible
    return found


def select(user: Anyone, filters: Filters, of: Audit | None = None) -> QuerySet[StoredFinding]:
    """In their order, worst first unless they say otherwise. `of` narrows to what an audit covered, and what was new,
    fixed or reopened is then what was so in it.
    """
    return chosen(findings(user), filters, of)


def chosen(found: QuerySet[StoredFinding], filters: Filters, of: Audit | None = None) -> QuerySet[StoredFinding]:
    """As `select`, of findings that somebody else has settled to be seen."""
    found = _narrowed(found if of is None else within(found, of), filters)
    states = filters.state or ("open",)
    return found.filter(reduce(or_, (_state(state, of) for state in states))).order_by(*_order(filters))


def page(user: Anyone, filters: Filters, of: Audit | None = None) -> Page:
    found = select(user, filters, of)
    total = found.count()
    number = min(filters.page, max(1, -(-total // PAGE_SIZE)))
    start = (number - 1) * PAGE_SIZE
    rows = found.select_related("prefix__account", "deployment")[start : start + PAGE_SIZE]
    return Page(list(rows), number, total)


def counts(user: Anyone, filters: Filters = ALL, of: Audit | None = None) -> Mapping[str, int]:
    """How many are in each state, whatever states the filters ask for."""
    found = _narrowed(findings(user) if of is None else within(findings(user), of), filters)
    return found.aggregate(**{state: Count("pk", filter=_state(state, of)) for state in STATES})


def severities(user: Anyone, filters: Filters = Filters(), of: Audit | None = None) -> Mapping[str, int]:
    """How many of the states asked for have each severity, worst first."""
    rows = select(user, replace(filters, severity=()), of).order_by().values_list("severity").annotate(n=Count("pk"))
    found = dict(rows)
    return {severity: found.get(severity, 0) for severity in SEVERITIES}


def owners(user: Anyone) -> Sequence[str]:
    """Of open findings, for a menu."""
    rows = findings(user).filter(status=StoredFinding.Status.OPEN).exclude(owner="")
    return list(rows.order_by("owner").values_list("owner", flat=True).distinct())


def within(found: QuerySet[StoredFinding], of: Audit) -> QuerySet[StoredFinding]:
    """Those of what the audit covered."""
    parts = Part.objects.filter(audit=of).order_by()
    return found.filter(
        Q(prefix__in=parts.exclude(prefix=None).values("prefix"))
        | Q(deployment__in=parts.exclude(deployment=None).values("deployment"))
    )


def gaps(user: Anyone, of: Audit) -> Sequence[Mapping[str, Any]]:
    """What the audit could not look at, of what this person may see."""
    seen, _ = _seen(user)
    return [gap for gap in of.gaps if gap["subject"] in seen or policy.may_administer(user)]


def parts(user: Anyone, of: Audit) -> Sequence[Part]:
    found = of.parts.select_related("prefix__account", "deployment")
    if policy.may_administer(user):
        return list(found)
    prefixes, deployments = policy.visible_prefixes(user).order_by(), policy.visible_deployments(user).order_by()
    return list(found.filter(Q(prefix__in=prefixes.values("pk")) | Q(deployment__in=deployments.values("pk"))))


def related(user: Anyone, finding: StoredFinding) -> tuple[Sequence[str], int]:
    """The refs of further subjects that this person may see, and how many others there are."""
    whole, starts = _seen(user)
    seen = [each for each in finding.related if each in whole or each.startswith(starts)]
    return seen, len(finding.related) - len(seen)


def _seen(user: Anyone) -> tuple[set[str], tuple[str, ...]]:
    """The refs of places that this person sees, and the beginnings of those of what lies in them."""
    prefixes = list(policy.visible_prefixes(user))
    names = policy.visible_deployments(user).values_list("name", flat=True)
    whole = {ref_of_prefix(each) for each in prefixes} | {f"deployment:{name}" for name in names}
    starts = [f"secret:{each.account.name}/{each.address}/{each.start}" for each in prefixes]
    return whole, (*starts, *(f"id:{name}/" for name in names))


def _narrowed(found: QuerySet[StoredFinding], filters: Filters) -> QuerySet[StoredFinding]:
    if filters.severity:
        found = found.filter(severity__in=filters.severity)
    exact = {"rule": filters.rule, "kind": filters.kind}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if filters.prefix:
        is_id = filters.prefix.isdecimal() and len(filters.prefix) < 19  # the database knows no longer ones
        found = found.filter(prefix=int(filters.prefix)) if is_id else found.none()
    if filters.deployment:
        found = found.filter(_of_deployment(filters.deployment))
    if filters.owner:
        found = found.filter(owner="" if filters.owner == NO_OWNER else filters.owner)
    for word in filters.q.split()[:10]:
        found = found.filter(Q(name__icontains=word) | Q(rule__iexact=word) | Q(owner__icontains=word))
    return found


def _of_deployment(name: str) -> Q:
    is_there = Q(places__region=OuterRef("prefix__region")) | Q(places__account__vendor=Account.Vendor.VAULT)
    looks_there = Deployment.objects.filter(is_there, name=name, places__account=OuterRef("prefix__account"))
    return Q(deployment__name=name) | Q(Exists(looks_there))


def _order(filters: Filters) -> Sequence[str]:
    first, *rest = SORTS[filters.sort.removeprefix("-") or "severity"]
    return [f"-{first}" if filters.sort.startswith("-") else first, *rest]


def _state(state: str, of: Audit | None) -> Q:
    """As of now; and where an audit is given, what it found new, open again or fixed."""
    on_record = Q(status=StoredFinding.Status.OPEN)
    is_accepted = accepted(timezone.localdate())
    if state == "fixed":
        return Q(status=StoredFinding.Status.FIXED) if of is None else _said(of, FindingEvent.What.FIXED)
    if state in ("accepted", "unchecked"):
        return Q(on_record & is_accepted) if state == "accepted" else Q(on_record & ~Q(unchecked=""))
    new, reopened = _lately() if of is None else _in(of)
    chosen: Mapping[str, Q] = {"open": Q(), "new": new, "reopened": reopened, "still": ~(new | reopened)}
    return Q(on_record & ~is_accepted & chosen[state])


def _lately() -> tuple[Q, Q]:
    """Seen for the first time, or for the first time again, when it was last seen."""
    new = Q(last_seen_at=F("first_seen_at"), reopened_at__isnull=True)
    return new, Q(reopened_at__isnull=False, last_seen_at=F("reopened_at"))


def _in(audit: Audit) -> tuple[Q, Q]:
    return _said(audit, FindingEvent.What.NEW), _said(audit, FindingEvent.What.REOPENED)


def _said(audit: Audit, what: FindingEvent.What) -> Q:
    told = FindingEvent.objects.filter(audit=audit, what=what).order_by()
    return Q(pk__in=told.values("finding"))
