from __future__ import annotations

import pytest

from secretsui.core.backend_settings import configured, configured_for_workers, is_true, kwargs_of
from secretsui.core.backends.source import Backend
from secretsui.core.versions import at_least

SERVER = {"AIRFLOW__SECRETS__BACKEND": "a.B", "AIRFLOW__SECRETS__BACKEND_KWARGS": '{"x": 1}'}
WORKER = {"AIRFLOW__WORKERS__SECRETS_BACKEND": "c.D", "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS": '{"y": 2}'}


def test_workers_of_airflow_3_may_have_a_backend_of_their_own() -> None:
    assert configured(SERVER | WORKER, "3.0.6") == Backend("a.B", {"x": 1})
    assert configured_for_workers(SERVER | WORKER, "3.0.6") == Backend("c.D", {"y": 2})
    assert configured_for_workers(SERVER | WORKER, "2.11") == Backend("a.B", {"x": 1})


def test_without_one_of_their_own_workers_have_that_of_servers_with_its_kwargs() -> None:
    kwargs = {name: value for name, value in WORKER.items() if name.endswith("KWARGS")}
    assert configured_for_workers(SERVER | kwargs, "3.3") == Backend("a.B", {"x": 1})
    assert configured_for_workers({}, "3.3") is None


@pytest.mark.parametrize("text", ["", "{bad", "[1]", "5", "null", '"x"'])
def test_kwargs_that_are_no_object_are_none(text: str) -> None:
    assert kwargs_of(text) == {}


def test_a_variable_for_one_kwarg_beats_the_json_since_3_3() -> None:
    single = {"AIRFLOW__SECRETS__BACKEND_KWARG__X": "5", "AIRFLOW__SECRETS__BACKEND_KWARG__": "no name"}
    assert configured(SERVER | single, "3.3") == Backend("a.B", {"x": "5"})
    assert configured(SERVER | single, "3.2.2") == Backend("a.B", {"x": 1})


@pytest.mark.parametrize(
    ("setting", "expected"), [("True", True), ("t", True), ("1", True), ("no", False), ("", False), ("False", False)]
)
def test_a_setting_is_true_in_many_ways(setting: str, expected: bool) -> None:
    assert is_true(setting) is expected


@pytest.mark.parametrize(
    ("version", "floor", "expected"),
    [
        ("9.26.0", "9.26", True),
        ("9.26", "9.26.0", True),
        ("9.9.0", "9.26", False),
        ("10.0.0rc1", "10", True),
        ("", "9.26", True),
        ("unknown", "1", False),
    ],
)
def test_releases_are_compared_by_number(version: str, floor: str, expected: bool) -> None:
    assert at_least(version, floor) is expected
