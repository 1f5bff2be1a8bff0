"""Names that are almost where Airflow looks: R-13 to R-16."""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from secretsui.core.rules.reachability import CHECKS
from tests.core.rules.estates import estate

C = "airflow/connections"
DASHES = {"sep": "-", "connections_prefix": "airflow-conns", "variables_prefix": None, "config_prefix": None}


def judged(rule: str, *names: Any, deployments: Any = None, **spec: Any) -> list[Outcome]:
    """Of the secrets alone."""
    secrets = [name if isinstance(name, dict) else {"name": name} for name in names]
    found = estate({"secrets": secrets, "deployments": [spec] if deployments is None else deployments})
    return [outcome for subject, outcome in CHECKS[rule](found) if subject in found.secrets]


def of_deployment(rule: str, *names: str, **spec: Any) -> list[Outcome]:
    found = estate({"secrets": [{"name": name} for name in names], "deployments": [spec]})
    return [outcome for subject, outcome in CHECKS[rule](found) if subject in found.deployments]


NEAR = [Failed("near-prefix", facts={"prefix": C})]


@pytest.mark.parametrize(
    "name",
    ["airflow/connection/db", "Airflow/Connections/db", "airflow/conections/db", "airflow/connections_x/deeper/db"],
)
def test_a_name_that_is_almost_below_the_prefix_is_found(name: str) -> None:
    assert judged("R-13", name) == NEAR


@pytest.mark.parametrize(
    "name",
    [
        "airflow/connexxions_/db",  # three letters off
        "other/connections/db",
        "airflow/db",
        "airflow",
        "airflow/connections",
        "/airflow/connection/db",
        "airflow/connection//db",
    ],
)
def test_other_names_are_none_of_its_business(name: str) -> None:
    assert judged("R-13", name) == []


def test_a_name_below_any_prefix_passes() -> None:
    assert judged("R-13", f"{C}/db", "airflow/variables/a", "airflow/config/b") == [PASSED] * 3
    assert judged("R-13", "airflow/connection/db", kwargs={"config_prefix": "airflow/connection"}) == [PASSED]


def test_the_separator_is_that_of_the_backend() -> None:
    assert judged("R-13", "airflow-con-db", "airflow-connz-db", kwargs=DASHES) == [
        Failed("near-prefix", facts={"prefix": "airflow-conns"})
    ] * 2  # fmt: skip


def test_a_short_prefix_forgives_less() -> None:
    short = {"connections_prefix": "ab", "variables_prefix": None, "config_prefix": None}
    assert judged("R-13", "axb/db", kwargs=short) == [Failed("near-prefix", facts={"prefix": "ab"})]
    assert judged("R-13", "xaxb/db", kwargs=short) == []


def test_each_name_of_a_folder_is_told() -> None:
    assert judged("R-13", "airflow/connection/a", "airflow/connection/b", "airflow/connection/b/c") == NEAR * 3


@pytest.mark.parametrize("rule", ["R-13", "R-14", "R-15", "R-16"])
def test_names_are_judged_where_somebody_looks_and_while_they_are_there(rule: str) -> None:
    bad = {"R-13": "airflow/connection/db", "R-14": f"/{C}/db", "R-15": f"{C}//db", "R-16": f"{C}/a/db"}[rule]
    assert isinstance(judged(rule, bad)[0], Failed)
    assert judged(rule, {"name": bad, "region": "us-east-1"}) == []
    assert judged(rule, {"name": bad, "deleted_at": "-1d"}) == []
    assert judged(rule, bad, deployments=[]) == []
    assert judged(rule, bad, places={}) == []


@pytest.mark.parametrize("rule", ["R-13", "R-14", "R-15", "R-16"])
def test_nothing_is_held_against_a_name_while_a_deployment_there_is_not_known(rule: str) -> None:
    bad = {"R-13": "airflow/connection/db", "R-14": f"/{C}/db", "R-15": f"{C}//db", "R-16": f"{C}/a/db"}[rule]
    both = [{}, {"name": "two", "untold": ["backend"]}]
    assert judged(rule, bad, deployments=both) == [Unchecked("no-kwargs")]
    assert judged(rule, f"{C}/db", deployments=both) == [PASSED]
    assert judged(rule, bad, deployments=both[1:]) == []


def test_a_slash_before_the_name_is_found() -> None:
    assert judged("R-14", f"/{C}/db", f"//{C}/db") == [Failed("leading-slash")] * 2
    assert judged("R-14", f"{C}/db") == [PASSED]
    assert judged("R-14", "/other/db", "other/db", "/airflow/db") == []


