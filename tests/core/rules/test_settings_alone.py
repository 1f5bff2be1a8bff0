"""Settings of one environment, without a deployment."""

from __future__ import annotations

from secretsui.core.rules.settings import lint_settings
from tests.core.rules.judged import AMAZON, HASHICORP, OFF, OPTION, SERVER, WORKER, linted, set_up


def test_settings_without_a_fault_are_fine() -> None:
    assert linted(set_up("secrets-manager")) == []
    assert linted({}) == []


def test_settings_alone_are_judged_by_each_rule() -> None:
    environ = set_up("secrets-manager", '{"sepp": "/",\n "connections_prefix": 1}') | {f"{SERVER}_ARGS": "x"}
    found = list(lint_settings(environ, "3.3", {AMAZON: "9.39"}))
    assert [(rule, each.code, each.where) for rule, each in found] == [
        ("R-56", "ignored-kwarg", "line 1, column 2"),
        ("R-56", "wrong-type", "line 2, column 2"),
        ("R-56", "unknown-setting", ""),
    ]


def test_defaults_alone_leave_lookups_on_and_have_no_pattern() -> None:
    assert linted(set_up("secrets-manager", {})) == [
        ("R-54", "left-on", "secrets.backend_kwargs.config_prefix"),
        ("R-55", "no-pattern", "secrets.backend"),
    ]


def test_the_versions_decide() -> None:
    assert linted(set_up("secrets-manager"), amazon="7.2") == [
        ("R-57", "provider-too-old", "secrets.backend_kwargs.connections_lookup_pattern")
    ]
    single = {**set_up("gcp", OFF), f"{SERVER}_KWARG__SEPP": "x"}
    assert linted(single) == [("R-56", "refused-kwarg", "secrets.backend_kwargs.sepp")]
    assert linted(single, "3.2") == [("R-56", "setting-too-new", f"{SERVER}_KWARG__SEPP")]
    assert [rule for rule, *_ in linted(set_up("secrets-manager"), "3.2", amazon="9.18")] == ["R-57"]


def test_the_workers_own_backend_is_judged_too() -> None:
    environ = set_up("secrets-manager") | set_up("gcp", {"sepp": 1, **OFF}, WORKER)
    assert linted(environ) == [("R-56", "refused-kwarg", "workers.secrets_backend_kwargs.sepp")]
    assert linted(environ, "2.11") == [
        ("R-56", "setting-too-new", WORKER),
        ("R-56", "setting-too-new", f"{WORKER}_KWARGS"),
    ]


def test_text_that_is_no_json_is_read_as_no_kwargs() -> None:
    assert linted(set_up("gcp", "{'sepp': 1}")) == [
        ("R-54", "left-on", "secrets.backend_kwargs.config_prefix"),
        ("R-58", "not-json", f"{SERVER}_KWARGS"),
    ]


def test_kwargs_alone_have_no_effect() -> None:
    assert linted({f"{SERVER}_KWARGS": '{"sep": "/"}'}) == [("R-58", "kwargs-without-backend", f"{SERVER}_KWARGS")]


def test_nothing_that_is_found_holds_a_value() -> None:
    environ = set_up("vault", {"tokenn": "hvs.CANARY", "token": "hvs.CANARY", "urll": "https://CANARY@x"})
    environ |= {f"{WORKER}_KWARGS": "{'password': 'CANARY'", f"{SERVER}_KWARG__TOKEN": "CANARY", OPTION: "CANARY"}
    found = list(lint_settings(environ, "3.2", {HASHICORP: "4.4"}))
    assert len(found) > 4
    assert "CANARY" not in repr(found)


def test_a_token_of_the_environment_is_seen() -> None:
    kwargs = {"config_path": None}
    assert linted(set_up("vault", kwargs) | {"VAULT_TOKEN": "x"}) == []
    assert linted(set_up("vault", kwargs)) == [("R-56", "missing-kwarg", "secrets.backend_kwargs.token or token_path")]


def test_the_environment_says_whether_there_are_teams() -> None:
    found = linted(set_up("vault", {"token": "x", "config_path": None}) | {"AIRFLOW__CORE__MULTI_TEAM": "True"})
    assert found == []
