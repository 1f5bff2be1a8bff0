"""The rules about the format of a value, over what was found when each secret was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from secretsui.core.findings import Finding
from secretsui.core.rules import format as formats
from secretsui.core.rules.alive import NOT_READ, seen
from secretsui.core.rules.estate import Deployment, Estate, Secret, Subject
from secretsui.core.rules.format_json import REMOVED_SETTINGS
from secretsui.core.rules.format_secret import SNOWFLAKE, unfit
from secretsui.core.rules.indexes import once
from secretsui.core.rules.outcome import PASSED, Check, Failed, Outcome, Unchecked
from secretsui.core.rules.reach_access import lookers
from secretsui.core.versions import numbers

RULES: Final = formats.RULES
Found = Mapping[str, Mapping[tuple[str, str], Failed]]


@once
def _secrets(estate: Estate) -> Sequence[tuple[Secret, Found | None]]:
    """What waits for its deletion and what is binary is no value that Airflow reads."""
    alive = [each for each in estate.secrets if each.deleted_at is None and each.form != "binary"]
    return [(each, None if each.lint is None else _by_rule(each.lint)) for each in alive]


def _by_rule(lint: Sequence[Finding]) -> Found:
    """Of several positions with the same fault in one field, the first."""
    found: dict[str, dict[tuple[str, str], Failed]] = {}
    for each in lint:
        failed = Failed(each.code, each.field, each.where, each.facts, each.severity)
        found.setdefault(each.rule, {}).setdefault((each.code, each.field), failed)
    return found


def judge(rule: str, estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    kinds = RULES[rule].kinds
    for secret, found in _secrets(estate):
        if secret.kind not in kinds:
            continue
        if found is None:
            yield secret, Unchecked(secret.read_error or NOT_READ)
        elif rule in found:
            yield from ((secret, failed) for failed in found[rule].values())
        else:
            yield secret, PASSED


def removed_setting(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    """R-34 is about what is configured, so it needs no value."""
    for deployment in estate.deployments:
        yield from ((deployment, outcome) for outcome in _of_deployment(deployment))


def _of_deployment(deployment: Deployment) -> Iterator[Outcome]:
    settings = deployment.settings
    backends = [each for each in (settings.backend, settings.worker_backend) if each]
    if any(each.class_path == "?" for each in backends):
        yield Unchecked("no-kwargs")
        return
    of_amazon = [each for each in backends if each.class_name.endswith("SecretsManagerBackend")]
    kwargs = dict.fromkeys(name for each in of_amazon for name in each.kwargs)
    removed = [name for name in kwargs if name in REMOVED_SETTINGS]
    yield from (Failed("removed-setting", name, facts={"setting": name}) for name in removed)
    if backends and not removed:
        yield PASSED


def key_form(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    """R-40 depends on the provider of those who look the secret up."""
    for secret, outcome in judge("R-40", estate):
        if outcome != PASSED or not isinstance(secret, Secret):
            yield secret, outcome
        elif secret.conn_type == "snowflake":
            yield from ((secret, each) for each in _of_keys(estate, secret))


def _of_keys(estate: Estate, secret: Secret) -> Iterator[Outcome]:
    """Nothing of a connection that holds no key."""
    traits = seen(secret)
    if isinstance(traits, Unchecked):
        yield traits
    elif traits.key_forms:
        versions = [each.settings.providers.get(SNOWFLAKE, "") for each in lookers(estate, secret)]
        failed: Sequence[Outcome] = list(_unfit_forms(traits.key_forms, versions))
        yield from failed or [PASSED if versions and all(versions) else Unchecked("provider-version")]


def _unfit_forms(forms: Mapping[str, str], versions: Sequence[str]) -> Iterator[Failed]:
    for field, form in forms.items():
        codes = (unfit(form, numbers(version)) for version in versions if version)
        if code := next(filter(None, codes), ""):
            yield Failed(code, field)


def vault_entry(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    """R-46, for what lies in Vault alone."""
    for secret, outcome in judge("R-46", estate):
        if isinstance(secret, Secret) and secret.scope.store == "vault":
            yield secret, outcome


_OTHERWISE: Final[Mapping[str, Check]] = {"R-34": removed_setting, "R-40": key_form, "R-46": vault_entry}
CHECKS: Final[Mapping[str, Check]] = {rule: _OTHERWISE.get(rule) or partial(judge, rule) for rule in RULES}