def test_a_slash_that_the_prefix_has_too_is_right() -> None:
    slashed = {"kwargs": {"connections_prefix": f"/{C}"}}
    assert judged("R-14", f"/{C}/db", **slashed) == [PASSED]
    assert judged("R-14", f"/{C}/db", backend="parameter-store") == [PASSED]


def test_a_slash_before_the_prefix_alone_is_found() -> None:
    slashed = {"kwargs": {"connections_prefix": f"/{C}"}}
    failed = [Failed("slash-in-prefix", "backend", facts={"prefix": f"/{C}/"})]
    assert of_deployment("R-14", f"{C}/db", **slashed) == failed
    assert of_deployment("R-14", f"{C}/db", f"/{C}/db", **slashed) == [PASSED]
    assert of_deployment("R-14", "other/db", **slashed) == [PASSED]
    assert of_deployment("R-14", f"{C}/db") == [PASSED]
    assert of_deployment("R-14", f"{C}/db", backend="parameter-store") == []
    assert of_deployment("R-14", f"{C}/db", places={}, **slashed) == []


def test_a_slash_is_no_fault_while_what_would_match_is_being_deleted() -> None:
    secrets = [{"name": f"{C}/db", "deleted_at": "-1d"}]
    found = estate({"secrets": secrets, "deployments": [{"kwargs": {"connections_prefix": f"/{C}"}}]})
    assert [outcome for _, outcome in CHECKS["R-14"](found)] == [PASSED]


def test_separators_that_are_too_many_are_found() -> None:
    double, end = Failed("double-separator"), Failed("separator-at-end")
    assert judged("R-15", f"{C}//db", "airflow//connections/db", f"{C}/a//db", f"{C}///db") == [double] * 4
    assert judged("R-15", f"{C}/db/", f"{C}//db/") == [end] * 2
    assert judged("R-15", f"{C}/db", f"{C}/a/db") == [PASSED] * 2
    assert judged("R-15", "other//db", "other/db/") == []


def test_the_separator_that_counts_is_the_backends() -> None:
    assert judged("R-15", "airflow-conns--db", kwargs=DASHES) == [Failed("double-separator")]
    assert judged("R-15", "airflow-conns-a//db", kwargs=DASHES) == [PASSED]


def test_a_prefix_that_is_not_trimmed_is_found() -> None:
    kwargs = {"shared_account": "1", "connections_prefix_shared": "shared/"}
    assert of_deployment("R-15", backend="shared", kwargs=kwargs) == [
        Failed("double-separator-in-prefix", "backend/shared", facts={"prefix": "shared//"})
    ]
    assert of_deployment("R-15", kwargs={"connections_prefix": "airflow//connections"}) == [
        Failed("double-separator-in-prefix", "backend", facts={"prefix": "airflow//connections/"})
    ]


def test_separators_at_the_end_of_a_prefix_are_trimmed_by_airflow() -> None:
    assert of_deployment("R-15", kwargs={"connections_prefix": f"{C}//"}) == [PASSED]
    assert of_deployment("R-15", kwargs={"sep": ""}) == [PASSED]


def deeper(start: str, levels: int) -> Failed:
    return Failed("deeper", facts={"prefix": start, "levels": levels})


def test_a_deeper_path_is_found() -> None:
    assert judged("R-16", f"{C}/a/db", f"{C}/a/b/db") == [deeper(f"{C}/", 1), deeper(f"{C}/", 2)]
    assert judged("R-16", f"{C}/db") == [PASSED]
    assert judged("R-16", "other/a/db", f"{C}//db", f"{C}/db/") == []


def test_the_longest_prefix_counts() -> None:
    both = [{}, {"name": "two", "kwargs": {"connections_prefix": f"{C}/a"}}]
    assert judged("R-16", f"{C}/a/db", f"{C}/b/db", deployments=both) == [PASSED, deeper(f"{C}/", 1)]


def test_a_path_is_deeper_by_its_own_separator() -> None:
    assert judged("R-16", "airflow-conns-a/db", kwargs=DASHES) == [PASSED]
    both = [{"kwargs": DASHES}, {"name": "two"}]
    assert judged("R-16", "airflow-conns-a/db", f"{C}/a-b", deployments=both) == [PASSED] * 2
    assert judged("R-16", "a/b/db", kwargs={"connections_prefix": ""}) == []
