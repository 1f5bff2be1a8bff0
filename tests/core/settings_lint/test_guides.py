"""What guides for secrets backends let people stumble over: snippets of their kind, and what is found in them.

Settings go through the linter as they are pasted, values of secrets through the rules about formats.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Final

import pytest

from secretsui.airflow import settings_text
from secretsui.core.rules import format as values
from secretsui.core.sensitive import Sensitive
from secretsui.core.settings_lint import Asked, Report, Setting, Stray, lint

MANAGER: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
SHARED: Final = "airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend"
VAULT: Final = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
AMAZON: Final = "apache-airflow-providers-amazon"
BACKEND, KWARGS = "AIRFLOW__SECRETS__BACKEND", "AIRFLOW__SECRETS__BACKEND_KWARGS"


def linted(text: str, *, platform: str = "", class_path: str = "") -> Report:
    found = settings_text.read(text, class_path=class_path)
    settings = [
        Setting(each.name, each.kind, each.value if isinstance(each.value, Sensitive) else None, each.line)
        for each in found.report.entries
    ]
    strays = [Stray(each.name, each.meant, each.line) for each in found.strays]
    return lint(Asked(Sensitive(text), settings, found.airflow, found.providers, platform or found.platform, strays))


def faults(report: Report) -> Collection[tuple[str, str]]:
    return {(each.rule, each.failed.code) for each in report.remarks}


def spots(report: Report, rule: str) -> list[tuple[str, int]]:
    return [(each.kwarg, each.line) for each in report.remarks if each.rule == rule]


def facts(report: Report, code: str) -> dict[str, Any]:
    return next(dict(each.failed.facts) for each in report.remarks if each.failed.code == code)


def of_value(text: str, kind: str) -> Collection[tuple[str, str]]:
    return {(each.rule, each.code) for each in values.lint(Sensitive(text), kind)}


class TestAstroWithSecretsManager:
    DOCKERFILE: Final = (
        "FROM quay.io/astronomer/astro-runtime:12.1.0\n"
        f"ENV {BACKEND}={MANAGER}\n"
        f"ENV {KWARGS}='"
        '{"connections_prefix": "airflow/connections", "variables_prefix": "airflow/variables", "config_prefix": null,'
        ' "role_arn": "arn:aws:iam::111122223333:role/astro"}\'\n'
    )

    @pytest.mark.parametrize(("version", "is_old"), [("4.1.0", True), ("5.0.0", True), ("5.1.0", False)])
    def test_the_provider_has_to_be_5_1_0(self, version: str, is_old: bool) -> None:
        report = linted(f"{AMAZON}=={version}\n{self.DOCKERFILE}")
        assert (("R-57", "provider-too-old") in faults(report)) is is_old
        if is_old:
            assert facts(report, "provider-too-old")["needs"] == "5.1.0"

    def test_without_its_version_that_could_not_be_checked(self) -> None:
        report = linted(self.DOCKERFILE)
        assert ("R-57", "provider-version") in {(each.rule, each.reason) for each in report.unjudged}

    def test_nothing_else_is_wrong_but_the_missing_pattern(self) -> None:
        assert faults(linted(f"{AMAZON}==9.2.0\n{self.DOCKERFILE}")) == {("R-55", "no-pattern")}

    def test_without_quotes_a_dockerfile_cuts_the_kwargs(self) -> None:
        text = f'FROM astro-runtime:x\nENV {BACKEND}={MANAGER}\nENV {KWARGS}={{"connections_prefix": "a"}}\n'
        report = linted(text)
        assert ("R-58", "not-json") in faults(report)
        assert spots(report, "R-58") == [("", 3)]

    def test_variables_are_created_by_command(self) -> None:
        kwargs = '{"connections_prefix": "/airflow/connections", "full_url_mode": false}'
        text = f"astro deployment variable create {BACKEND}={MANAGER} \\\n  {KWARGS}='{kwargs}' --secret\n"
        report = linted(text)
        assert {("R-14", "slash-before-prefix"), ("R-34", "removed-setting")} <= set(faults(report))
        assert spots(report, "R-14") == [("connections_prefix", 2)]


class TestAstroOverview:
    def test_the_variable_that_names_the_class_is_missing(self) -> None:
        report = linted(f'# .env\n{KWARGS}={{"connections_prefix": "airflow/connections"}}\n')
        assert faults(report) == {("R-58", "kwargs-without-backend")}
        assert facts(report, "kwargs-without-backend") == {"setting": KWARGS, "missing": BACKEND}
        assert [each.line for each in report.remarks] == [2]

    def test_both_together_are_right(self) -> None:
        text = f'{BACKEND}={MANAGER}\n{KWARGS}={{"connections_prefix": "airflow/connections"}}\n'
        assert ("R-58", "kwargs-without-backend") not in faults(linted(text))

    @pytest.mark.parametrize("value", ['{"":""}', '{"": ""}', '{"postgres://u:p@h/db":""}'])
    def test_brackets_of_the_console_stay_around_a_connection(self, value: str) -> None:
        assert {rule for rule, _ in of_value(value, "connection")} & {"R-29", "R-30", "R-32", "R-38"}

    def test_the_skeleton_of_the_console_is_a_placeholder(self) -> None:
        assert "R-38" in {rule for rule, _ in of_value('{"":""}', "connection")}
        assert "R-38" in {rule for rule, _ in of_value('{"":""}', "variable")}

    def test_quotes_of_the_console_stay_around_a_variable(self) -> None:
        assert "R-37" in {rule for rule, _ in of_value('"my-variable"', "variable")}
        assert not of_value("my-variable", "variable")

    @pytest.mark.parametrize(("prefix", "is_wrong"), [("/airflow/connections", True), ("airflow/connections", False)])
    def test_no_slash_stands_before_a_name(self, prefix: str, is_wrong: bool) -> None:
        report = linted(json.dumps({"connections_prefix": prefix}), class_path=MANAGER)
        assert (("R-14", "slash-before-prefix") in faults(report)) is is_wrong


class TestMwaa:
    OPTIONS: Final = (
        f"secrets.backend : {MANAGER}\n"
        'secrets.backend_kwargs : {"connections_prefix": "airflow/connections", "connections_lookup_pattern": "^db",'
        ' "variables_prefix": "airflow/variables", "config_prefix": null}\n'
    )

    @pytest.mark.parametrize(("version", "is_old"), [("7.2.1", True), ("7.3.0", False), ("9.2.0", False)])
    def test_patterns_need_provider_7_3_0(self, version: str, is_old: bool) -> None:
        report = linted(f"{AMAZON}=={version}\n{self.OPTIONS}")
        assert (("R-57", "provider-too-old") in faults(report)) is is_old
        if is_old:
            assert facts(report, "provider-too-old")["needs"] == "7.3"
            assert spots(report, "R-57") == [("connections_lookup_pattern", 3)]

    def test_the_same_options_as_the_api_answers(self) -> None:
        kwargs = self.OPTIONS.split("\n")[1].partition(" : ")[2]
        options = {"secrets.backend": MANAGER, "secrets.backend_kwargs": kwargs}
        answer = json.dumps(
            {"Environment": {"AirflowVersion": "2.5.1", "AirflowConfigurationOptions": options}}, indent=1
        )
        report = linted(f"{AMAZON}==7.1.0\n{answer}")
        assert spots(report, "R-57") == [("connections_lookup_pattern", 7)]

    def test_the_same_options_in_terraform(self) -> None:
        text = (
            f'airflow_configuration_options = {{\n  "secrets.backend" = "{MANAGER}"\n  "secrets.backend_kwargs" ='
            ' jsonencode({\n    connections_lookup_pattern = "^db"\n    config_prefix = null\n  })\n}\n'
        )
        assert spots(linted(f"{AMAZON}==7.1.0\n{text}"), "R-57") == [("connections_lookup_pattern", 5)]

    def test_a_string_variable_with_quotes_keeps_them(self) -> None:
        assert "R-37" in {rule for rule, _ in of_value('"test-variable"', "variable")}

    @pytest.mark.parametrize(
        "secret", ["mysql://AKIAEXAMPLE:abc/def+ghi@https://web.example/?role_arn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"]
    )
    def test_login_and_password_that_a_script_left_raw_break_the_uri(self, secret: str) -> None:
        assert "R-24" in {rule for rule, _ in of_value(secret, "connection")}

    def test_the_same_with_every_part_encoded_is_read(self) -> None:
        encoded = "aws://AKIAEXAMPLE:abc%2Fdef%2Bghi@/?role_arn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr"
        assert "R-24" not in {rule for rule, _ in of_value(encoded, "connection")}


class TestSoftwareWithVault:
    @staticmethod
    def values_of(kwargs: dict[str, Any]) -> str:
        text = json.dumps({"token": "x", "url": "https://vault.example", **kwargs})
        return f"{BACKEND}={VAULT}\n{KWARGS}='{text}'\n"

    def test_an_engine_without_its_version_is_told(self) -> None:
        assert ("R-46", "engine-version-open") in faults(linted(self.values_of({})))
        assert ("R-46", "engine-version-open") not in faults(linted(self.values_of({"kv_engine_version": 2})))

    @pytest.mark.parametrize(
        ("path", "code"),
        [("airflow/connections", "mount-in-path"), ("data/connections", "data-in-path"), ("connections", "")],
    )
    def test_a_path_that_repeats_the_mount_or_data_is_told(self, path: str, code: str) -> None:
        kwargs = {"mount_point": "airflow", "connections_path": path, "kv_engine_version": 2}
        found = {each for each in faults(linted(self.values_of(kwargs))) if each[0] == "R-46"}
        assert found == ({("R-46", code)} if code else set())

    def test_a_version_that_is_none_keeps_airflow_from_starting(self) -> None:
        assert any(rule == "R-56" for rule, _ in faults(linted(self.values_of({"kv_engine_version": 3}))))

    def test_a_kwarg_of_another_backend_makes_every_lookup_fail(self) -> None:
        report = linted(self.values_of({"connections_prefix": "connections", "kv_engine_version": 2}))
        assert any(rule == "R-56" for rule, _ in faults(report))


class TestSharedSecrets:
    KWARGS: Final = (
        '{"connections_prefix": "airflow/connections", "config_prefix": null,\n'
        ' "connections_prefix_shared": "airflow/connections/",\n "shared_account": "258781458"}'
    )

    def test_an_account_id_has_twelve_digits(self) -> None:
        report = linted(self.KWARGS)
        assert facts(report, "account-id-digits") == {"kwarg": "shared_account", "digits": 9, "needs": 12}
        assert spots(report, "R-56") == [("shared_account", 3)]
        right = self.KWARGS.replace("258781458", "258781458012")
        assert ("R-56", "account-id-digits") not in faults(linted(right))

    def test_a_number_in_the_place_of_a_text_is_held_against_the_same(self) -> None:
        assert ("R-56", "account-id-digits") in faults(linted(self.KWARGS.replace('"258781458"', "258781458")))
        assert ("R-56", "account-id") in faults(linted(self.KWARGS.replace("258781458", "shared")))

    def test_the_trailing_slash_is_found_and_taken_off(self) -> None:
        remark = next(each for each in linted(self.KWARGS).remarks if each.rule == "R-15")
        assert (remark.failed.code, remark.kwarg, remark.line) == (
            "double-separator-in-prefix",
            "connections_prefix_shared",
            2,
        )
        assert remark.edit
        mended = remark.edit.made_in(self.KWARGS)
        assert '"connections_prefix_shared": "airflow/connections"' in mended
        assert not any(rule == "R-15" for rule, _ in faults(linted(mended)))

    def test_variables_are_looked_up_as_connections(self) -> None:
        text = self.KWARGS.replace('"config_prefix"', '"variables_prefix": "airflow/variables", "config_prefix"')
        assert ("R-23", "variables-as-connections") in faults(linted(text))

    def test_a_provider_that_is_too_new_is_told(self) -> None:
        assert ("R-57", "provider-too-new") in faults(linted(f"{AMAZON}==9.26.0\n{self.KWARGS}"))
        assert ("R-57", "provider-too-new") not in faults(linted(f"{AMAZON}==9.25.0\n{self.KWARGS}"))
