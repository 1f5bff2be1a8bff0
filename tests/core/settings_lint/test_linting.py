"""Where findings stand, what is written in their place, and what an inventory adds; never a value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from secretsui.airflow import settings_text
from secretsui.core.backend_settings import kwargs_of
from secretsui.core.rules.estate import Scope, Secret
from secretsui.core.sensitive import Sensitive
from secretsui.core.settings_lint import Asked, Inventory, Remark, Report, Setting, Stray, class_of, lint

NOW: Final = datetime(2026, 8, 1, tzinfo=UTC)
MANAGER: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
VAULT: Final = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
GOOGLE: Final = "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend"
AZURE: Final = "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend"
BACKEND, KWARGS = "AIRFLOW__SECRETS__BACKEND", "AIRFLOW__SECRETS__BACKEND_KWARGS"


def linted(text: str, inventory: Inventory | None = None, airflow: str = "3.1.0", class_path: str = "") -> Report:
    found = settings_text.read(text, class_path=class_path)
    settings = [
        Setting(each.name, each.kind, each.value if isinstance(each.value, Sensitive) else None, each.line)
        for each in found.report.entries
    ]
    strays = [Stray(each.name, each.meant, each.line) for each in found.strays]
    is_raw = found.form in ("kwargs", "cfg", "mwaa-console")
    return lint(Asked(Sensitive(text), settings, airflow, found.providers, found.platform, strays, inventory, is_raw))


def of(report: Report, rule: str, code: str) -> Remark:
    return next(each for each in report.remarks if (each.rule, each.failed.code) == (rule, code))


def mended(text: str, rule: str, code: str) -> str:
    edit = of(linted(text), rule, code).edit
    assert edit
    return edit.made_in(text)


def inventory(names: Sequence[str], kind: str = "connection", *, complete: bool = True, **more: Any) -> Inventory:
    scope = Scope("data-dev", "eu-west-1", "", kind, as_of=NOW, complete=complete)
    secrets = [Secret(scope, name, name.rpartition("/")[2], kind) for name in names]
    return Inventory(NOW, "data-dev", "eu-west-1", [scope], secrets, **more)


def kwargs(**given: Any) -> str:
    return json.dumps({"config_prefix": None, "variables_prefix": None, **given})


def test_settings_without_a_fault_say_which_rules_passed() -> None:
    report = linted(kwargs(connections_lookup_pattern="^crm_"))
    assert report.remarks == []
    assert {"R-54", "R-55", "R-56", "R-58"} <= set(report.passed)


def test_the_worst_comes_first() -> None:
    report = linted('{"connections_prefx": "a"}')
    assert [each.severity for each in report.remarks] == ["high", "low", "low"]


def test_a_kwarg_is_found_in_a_text_of_several_lines() -> None:
    text = f"services:\n  web:\n    environment:\n      {BACKEND}: {MANAGER}\n      {KWARGS}: >-\n        {{\n"
    text += '        "connections_prefx": "a"}\n'
    remark = of(linted(text), "R-56", "ignored-kwarg")
    assert (remark.line, remark.column, remark.kwarg) == (7, 10, "connections_prefx")


def test_a_fault_in_json_is_found_at_its_sign() -> None:
    remark = of(linted('\n{"connections_prefix": "a",\n "sep": }'), "R-58", "not-json")
    assert (remark.line, remark.column) == (3, 9)


def test_a_kwarg_with_a_variable_of_its_own_is_found_there() -> None:
    text = f"{BACKEND}={MANAGER}\n{KWARGS}={{}}\n{BACKEND}_KWARG__ROLE_ARN=arn:aws:iam::12:role/x\n"
    assert of(linted(text, airflow="3.3.0"), "R-56", "account-id-digits").line == 3


@pytest.mark.parametrize(
    ("text", "rule", "code", "expected"),
    [
        ('{"connections_prefx": "a"}', "R-56", "ignored-kwarg", '{"connections_prefix": "a"}'),
        ('{"full_url_mode": 0, "sep": "/"}', "R-34", "removed-setting", '{"sep": "/"}'),
        ('{"sep": "/"}', "R-54", "left-on", '{"sep": "/", "config_prefix": null}'),
        ('{"connections_prefix": "a//"}', "R-15", "separator-trimmed", '{"connections_prefix": "a"}'),
        ('{"sep": "/",}', "R-58", "not-json", '{"sep": "/"}'),
        ("{'sep': '/', 'config_prefix': None}", "R-58", "not-json", '{"sep": "/", "config_prefix": null}'),
        ('\'{"sep": "/"}\'', "R-58", "not-json", '{"sep": "/"}'),
        (f"AIRFLOW_SECRETS_BACKEND={MANAGER}", "R-56", "unknown-setting", f"{BACKEND}={MANAGER}"),
        (
            f"{BACKEND}=airflow.contrib.secrets.aws_secrets_manager.SecretsManagerBackend",
            "R-58",
            "moved-class",
            f"{BACKEND}={MANAGER}",
        ),
    ],
)
def test_what_is_certain_is_corrected_and_gone(text: str, rule: str, code: str, expected: str) -> None:
    found = mended(text, rule, code)
    assert found == expected
    assert (rule, code) not in {(each.rule, each.failed.code) for each in linted(found).remarks}


def test_json_within_a_string_is_corrected_too_where_names_alone_change() -> None:
    text = f'{{"Environment": {{"AirflowConfigurationOptions": {{"secrets.backend": "{MANAGER}",\n'
    text += ' "secrets.backend_kwargs": "{\\"connections_prefx\\": \\"a/\\"}"}}}'
    found = mended(text, "R-56", "ignored-kwarg")
    options = json.loads(found)["Environment"]["AirflowConfigurationOptions"]
    assert kwargs_of(options["secrets.backend_kwargs"]) == {"connections_prefix": "a/"}
    assert of(linted(text), "R-54", "left-on").edit is None


def test_a_name_that_is_there_already_is_not_written_twice() -> None:
    remark = of(linted('{"connections_prefx": "a", "connections_prefix": "b"}'), "R-56", "ignored-kwarg")
    assert remark.edit is None


def test_what_the_text_does_not_tell_could_not_be_checked() -> None:
    held = "secret:\n  - secretName: x\n    envName: "
    text = f"{held}{KWARGS}\nenv:\n  - name: {BACKEND}\n    value: {MANAGER}\n"
    report = linted(text)
    assert {each.rule for each in report.unjudged if each.reason == "no-kwargs"} >= {"R-54", "R-55", "R-56", "R-57"}
    assert not {each.rule for each in report.remarks} & {"R-54", "R-55", "R-56", "R-57"}
    no_class = linted(
        f"secret:\n  - envName: {BACKEND}\n    secretName: x\nenv:\n  - name: {KWARGS}\n    value: '{{}}'\n"
    )
    assert {(each.rule, each.reason) for each in no_class.unjudged} == {("R-58", "no-class")}


def test_an_inventory_tells_ids_that_are_never_asked_for() -> None:
    known = inventory([f"airflow/connections/{key}" for key in ("crm", "slack", "s3", "db", "x")])
    remark = of(linted(kwargs(connections_lookup_pattern="^crm$"), known), "R-10", "unmatched-ids")
    assert (remark.count, list(remark.names)) == (4, ["db", "s3", "slack"])
    assert remark.kwarg == ""
    assert remark.line == 1


def test_an_inventory_tells_a_pattern_that_is_open_at_its_end() -> None:
    known = inventory(["airflow/connections/crm", "airflow/connections/crm_old"])
    assert of(linted(kwargs(connections_lookup_pattern="^crm"), known), "R-12", "open-at-the-end").line == 1


def test_secrets_with_one_fault_make_one_line() -> None:
    known = inventory([f"airflow/conections/{number}" for number in range(7)])
    remark = of(linted(kwargs(), known), "R-13", "near-prefix")
    assert (remark.count, list(remark.names)) == (7, [f"airflow/conections/{number}" for number in range(3)])


def test_a_slash_before_the_prefix_alone_is_certain_and_corrected() -> None:
    known = inventory(["airflow/connections/crm"])
    text = kwargs(connections_prefix="/airflow/connections", sep="/")
    remark = of(linted(text, known), "R-14", "slash-in-prefix")
    assert remark.edit
    assert kwargs_of(remark.edit.made_in(text))["connections_prefix"] == "airflow/connections"


@pytest.mark.parametrize(
    ("names", "given", "rule", "code"),
    [
        (["airflow/connections/a/b"], {}, "R-16", "deeper"),
        (["airflow/variables/a"], {}, "R-22", "switched-off"),
        (["airflow/connections//a"], {}, "R-15", "double-separator"),
    ],
)
def test_further_faults_of_names(names: Sequence[str], given: Mapping[str, Any], rule: str, code: str) -> None:
    assert of(linted(kwargs(**given), inventory(names, "other")), rule, code)


def test_an_option_that_names_no_secret_is_told_with_an_inventory() -> None:
    text = f"{BACKEND}={MANAGER}\n{KWARGS}={{}}\nAIRFLOW__CORE__FERNET_KEY_SECRET=fernet\n"
    remark = of(linted(text, inventory([])), "R-59", "not-found")
    assert remark.line == 3
    assert "fernet" not in str(remark.failed.facts)
    unjudged = {(each.rule, each.reason) for each in linted(text).unjudged}
    assert ("R-59", "choose-a-prefix") in unjudged


def test_an_inventory_that_is_not_whole_proves_nothing() -> None:
    report = linted(kwargs(connections_lookup_pattern="^crm"), inventory([], complete=False))
    assert ("R-10", "listing-failed") in {(each.rule, each.reason) for each in report.unjudged}


def test_of_another_backend_no_rule_about_aws_is_said() -> None:
    text = f'{BACKEND}={VAULT}\n{KWARGS}={{"token": "t", "url": "u", "config_path": null, "kv_engine_version": 2}}\n'
    report = linted(text)
    assert report.remarks == []
    assert not {each.rule for each in report.unjudged} & {"R-10", "R-13"}


def test_no_finding_holds_a_value_of_the_text() -> None:
    word = "Zx9Secret"
    given = dict.fromkeys(("connections_prefix", "variables_prefix", "connections_prefix_shared"), f"/{word}//")
    given |= {"shared_account": word, "role_arn": word, word: word, "conections_prefix": word, "sep": "/"}
    text = json.dumps({**given, "connections_lookup_pattern": f"{word}/"})
    env = f"{BACKEND}={MANAGER}\n{KWARGS}={text}\nAIRFLOW__CORE__FERNET_KEY_SECRET={word}\nAIRFLOW_CONN_A={word}\n"
    for each in (text, env):
        report = linted(each, inventory([]))
        assert report.remarks
        assert word not in repr(report)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["shared_account"], "SharedSecretsManagerBackend"),
        (["connections_path", "url"], "VaultBackend"),
        (["vault_url", "connections_prefix"], "AzureKeyVaultBackend"),
        (["project_id", "connections_prefix"], "CloudSecretManagerBackend"),
        (["connections_prefix"], "SecretsManagerBackend"),
        ([], "SecretsManagerBackend"),
    ],
)
def test_bare_kwargs_tell_whose_they_are(names: Sequence[str], expected: str) -> None:
    assert class_of(json.dumps(dict.fromkeys(names, "x"))).endswith(f".{expected}")


def test_a_prefix_with_a_slash_is_parameter_stores() -> None:
    assert class_of('{"connections_prefix": "/airflow/connections"}').endswith("ParameterStoreBackend")


@pytest.mark.parametrize(
    ("class_path", "kwargs", "code", "kwarg"),
    [
        (GOOGLE, {"connections_prefix": "airflow/connections"}, "refused-prefix", "connections_prefix"),
        (GOOGLE, {"variables_prefix": "airflow/variables"}, "illegal-prefix", "variables_prefix"),
        (AZURE, {"vault_url": "https://v", "connections_prefix": "airflow/c"}, "illegal-prefix", "connections_prefix"),
        (AZURE, {"vault_url": "https://v", "sep": "."}, "illegal-prefix", "connections_prefix"),
        (AZURE, {"connections_prefix": "airflow"}, "raising-lookups", "vault_url"),
        (AZURE, {"vault_url": "https://v", "connections_lookup_pattern": "^a"}, "ignored-kwarg", ""),
        (MANAGER, {"extra_conn_words": {"dbname": ["db"]}}, "bad-conn-words", "extra_conn_words"),
        (MANAGER, {"extra_conn_words": {"host": 1}}, "bad-conn-words", "extra_conn_words"),
    ],
)
def test_what_keeps_every_lookup_from_a_value_is_told(class_path: str, kwargs: Any, code: str, kwarg: str) -> None:
    report = linted(json.dumps(kwargs, indent=1), class_path=class_path)
    found = [each for each in report.remarks if each.failed.code == code]
    assert found
    assert {each.rule for each in found} == {"R-56"}
    if kwarg in kwargs:
        assert found[0].kwarg == kwarg
        assert found[0].line == 2 + list(kwargs).index(kwarg)


@pytest.mark.parametrize(
    ("class_path", "kwargs"),
    [
        (GOOGLE, {"connections_prefix": "airflow_connections", "sep": "_", "config_prefix": None}),
        (GOOGLE, {"connections_prefix": "airflow-connections", "variables_prefix": None, "config_prefix": None}),
        (AZURE, {"vault_url": "https://v", "connections_prefix": "airflow_connections", "config_prefix": None}),
        (AZURE, {"vault_url": "https://v", "connections_prefix": "", "variables_prefix": None, "config_prefix": None}),
        (
            MANAGER,
            {
                "extra_conn_words": {"user": ["u"], "host": ["h"]},
                "connections_lookup_pattern": "^a",
                "config_prefix": None,
            },
        ),
    ],
)
def test_sound_settings_of_each_backend_have_no_fault(class_path: str, kwargs: Any) -> None:
    assert not linted(json.dumps(kwargs), class_path=class_path).remarks


@pytest.mark.parametrize(("pattern", "is_wrong"), [("^airflow_db$", False), ("^airflow/db", True), ("^a/b", True)])
def test_a_pattern_may_begin_like_a_prefix_of_one_word(pattern: str, is_wrong: bool) -> None:
    report = linted(kwargs(connections_prefix="airflow", connections_lookup_pattern=pattern))
    assert any(each.rule == "R-11" for each in report.remarks) is is_wrong
