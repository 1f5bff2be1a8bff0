"""Settings in every form that people have them in: which it is, what is set, and in which line."""

from __future__ import annotations

from typing import Final

import pytest

from secretsui.airflow.environment import MAX_TEXT
from secretsui.airflow.settings_text import FORMS, Form, SettingsText, read, recognised
from secretsui.core.sensitive import Sensitive

CLASS: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
KWARGS: Final = '{"connections_prefix": "a", "config_prefix": null}'
BACKEND, ITS_KWARGS = "AIRFLOW__SECRETS__BACKEND", "AIRFLOW__SECRETS__BACKEND_KWARGS"
QUOTED: Final = KWARGS.replace('"', '\\"')

# By form: a text, and the lines of the class and of the kwargs.
TEXTS: Final[dict[Form, tuple[str, int, int]]] = {
    "kwargs": (f"\n{KWARGS}\n", 0, 2),
    "env-file": (f"# here\nexport {BACKEND}={CLASS}\n\n{ITS_KWARGS}='{KWARGS}'\n", 2, 4),
    "cfg": (f"[core]\nx = 1\n[secrets]\n# why\nbackend = {CLASS}\nbackend_kwargs: {KWARGS}\n", 5, 6),
    "dockerfile": (f"FROM x\nENV A=1 \\\n    {BACKEND}={CLASS}\nENV {ITS_KWARGS}='{KWARGS}'\n", 3, 4),
    "compose": (f"services:\n  w:\n    environment:\n      {BACKEND}: {CLASS}\n      {ITS_KWARGS}: '{KWARGS}'\n", 4, 5),
    "helm": (f"config:\n  secrets:\n    backend: {CLASS}\n    backend_kwargs: '{KWARGS}'\n", 3, 4),
    "helm-community": (
        f"airflow:\n  image: x\n  config:\n    {BACKEND}: {CLASS}\n    {ITS_KWARGS}: '{KWARGS}'\n",
        4,
        5,
    ),
    "mwaa": (
        (
            '{"Environment": {"AirflowConfigurationOptions": {\n'
            f'"secrets.backend": "{CLASS}",\n"secrets.backend_kwargs": "{QUOTED}"}}}}}}'
        ),
        2,
        3,
    ),
    "mwaa-console": (f"secrets.backend\n{CLASS}\nsecrets.backend_kwargs {KWARGS}\n", 1, 3),
    "terraform": (
        (
            f'airflow_configuration_options = {{\n  "secrets.backend" = "{CLASS}"\n'
            '  "secrets.backend_kwargs" = jsonencode({ connections_prefix = "a", config_prefix = null })\n}'
        ),
        2,
        3,
    ),
    "ecs": (
        (
            '{"containerDefinitions": [{"name": "w", "environment": [\n'
            f'{{"name": "{BACKEND}", "value": "{CLASS}"}},\n{{"name": "{ITS_KWARGS}", "value": "{QUOTED}"}}]}}]}}'
        ),
        2,
        3,
    ),
    "astro": (f"\nastro deployment variable create {BACKEND}={CLASS} {ITS_KWARGS}='{KWARGS}' --secret", 2, 2),
}

TEXTS.update(
    {
        "mwaa-cli": (
            (
                "aws mwaa update-environment --name x \\\n  --airflow-configuration-options '{\n"
                f'"secrets.backend": "{CLASS}",\n"secrets.backend_kwargs": "{QUOTED}"}}\''
            ),
            3,
            4,
        ),
        "pairs": (f"{BACKEND}\n{CLASS}\n\n{ITS_KWARGS}\n{KWARGS}\n", 1, 4),
        "script": (f"#!/bin/bash\nexport {BACKEND}={CLASS}\nexport {ITS_KWARGS}='{KWARGS}'\n", 2, 3),
    }
)


