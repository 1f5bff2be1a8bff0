"""Who is to mend what: from the tags of a secret, or assigned by hand, which counts for more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone

from secretsui.access.door import Person
from secretsui.audits import deciding
from secretsui.audits.models import FindingEvent, StoredFinding
from secretsui.core.rules.estate import Estate, Secret
from secretsui.core.rules.options import DEFAULTS
from secretsui.inventory.clean import fit
from secretsui.inventory.models import ResolvedRow, SecretRecord


def by_tags(estate: Estate) -> Mapping[str, str]:
    """The owner of every secret and id that has one, by ref. That of an id is the owner of the secret that wins."""
    found = {secret.ref: owner for secret in estate.secrets if (owner := _tagged(secret, estate))}
    rows = ResolvedRow.objects.exclude(owner="").order_by()
    for deployment, kind, key, owner in rows.values_list("deployment__name", "kind", "key", "owner"):
        found.setdefault(f"id:{deployment}/{kind}/{key}", owner)
    return found


def _tagged(secret: Secret, estate: Estate) -> str:
    return owner_of(secret.tags, estate.options.owner_tags)


def owner_of(tags: Mapping[str, str], names: Sequence[str] = DEFAULTS.owner_tags) -> str:
    """By the first of the names that says something, in whatever case it is written."""
    given = {name.lower(): value.strip() for name, value in tags.items()}
    return next((given[name] for name in names if given.get(name)), "")


def assign(person: Person, finding: StoredFinding, owner: str) -> None:
    """By hand; "" gives it back to whom the tags name. Raises `policy.NotVisible`, or `policy.Refused`."""
    owner, by = fit(StoredFinding, "owner", " ".join(owner.split())), person.user.get_username()
    with deciding.recorded(person, finding, "assign"):
        finding.owner, finding.assigned_by = (owner, by) if owner else (_from_tags(finding), "")
        finding.save(update_fields=["owner", "assigned_by"])
        FindingEvent.objects.create(
            finding=finding,
            what=FindingEvent.What.ASSIGNED,
            at=timezone.now(),
            by=by,
            user_id=person.user.pk,
            detail=finding.owner,
        )


def _from_tags(finding: StoredFinding) -> str:
    if finding.prefix_id:
        record = SecretRecord.objects.filter(prefix=finding.prefix_id, name=finding.name).only("tags").first()
        return fit(StoredFinding, "owner", owner_of(record.tags)) if record else ""
    rows = ResolvedRow.objects.filter(deployment=finding.deployment_id, kind=finding.kind, key=finding.name)
    return rows.exclude(owner="").values_list("owner", flat=True).first() or ""
