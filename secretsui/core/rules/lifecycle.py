"""Rules about how secrets age: unused, unchanged, expiring, left behind, written too often, grown too large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from secretsui.core.findings import Rule
from secretsui.core.rules.alive import (
    NO_DETAILS,
    NOT_READ,
    alive,
    holds_credential,
    of_secrets_manager,
    passed,
    readable,
    said,
)
from secretsui.core.rules.estate import Estate, Secret, Subject
from secretsui.core.rules.lifecycle_rules import ALL
from secretsui.core.rules.outcome import PASSED, Check, Failed, Outcome, Unchecked
from secretsui.core.rules.promotion import only_here
from secretsui.core.rules.traits import Traits

Outcomes = Iterator[tuple[Subject, Outcome]]

# Of a value, in bytes. Parameters hold twice that at a price.
SIZES: Final[Mapping[str, int]] = {
    "secrets-manager": 65_536,
    "parameter-store": 4096,
    "google": 65_536,
    "azure": 25_600,
}
_ADVANCED_PARAMETER: Final = 8192
# AWS wants no more than one write in ten minutes, if it goes on.
_OFTEN: Final = timedelta(hours=1)
_MANY: Final = 7
_LATELY: Final = timedelta(days=30)


def unused(estate: Estate) -> Outcomes:
    """R-60. `accessed_at` leaves out our own reading."""
    limit = estate.now - timedelta(days=estate.options.unused_days)
    for secret in of_secrets_manager(estate):
        last = secret.accessed_at or secret.created_at
        if last is None:
            yield secret, Unchecked("no-dates")
        elif last >= limit:
            yield secret, passed(secret)
        else:
            yield secret, Failed("unused" if secret.accessed_at else "never-used", facts={"since": _day(last)})


def unchanged(estate: Estate) -> Outcomes:
    """R-61. The age is that of the version: tags move `changed_at` too."""
    limit = estate.now - timedelta(days=estate.options.unchanged_days)
    for secret in alive(estate):
        missed = _missed(secret, estate.now)
        if missed:
            yield secret, Failed("rotation-failed", facts={"due": _day(missed)}, severity="high")
        if not holds_credential(secret):
            continue
        if secret.made_at is None:
            yield secret, Unchecked("no-dates")
        elif secret.made_at < limit:
            facts = {"since": _day(secret.made_at), "rotation": "on" if secret.rotation else "off"}
            yield secret, Failed("unchanged", facts=facts)
        elif not missed:
            yield secret, passed(secret)


def _missed(secret: Secret, now: datetime) -> datetime | None:
    """The rotation that should have been. The whole day on which it falls due is left to it."""
    due = secret.next_rotation_at
    return due if secret.rotation and due is not None and due.date() < now.date() else None


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def old_key(estate: Estate) -> Outcomes:
    """R-63."""
    for secret in of_secrets_manager(estate):
        keys = secret.details.version_keys
        if keys is None:
            yield secret, Unchecked(NO_DETAILS)
            continue
        mine = {_key_id(key) for key in keys.get(secret.version_id, ())}
        others = [version for version in keys if version != secret.version_id]
        left = [version for version in others if not mine & {_key_id(key) for key in keys[version]}]
        if mine and left:
            yield secret, Failed("old-key", facts={"versions": len(left)})
        elif others and not mine:
            yield secret, Unchecked("no-key")
        else:
            yield secret, passed(secret)


def _key_id(key: str) -> str:
    """Of an ARN, the end."""
    return key.rpartition("/")[2]


def untagged(estate: Estate) -> Outcomes:
    """R-75. A stage is also told by the deployments that look there."""
    options = estate.options
    for secret in alive(estate) if options.requires_tags else ():
        if secret.owning_service or not secret.scope.has_tags:
            continue  # its service alone may tag it, or nobody
        if not secret.is_described:
            yield secret, Unchecked(NO_DETAILS)
            continue
        names = {name.casefold() for name, value in secret.tags.items() if value.strip()}
        missing = [] if names.intersection(options.owner_tags) else [Failed("no-owner", "tags")]
        if not secret.scope.environment and not names.intersection(options.environment_tags):
            missing.append(Failed("no-environment", "tags"))
        yield from said(secret, missing)


def expiring(estate: Estate) -> Outcomes:
    """R-76. By a tag, or by what a certificate or token in the value says."""
    for secret, traits in readable(estate):
        outcomes = [*_by_tag(secret, estate), *_by_value(traits, estate)]
        yield from said(secret, [each for each in outcomes if each != PASSED])


def _by_tag(secret: Secret, estate: Estate) -> Iterator[Outcome]:
    for name, value in secret.tags.items():
        if name.casefold() in estate.options.expiry_tags and value.strip():
            try:
                day = _date(value.strip())
            except ValueError:
                yield Unchecked("no-date")
            else:
                yield _until(day, "tags", estate)


def _by_value(traits: Traits | Unchecked, estate: Estate) -> Iterator[Outcome]:
    if isinstance(traits, Unchecked):
        yield traits
        return
    for field, day in traits.expires.items():
        yield _until(_date(day), field, estate)


def _date(text: str) -> date:
    moment = datetime.fromisoformat(text)
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()


def _until(day: date, field: str, estate: Estate) -> Outcome:
    left = (day - estate.now.astimezone(UTC).date()).days
    if left < 0:
        return Failed("expired", field, facts={"on": day.isoformat()})
    if left <= estate.options.expires_within_days:
        return Failed("expires-soon", field, facts={"on": day.isoformat()}, severity="medium")
    return PASSED


def replicas(estate: Estate) -> Outcomes:
    """R-77."""
    for secret in of_secrets_manager(estate):
        if secret.primary_region not in ("", secret.scope.region):
            continue  # is a replica itself
        known = secret.details.replicas
        if known is None:
            yield secret, Unchecked(NO_DETAILS)
        elif known:
            yield from said(secret, _out_of_step(known))


def _out_of_step(replicas: Sequence[tuple[str, str]]) -> Iterator[Outcome]:
    for region, status in replicas:
        if status == "Failed":
            yield Failed("replica-failed", region, facts={"region": region})
        elif status != "InSync":
            yield Unchecked("replicating")


def written_often(estate: Estate) -> Outcomes:
    """R-78."""
    for secret in of_secrets_manager(estate):
        if secret.details.writes is None:
            yield secret, Unchecked(NO_DETAILS)
            continue
        writes = sorted(each for each in secret.details.writes if estate.now - each <= _LATELY)
        busy = [first for first, last in zip(writes, writes[_MANY - 1 :], strict=False) if last - first < _OFTEN]
        if busy:
            yield secret, Failed("often", facts={"on": _day(busy[-1]), "writes": len(writes)})
        else:
            yield secret, passed(secret)


def near_size(estate: Estate) -> Outcomes:
    """R-79."""
    for secret in alive(estate):
        limit = SIZES.get(secret.scope.store)
        if limit is None or secret.form == "binary":
            continue
        if secret.traits is None:
            yield secret, Unchecked(secret.read_error or NOT_READ)
            continue
        size = secret.traits.size
        if secret.scope.store == "parameter-store" and size > limit:
            limit = _ADVANCED_PARAMETER
        is_near = size >= estate.options.near_size * limit
        yield secret, Failed("near-limit", facts={"limit": limit}) if is_near else passed(secret)


RULES: Final[Mapping[str, Rule]] = {rule.id: rule for rule in ALL}
CHECKS: Final[Mapping[str, Check]] = {
    "R-60": unused,
    "R-61": unchanged,
    "R-63": old_key,
    "R-68": only_here,
    "R-75": untagged,
    "R-76": expiring,
    "R-77": replicas,
    "R-78": written_often,
    "R-79": near_size,
}