def values(found: SettingsText) -> dict[str, str]:
    entries = found.report.entries
    return {each.name: each.value.reveal() for each in entries if isinstance(each.value, Sensitive) and each.line}


def lines(found: SettingsText) -> dict[str, int]:
    return {each.name: each.line for each in found.report.entries}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_recognised_and_read_with_its_lines(form: Form) -> None:
    text, class_line, kwargs_line = TEXTS[form]
    found = read(text)
    assert found.form == form
    assert values(found)[ITS_KWARGS] == KWARGS
    assert lines(found)[ITS_KWARGS] == kwargs_line
    if class_line:
        assert values(found)[BACKEND] == CLASS
        assert lines(found)[BACKEND] == class_line


@pytest.mark.parametrize("form", FORMS)
def test_each_form_may_be_named_instead(form: Form) -> None:
    assert read(TEXTS[form][0], form).form == form
    assert read("", form).report.entries == read("", form).report.entries


@pytest.mark.parametrize("text", ["", "hello", "some: yaml", "[1, 2]"])
def test_what_could_be_anything_is_left_to_the_person(text: str) -> None:
    assert recognised(text) is None
    assert read(text).form is None


def test_bare_kwargs_get_the_class_that_is_told() -> None:
    found = {each.name: each.value for each in read(KWARGS, class_path=CLASS).report.entries}
    assert found[BACKEND] == Sensitive(CLASS)


def test_options_alone_are_those_of_mwaa() -> None:
    found = read(f'{{"secrets.backend": "{CLASS}"}}')
    assert (found.form, found.platform) == ("mwaa", "mwaa")
    assert values(found)[BACKEND] == CLASS


def test_broken_json_is_told_by_its_words() -> None:
    assert read('{"containerDefinitions": [').form == "ecs"
    assert read('{"containerDefinitions": [').report.problems[0].code == "bad-text"
    assert read('{"Environment": {').form == "mwaa"


def test_json_that_yaml_does_not_take_is_read_all_the_same() -> None:
    found = read(f'{{\t"secrets.backend":\t"{CLASS}"}}')
    assert {each.name for each in found.report.entries} >= {BACKEND}


def test_values_over_several_lines_are_joined() -> None:
    cfg = read('[secrets]\nbackend_kwargs = {\n  "a": 1,\n  # no part of it\n  "b": 2}\nbackend = x\n')
    assert values(cfg)[ITS_KWARGS] == '{\n"a": 1,\n"b": 2}'
    console = read('secrets.backend_kwargs\n{"a":\n  1}\nsecrets.backend: x')
    assert values(console) == {ITS_KWARGS: '{"a":\n1}', BACKEND: "x"}


def test_airflow_cfg_stumbles_over_a_single_percent_sign() -> None:
    assert values(read("[secrets]\nbackend_kwargs = 50%% of\n"))[ITS_KWARGS] == "50% of"
    assert ITS_KWARGS not in values(read("[secrets]\nbackend_kwargs = 50% of\n"))


def test_a_dockerfile_has_an_older_way_in_which_quotes_stay() -> None:
    assert values(read(f"FROM x\nENV {ITS_KWARGS} '{KWARGS}'\n"))[ITS_KWARGS] == f"'{KWARGS}'"
    assert values(read(f"FROM x\nENV {ITS_KWARGS}={KWARGS}\n"))[ITS_KWARGS] == "{connections_prefix:"
    assert ITS_KWARGS not in values(read(f"FROM x\nENV {ITS_KWARGS}=$MORE\n"))
    assert read(f"FROM x\nENV {ITS_KWARGS}='open\n").report.problems[0].code == "bad-line"


def test_astro_takes_names_and_values_by_flags_as_well() -> None:
    found = read(f"astro deployment variable create --key {BACKEND} --value {CLASS} --deployment-id x")
    assert values(found) == {BACKEND: CLASS}


