"""Rules about credentials in values: the same in two places, weak, without an end, or where Airflow shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

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
_GRAVE: Final = ("login", "common", "repeated")
_MORE_NAMES: Final = "AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES"


class Use(NamedTuple):
    """A credential, and the field of the secret that it stands in."""

    secret: Secret
    field: str
    stage: str


@once
def _uses(estate: Estate) -> Mapping[str, Sequence[Use]]:
    """By fingerprint."""
    found: dict[str, list[Use]] = defaultdict(list)
    for secret in alive(estate):
        for field, seen in _credentials(secret):
            found[seen].append(Use(secret, field, _stage(secret, estate)))
    return found


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
            continue
        is_production = _stage(secret, estate) == PRODUCTION
        alike = {
            field: [use.secret.ref for use in uses if (use.stage == PRODUCTION) == is_production]
            for field, uses in _others(secret, estate)
        }
        failed = [_shared("repeated", field, refs) for field, refs in alike.items() if refs]
        if alike:
            yield from said(secret, failed)


def _others(secret: Secret, estate: Estate) -> Iterator[tuple[str, list[Use]]]:
    """Who else uses each of its credentials."""
    for field, seen in _credentials(secret):
        yield field, [use for use in _uses(estate)[seen] if use.secret is not secret]


def _shared(code: str, field: str, refs: Sequence[str]) -> Failed:
    others = sorted(set(refs))
    return Failed(code, field, facts={"others": len(others)}, related=others[:MOST_RELATED])


def leaked_down(estate: Estate) -> Outcomes:
    """R-67."""
    for secret, traits in readable(estate):
        if _stage(secret, estate) != PRODUCTION:
            continue
        if isinstance(traits, Unchecked):
            yield secret, traits
            continue
        lower = {
            field: [use.secret.ref for use in uses if use.stage in _BEFORE] for field, uses in _others(secret, estate)
        }
        failed = [_shared("same-as-before", field, refs) for field, refs in lower.items() if refs]
        if lower:
            yield from said(secret, failed)


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
