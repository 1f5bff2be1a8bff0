"""Rules about credentials in values: the same in two places, weak, without an end, or where Airflow shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from secretsui.core.findings import Severity
from secretsui.core.prints import HIDDEN
from secretsui.core.rules.alive import alive, passed, readable, said
from secretsui.core.rules.estate import Estate, Secret, Subject
from secretsui.core.rules.indexes import once
from secretsui.core.rules.outcome import Failed, Outcome, Unchecked
from secretsui.core.rules.promotion import stage, stage_of
from secretsui.core.sensitive_names import is_masked, is_sensitive

Outcomes = Iterator[tuple[Subject, Outcome]]

MOST_RELATED: Final = 10
PRODUCTION: Final = "prod"
_BEFORE: Final = frozenset({"dev", "test", "stage", "int", "qa", "uat", "preprod", "sandbox"})
_ELSE: Final = "else"
_BEFORE_IT: Final = "before"
_GRAVE: Final = ("login", "common", "repeated")
_MORE_NAMES: Final = "AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES"


@once
def _holders(estate: Estate) -> Mapping[tuple[str, str], Mapping[str, None]]:
    """The refs of the secrets that hold a credential, by its fingerprint and their group, in order."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for secret in alive(estate):
        groups, ref = _groups(_stage(secret, estate)), secret.ref
        for _, seen in _credentials(secret):
            for group in groups:
                found[seen, group].add(ref)
    return {each: dict.fromkeys(sorted(refs)) for each, refs in found.items()}


def _groups(stage: str) -> Sequence[str]:
    """Production by itself, all else together, and of that the stages before it once more."""
    if stage == PRODUCTION:
        return (PRODUCTION,)
    return (_ELSE, _BEFORE_IT) if stage in _BEFORE else (_ELSE,)


def _credentials(secret: Secret) -> Iterator[tuple[str, str]]:
    """Which are set, and their fingerprints. A replica is no second secret."""
    if secret.primary_region not in ("", secret.scope.region):
        return
    fields = list(secret.traits.fields) if secret.traits else []
    if secret.kind == "variable" and is_sensitive(secret.key):
        fields = ["text"]
    for field in fields:
        seen = secret.prints.get(field, "")
        if seen and seen != HIDDEN:
            yield field, seen


def _stage(secret: Secret, estate: Estate) -> str:
    tags = {name.casefold(): value for name, value in secret.tags.items()}
    told = next((tags[name] for name in estate.options.environment_tags if tags.get(name)), "")
    return stage(told) or stage_of(secret.scope)


def repeated(estate: Estate) -> Outcomes:
    """R-66. What production shares with a stage before it is another rule's."""
    for secret, traits in readable(estate):
        if isinstance(traits, Unchecked):
            yield secret, traits
        elif list(_credentials(secret)):
            group = _groups(_stage(secret, estate))[0]
            yield from said(secret, _shared("repeated", secret, estate, group))


def _shared(code: str, secret: Secret, estate: Estate, group: str) -> Iterator[Failed]:
    """Each of its credentials that others of this group hold as well."""
    own = secret.ref
    for field, seen in _credentials(secret):
        refs = _holders(estate).get((seen, group), {})
        if others := len(refs) - (own in refs):
            related = list(islice((ref for ref in refs if ref != own), MOST_RELATED))
            yield Failed(code, field, facts={"others": others}, related=related)


def leaked_down(estate: Estate) -> Outcomes:
    """R-67."""
    for secret, traits in readable(estate):
        if _stage(secret, estate) != PRODUCTION:
            continue
        if isinstance(traits, Unchecked):
            yield secret, traits
        elif list(_credentials(secret)):
            yield from said(secret, _shared("same-as-before", secret, estate, _BEFORE_IT))


def long_lived_key(estate: Estate) -> Outcomes:
    """R-70."""
    for secret, traits in readable(estate, "connection", "variable"):
        if isinstance(traits, Unchecked):
            yield secret, traits
        else:
            found = [Failed(code, field) for field, code in traits.keys.items()]
            yield from said(secret, found)


def weak_password(estate: Estate) -> Outcomes:
    """R-71."""
    for secret, traits in readable(estate, "connection"):
        if isinstance(traits, Unchecked):
            yield secret, traits
        elif traits.weak or "password" in traits.fields:
            found = [Failed(why, field, severity=_gravity(why)) for field, why in traits.weak.items()]
            yield from said(secret, found)


def _gravity(why: str) -> Severity | None:
    return "high" if why in _GRAVE else None


def shown_variable(estate: Estate) -> Outcomes:
    """R-73."""
    words = _masked_too(estate)
    for secret, traits in readable(estate, "variable"):
        if is_masked(secret.key) or any(word in secret.key.lower() for word in words):
            yield secret, passed(secret)
        elif isinstance(traits, Unchecked):
            yield secret, traits
        else:
            found = [Failed(code, field) for field, code in traits.exposed.items()]
            yield from said(secret, found)


def _masked_too(estate: Estate) -> frozenset[str]:
    """The words that every deployment adds to those of Airflow."""
    added = [
        frozenset(
            word
            for each in (deployment.environ or {}).get(_MORE_NAMES, "").lower().split(",")
            if (word := each.strip())
        )
        for deployment in estate.deployments
    ]
    return frozenset.intersection(*added) if added else frozenset()


def shown_field(estate: Estate) -> Outcomes:
    """R-74."""
    for secret, traits in readable(estate, "connection"):
        if isinstance(traits, Unchecked):
            yield secret, traits
        else:
            found = [
                Failed(code, field, severity="medium" if code == "declared" else None)
                for field, code in traits.exposed.items()
            ]
            yield from said(secret, found)