def test_what_terraform_works_out_is_not_known() -> None:
    found = read('airflow_configuration_options = {\n "secrets.backend" = var.x\n "secrets.backend_kwargs" = "${x}"\n}')
    assert values(found) == {}
    assert lines(found)[BACKEND] == 2


def test_versions_are_told_by_requirements_and_images() -> None:
    found = read(f"apache-airflow[amazon]==2.10.3\napache-airflow-providers-amazon == 9.1.0 # why\n{KWARGS}")
    assert (found.form, found.airflow) == ("kwargs", "2.10.3")
    assert found.providers == {"apache-airflow-providers-amazon": "9.1.0"}
    assert lines(found)[ITS_KWARGS] == 3
    assert read(f"apache-airflow-providers-amazon>=9.1\n{KWARGS}").providers == {}
    assert read("FROM apache/airflow:3.0.1-python3.12\nENV A=1").airflow == "3.0.1"
    assert read('airflowVersion: "2.9.2"\nconfig: {}').airflow == "2.9.2"
    assert read('{"Environment": {"AirflowVersion": "2.8.1"}}').airflow == "2.8.1"


def test_platforms_are_told_by_the_form_or_the_image() -> None:
    assert read(TEXTS["terraform"][0]).platform == "mwaa"
    assert read("FROM quay.io/astronomer/astro-runtime:12.1.0\nENV A=1").platform == "astro"
    assert read(TEXTS["env-file"][0]).platform == "plain"


@pytest.mark.parametrize("name", ["AIRFLOW_SECRETS_BACKEND", "AIRFLOW__SECRET__BACKEND", "AIRFLOW__SECRETS_BACKEND"])
def test_names_with_wrong_underscores_are_told(name: str) -> None:
    found = read(f"\n{name}={CLASS}\n", "env-file")
    assert [(each.meant, each.line) for each in found.strays] == [(BACKEND, 2)]


def test_right_names_are_no_strays() -> None:
    assert read(TEXTS["env-file"][0]).strays == ()


def test_a_text_beyond_all_bounds_is_refused() -> None:
    assert read("x" * (MAX_TEXT + 1)).report.problems[0].code == "too-long"


def test_options_of_a_command_may_be_shorthand() -> None:
    found = read(f"aws mwaa update-environment --airflow-configuration-options=secrets.backend={CLASS},core.x=1,2\n")
    assert values(found)[BACKEND] == CLASS


def test_the_environment_of_a_container_in_terraform() -> None:
    text = f'environment = [\n {{ name = "{BACKEND}", value = "{CLASS}" }},\n]\nsecrets = [{{\n name = "{ITS_KWARGS}"\n'
    found = read(text + ' valueFrom = "x"\n}]\n')
    assert (found.form, found.platform, values(found)) == ("terraform", "ecs", {BACKEND: CLASS})
    assert lines(found)[ITS_KWARGS] == 5


def test_a_part_of_a_compose_file_is_read_as_what_services_take_over() -> None:
    found = read(f"x-airflow-common:\n  environment:\n    {BACKEND}: {CLASS}\n")
    assert (found.form, values(found)) == ("compose", {BACKEND: CLASS})


def test_kwargs_that_mwaa_sets_by_itself_are_for_amazons_backends_alone() -> None:
    amazon = {each.name: each.value for each in read(f"secrets.backend {CLASS}").report.entries}
    assert isinstance(amazon[ITS_KWARGS], Sensitive)
    vault = read("secrets.backend airflow.providers.hashicorp.secrets.vault.VaultBackend").report.entries
    assert not any(isinstance(each.value, Sensitive) for each in vault if each.name == ITS_KWARGS)


@pytest.mark.parametrize("text", ["\n" * 200_000, " " * 200_000, "airflow:\n" + "  \n" * 60_000, "x" + " " * 200_000])
def test_blanks_without_end_are_no_form(text: str) -> None:
    """Each would take minutes with two repeats beside each other."""
    assert recognised(text) is None or recognised(text) == "helm"
