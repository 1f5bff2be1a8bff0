"""What only Secrets Manager has is no fault of what lies elsewhere, and nobody is told that it could not be checked."""

from __future__ import annotations

from typing import Any, Final

import pytest

from secretsui.core.backends.source import Ask
from secretsui.core.rules import exposure, lifecycle, naming, reachability
from secretsui.core.rules.backends_of import lies
from secretsui.core.rules.estate import Estate
from secretsui.core.rules.outcome import Failed, Unchecked
from tests.core.rules.estates import ACCOUNT, REGION, estate

CHECKS: Final = {**exposure.CHECKS, **lifecycle.CHECKS, **naming.CHECKS, **reachability.CHECKS}
OF_SECRETS_MANAGER: Final = ("R-19", "R-20", "R-53", "R-60", "R-62", "R-63", "R-64", "R-77", "R-78", "R-80")
OTHERS: Final = ("parameter-store", "vault", "google", "azure")
OLD: Final = {"created_at": "-900d", "details": {}, "tags": {}}


def holding(store: str, **given: Any) -> Estate:
    scope = {"path": "airflow/connections", "store": store, **given.pop("scope", {})}
    return estate({"scopes": [scope], "secrets": [{"name": "airflow/connections/crm-AbCdEf", **OLD, **given}]})


@pytest.mark.parametrize("rule", OF_SECRETS_MANAGER)
@pytest.mark.parametrize("store", OTHERS)
def test_rules_about_what_only_secrets_manager_has_leave_others_out(rule: str, store: str) -> None:
    assert not list(CHECKS[rule](holding(store)))


@pytest.mark.parametrize("rule", ["R-53", "R-60", "R-80"])
def test_the_same_rules_speak_of_secrets_manager(rule: str) -> None:
    assert list(CHECKS[rule](holding("secrets-manager")))


def test_nobody_is_asked_for_tags_where_there_are_none() -> None:
    assert not list(CHECKS["R-75"](holding("vault", scope={"has_tags": False})))
    (_, outcome) = next(CHECKS["R-75"](holding("vault")))
    assert isinstance(outcome, Failed)


def test_tags_that_were_never_asked_for_are_not_missing() -> None:
    found = holding("parameter-store", is_described=False)
    assert [outcome for _, outcome in CHECKS["R-75"](found)] == [Unchecked("no-details")]


def test_one_name_in_two_stores_of_a_region_is_two_secrets() -> None:
    scopes = [{"path": "/airflow"}, {"path": "/airflow", "store": "parameter-store", "address": f"{REGION}~parameters"}]
    found = estate({"scopes": scopes})
    assert [each.ref for each in found.scopes] == [
        f"prefix:{ACCOUNT}/{REGION}//airflow",
        f"prefix:{ACCOUNT}/{REGION}~parameters//airflow",
    ]


@pytest.mark.parametrize(
    ("store", "name", "state"),
    [
        ("azure", "Airflow-Connections-CRM", "there"),
        ("azure", "airflow-connections-none", "absent"),
        ("google", "airflow-connections-CRM", "absent"),
        ("google", "airflow-connections-crm", "there"),
        ("google", "elsewhere", "unknown"),
    ],
)
def test_a_name_is_looked_up_as_its_store_does(store: str, name: str, state: str) -> None:
    scope = {"path": "airflow-connections", "sep": "-", "store": store}
    found = estate({"scopes": [scope], "secrets": [{"name": "airflow-connections-crm"}]})
    assert lies(found, (ACCOUNT, REGION), Ask(store, name)) == state


def test_a_secret_of_another_store_is_not_the_one_that_is_asked_for() -> None:
    assert lies(holding("google"), (ACCOUNT, REGION), Ask("azure", "airflow/connections/crm-AbCdEf")) == "unknown"
