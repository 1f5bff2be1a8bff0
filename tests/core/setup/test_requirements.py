from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from secretsui.core.setup.requirements import WITHOUT_PIN, minimum, too_new, too_old
from secretsui.core.setup.snippets import snippets
from tests.core.setup.answered import answers, on_azure, on_vault


@pytest.mark.parametrize(
    ("store", "airflow", "pattern", "floor"),
    [
        ("secrets-manager", "2.10", "", "5.1"),
        ("secrets-manager", "2.10", "^a", "7.3"),
        ("shared-account", "2.10", "^a", "8.1"),
        ("parameter-store", "2.10", "^a", "7.3"),
        ("secrets-manager", "3.1", "^a", "9.6"),
        ("secrets-manager", "3.2", "^a", "9.22"),
        ("secrets-manager", "3.3", "^a", "9.6"),
        ("vault", "3.2", "", "4.5"),
        ("google", "3.2", "", "20"),
        ("azure", "3.2", "", "13"),
    ],
)
def test_the_oldest_release_that_will_do(store: Any, airflow: str, pattern: str, floor: str) -> None:
    given = answers(store=store, airflow=airflow, pattern=pattern)
    assert minimum(given) == floor
    assert too_old(replace(given, provider="1.0")) == floor
    assert too_old(replace(given, provider=floor)) == ""
    assert too_old(given) == ""


def test_a_kwarg_that_came_later_raises_the_floor() -> None:
    assert minimum(answers(store="vault", airflow="2.10", place=on_vault("jwt"))) == "4.5"
    assert minimum(answers(store="vault", airflow="2.10")) == "3.0"


@pytest.mark.parametrize(
    ("store", "place", "floor"),
    [
        ("vault", on_vault("aws_iam"), "4.1"),
        ("vault", on_vault("aws_iam", region=""), "3.7"),
        ("azure", on_azure("default"), "5.0"),
        ("azure", on_azure("client-secret"), "8.0"),
        ("azure", on_azure("managed-identity"), "8.2"),
        ("azure", on_azure("workload-identity"), "8.2"),
    ],
)
def test_so_does_a_login_that_came_later(store: Any, place: Any, floor: str) -> None:
    assert minimum(answers(store=store, airflow="2.10", place=place)) == floor


def test_the_shared_backend_is_bound_from_above() -> None:
    given = answers(store="shared-account")
    (line,) = [each.text for each in snippets(given) if each.id == "requirements"]
    assert line.splitlines() == [
        "apache-airflow-providers-amazon>=9.6,<9.26",
        "# pip install --no-deps airflow-aws-shared-secrets==0.0.5",
    ]
    assert too_new(replace(given, provider="9.26.0")) == "9.26"
    assert too_new(replace(given, provider="9.25.0")) == ""
    assert too_new(given) == ""
    assert too_new(replace(answers(), provider="9.26.0")) == ""


@pytest.mark.parametrize(("provider", "is_required"), [("", True), ("8.29.0", True), ("9.2.0", False)])
def test_the_shared_package_is_required_beside_the_providers_that_it_asks_for(provider: str, is_required: bool) -> None:
    given = replace(answers(store="shared-account", airflow="2.10"), provider=provider)
    (snippet,) = [each for each in snippets(given) if each.id == "requirements"]
    assert ("airflow-aws-shared-secrets==0.0.5" in snippet.text.splitlines()) is is_required
    assert (WITHOUT_PIN in snippet.notes) is not is_required
