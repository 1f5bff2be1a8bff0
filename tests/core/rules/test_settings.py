"""What settings of backends are good for: lookups that are left on, patterns, and where it cannot be told."""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.rules.outcome import PASSED, Failed, Unchecked
from secretsui.core.sensitive import MASK
from tests.core.rules.judged import OFF, OPTION, PATTERN, codes, judged


@pytest.mark.parametrize(
    ("backend", "kwargs", "switch"),
    [
        ("secrets-manager", {}, "config_prefix"),
        ("parameter-store", {}, "config_prefix"),
        ("gcp", {}, "config_prefix"),
        ("azure", {"vault_url": "https://x"}, "config_prefix"),
        ("vault", {"token": MASK}, "config_path"),
    ],
)
def test_lookups_of_options_are_left_on(backend: str, kwargs: dict[str, Any], switch: str) -> None:
    found = judged("R-54", backend=backend, kwargs=kwargs)
    assert found == [Failed("left-on", f"secrets.backend_kwargs.{switch}")]
    assert judged("R-54", backend=backend, kwargs={**kwargs, switch: None}) == [PASSED]


def test_lookups_of_options_serve_one_that_names_a_secret() -> None:
    assert judged("R-54", environ={OPTION: "fernet"}) == [PASSED]
    assert len(judged("R-54", environ={"AIRFLOW__API_AUTH__JWT_SECRET": MASK})) == 1
    assert judged("R-54", environ={"AIRFLOW__API_AUTH__JWT_SECRET_SECRET": "jwt"}) == [PASSED]


def test_lookups_of_options_in_the_workers_own_backend() -> None:
    own = {"worker_backend": "secrets-manager", "kwargs": OFF}
    left = Failed("left-on", "workers.secrets_backend_kwargs.config_prefix")
    assert judged("R-54", **own) == [left]
    assert judged("R-54", **own, worker_environ={OPTION: "a"}) == [PASSED]
    assert judged("R-54", **own, environ={OPTION: "a"}) == [left]


def test_whether_lookups_of_options_are_used_may_not_be_known() -> None:
    assert judged("R-54", environ=None) == [Unchecked("no-environment")]
    assert judged("R-54", environ=None, kwargs=OFF) == [PASSED]
    assert judged("R-54", backend=None) == []


def test_a_backend_that_does_not_start_looks_nothing_up() -> None:
    assert judged("R-54", kwargs={"config_prefix": 1}) == [PASSED]


@pytest.mark.parametrize("backend", ["secrets-manager", "parameter-store"])
def test_aws_is_asked_for_each_id_without_a_pattern(backend: str) -> None:
    assert judged("R-55", backend=backend) == [Failed("no-pattern", "secrets.backend")]
    for kind in ("connections", "variables"):
        assert judged("R-55", backend=backend, kwargs={f"{kind}_lookup_pattern": "^x"}) == [PASSED]
    assert codes("R-55", backend=backend, kwargs={"config_lookup_pattern": "^x"}) == ["no-pattern"]
    assert codes("R-55", backend=backend, kwargs={"connections_lookup_pattern": ""}) == ["no-pattern"]


def test_a_kind_that_is_switched_off_needs_no_pattern() -> None:
    assert judged("R-55", kwargs={"connections_prefix": None, "variables_prefix": None}) == [PASSED]
    half = {"connections_prefix": None, "connections_lookup_pattern": "^x"}
    assert codes("R-55", kwargs=half) == ["no-pattern"]


def test_the_account_that_is_shared_is_asked_as_well() -> None:
    assert codes("R-55", backend="shared", kwargs={"shared_account": "1"}) == ["no-pattern"]


def test_an_access_log_tells_what_it_costs() -> None:
    assert judged("R-55", lookups={"a": 3, "b": 4}) == [Failed("no-pattern", "secrets.backend", facts={"count": 7})]
    assert judged("R-55", lookups={"a": 0}) == [PASSED]
    assert judged("R-55", lookups={"a": 3}, kwargs=PATTERN) == [PASSED]


def test_other_stores_have_no_patterns() -> None:
    assert judged("R-55", backend="gcp") == [PASSED]
    assert judged("R-55", backend=None) == []


@pytest.mark.parametrize("rule", ["R-54", "R-55", "R-56", "R-57", "R-58"])
def test_a_backend_that_nobody_told_cannot_be_checked(rule: str) -> None:
    untold = [Unchecked("no-kwargs")]
    assert judged(rule, backend="?") == untold
    assert judged(rule, untold=["backend"]) == untold
    both = judged(rule, untold=["worker-backend"], worker_backend="gcp", kwargs=PATTERN)
    assert both == untold
    own = judged(rule, backend="our.own.Backend", kwargs={"anything": 1})
    assert own == ([PASSED] if rule == "R-58" else [Unchecked("unknown-class")])
