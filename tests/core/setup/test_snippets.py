"""Each text is read by the tool that it is for, and what comes out are the settings."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import botocore.session
import pytest
import yaml
from botocore.validate import ParamValidator
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from secretsui.core.rules.settings import lint_settings
from secretsui.core.setup.answers import Answers
from secretsui.core.setup.kwargs import secret_kwarg
from secretsui.core.setup.settings import Setting, environ_of, settings_of
from secretsui.core.setup.snippet import Snippet
from secretsui.core.setup.snippets import snippets
from tests.core.setup import readers
from tests.core.setup.answered import PATTERNS, PLATFORMS, STORES, answers, every, on_vault

EVERY: Final = list(every())
KWARGS: Final = "AIRFLOW__SECRETS__BACKEND_KWARGS"


def texts(given: Answers) -> Mapping[str, Snippet]:
    found = snippets(given)
    assert len({each.id for each in found}) == len(found)
    return {each.id: each for each in found}


def all_of(snippet: str) -> Sequence[tuple[Answers, Snippet]]:
    found = [(given, made[snippet]) for given in EVERY if snippet in (made := texts(given))]
    assert found
    return found


def canonical(environ: Mapping[str, str]) -> dict[str, Any]:
    """Kwargs by what they say, as a format may spell them in its own way."""
    return {name: json.loads(value) if value.startswith("{") else value for name, value in environ.items()}


def expected(given: Answers, *, by_command: bool) -> dict[str, Any]:
    """What every process shall find; a secret is not there, but perhaps the command that reads it."""
    found: dict[str, str] = {}
    for each in settings_of(given):
        if not each.is_secret:
            found[each.variable] = each.value
        elif by_command:
            found[f"{each.variable}_CMD"] = each.command
    return canonical(found)


def held(given: Answers) -> Sequence[Setting]:
    return [each for each in settings_of(given) if each.is_secret]


def test_every_platform_has_texts_for_every_backend() -> None:
    pairs = {(each.platform, each.store) for each in EVERY}
    assert pairs == {(platform, store) for platform in PLATFORMS for store in STORES}
    assert all(texts(each) for each in EVERY)


def test_a_shell_and_dotenv_read_the_environment_alike() -> None:
    for given, snippet in all_of("environment"):
        assert canonical(readers.env(snippet.text)) == expected(given, by_command=True)


def test_config_parser_reads_airflow_cfg() -> None:
    for given, snippet in all_of("cfg"):
        assert canonical(readers.cfg(snippet.text)) == expected(given, by_command=True)


def test_the_dockerfile_sets_them() -> None:
    for given, snippet in all_of("dockerfile"):
        assert canonical(readers.dockerfile(snippet.text)) == expected(given, by_command=True)


def test_hadolint_takes_the_dockerfile(tmp_path: Path) -> None:
    hadolint = Path(".venv/bin/hadolint")
    found = [f"FROM scratch\n{snippet.text}" for _, snippet in all_of("dockerfile")]
    for number, text in enumerate(dict.fromkeys(found)):
        (tmp_path / f"Dockerfile{number}").write_text(text)
    program = str(hadolint) if hadolint.exists() else shutil.which("hadolint")
    assert program
    # It takes each variable for a secret whose name has the word in it: no secret stands there, as another test shows.
    files = map(str, sorted(tmp_path.iterdir()))
    done = subprocess.run([program, "--ignore=DL3064", *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_compose_sets_them_and_mounts_secrets() -> None:
    for given, snippet in all_of("compose"):
        found = readers.compose(snippet.text)
        common = found["x-airflow-common"]
        assert canonical(common["environment"]) == expected(given, by_command=True)
        assert [each["target"] for each in common.get("secrets", [])] == [
            each.command.removeprefix("cat ") for each in held(given)
        ]
        assert {each["source"] for each in common.get("secrets", [])} == set(found.get("secrets", {}))
        assert [each["file"] for each in found.get("secrets", {}).values()] == [
            f"./{each.file}" for each in held(given)
        ]


def test_the_mwaa_console_takes_each_option() -> None:
    for given, snippet in all_of("mwaa"):
        found = readers.options(snippet.text)
        check_mwaa_options(found)
        assert {by_variable(name): value for name, value in canonical(found).items()} == expected(
            given, by_command=False
        )


@cache
def shape_of(service: str, operation: str) -> Any:
    return botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape


def check_call(service: str, operation: str, arguments: Mapping[str, Any]) -> None:
    """By the description that AWS publishes of the call."""
    report = ParamValidator().validate(arguments, shape_of(service, operation))
    assert not report.has_errors(), report.generate_report()


def by_variable(dotted: str) -> str:
    return f"AIRFLOW__{dotted.replace('.', '__')}".upper()


def check_mwaa_options(found: Mapping[str, str]) -> None:
    """By the limits of the service."""
    check_call("mwaa", "UpdateEnvironment", {"Name": "x", "AirflowConfigurationOptions": dict(found)})
    for name, value in found.items():
        assert re.fullmatch(r"[a-z]+([a-z0-9._]*[a-z0-9_]+)?", name)
        assert re.fullmatch(r"[ -~]{1,65536}", value)


def test_the_aws_command_sends_the_same_options() -> None:
    for given, snippet in all_of("mwaa-cli"):
        (call,) = readers.calls(snippet.text, "aws")
        assert call[1:3] == ["mwaa", "update-environment"]
        assert readers.option(call, "--name") == "my deployment"
        found = json.loads(readers.option(call, "--airflow-configuration-options"))
        check_mwaa_options(found)
        assert {by_variable(name): value for name, value in canonical(found).items()} == expected(
            given, by_command=False
        )


def test_terraform_of_mwaa_has_the_same_options() -> None:
    for given, snippet in all_of("mwaa-terraform"):
        assert list(readers.hcl(snippet.text)) == ["airflow_configuration_options"]
        found = readers.terraform(snippet.text.removeprefix("airflow_configuration_options = "))
        assert {by_variable(name): value for name, value in canonical(found).items()} == expected(
            given, by_command=False
        )


def test_the_start_up_script_of_mwaa_exports_what_it_fetches(tmp_path: Path) -> None:
    for given, snippet in all_of("mwaa-script"):
        names = " ".join(f"${each.variable}" for each in held(given))
        script = f'python3() {{ printf \'%s\' "$2" | grep -o \'SecretId="[^"]*"\'; }}\n{snippet.text}\n'
        (call,) = readers.calls(f'{script}tell "{names}"', "tell", folder=tmp_path)
        assert call[1] == " ".join(f'SecretId="{each.secret_name}"' for each in held(given))
        for code in re.findall(r"python3 -c '(.*?)'", snippet.text, re.DOTALL):
            compile(code, "script", "exec")


def test_the_secret_of_mwaa_is_stored_from_the_file() -> None:
    for given, snippet in all_of("mwaa-secret"):
        calls = readers.calls(snippet.text, "aws")
        assert [call[1:3] for call in calls] == [["secretsmanager", "create-secret"]] * len(held(given))
        assert [readers.option(call, "--name") for call in calls] == [each.secret_name for each in held(given)]
        assert [readers.option(call, "--secret-string") for call in calls] == [f"file://{x.file}" for x in held(given)]


def test_astro_is_given_each_variable(tmp_path: Path) -> None:
    for given, snippet in all_of("astro"):
        for each in held(given):
            (tmp_path / each.file).write_text(each.value)
        calls = readers.calls(snippet.text, "astro", folder=tmp_path)
        assert all(call[1:4] == ["deployment", "variable", "create"] for call in calls)
        assert {readers.option(call, "--deployment-name") for call in calls} == {"my deployment"}
        found = dict(word.split("=", 1) for call in calls for word in call if word.startswith("AIRFLOW__"))
        assert found == environ_of(settings_of(given))
        (marked,) = [call for call in calls if "--secret" in call]
        assert all("KWARGS" in word for word in marked if word.startswith("AIRFLOW__"))


def test_the_browser_of_astronomer_software_is_given_each_variable() -> None:
    for given, snippet in all_of("software"):
        assert readers.options(snippet.text) == environ_of(settings_of(given))


def of_chart(value: str) -> str:
    """The chart renders the option as a template and Airflow reads the file with its parser."""
    assert "{{" not in value
    return value.replace("%%", "%")


def test_the_official_chart_sets_options_and_takes_secrets_from_kubernetes() -> None:
    for given, snippet in all_of("helm"):
        values = yaml.safe_load(snippet.text)
        assert set(values) <= {"config", "secret"}
        config = {
            by_variable(f"{section}.{option}"): of_chart(value)
            for section, options in values["config"].items()
            for option, value in options.items()
        }
        assert canonical(config) == expected(given, by_command=False)
        assert values.get("secret", []) == [
            {"envName": each.variable, "secretName": each.secret_name, "secretKey": "kwargs"} for each in held(given)
        ]
        for section in values["config"].values():
            assert not any(re.search(r"(?<!%)%(?:%%)*(?!%)", value) for value in section.values())


def test_the_community_chart_sets_variables_and_takes_secrets_from_kubernetes() -> None:
    for given, snippet in all_of("helm-community"):
        chart = yaml.safe_load(snippet.text)["airflow"]
        assert canonical(chart["config"]) == expected(given, by_command=False)
        assert chart.get("extraEnv", []) == [
            {"name": each.variable, "valueFrom": {"secretKeyRef": {"name": each.secret_name, "key": "kwargs"}}}
            for each in held(given)
        ]


def test_the_secret_of_kubernetes_is_made_from_the_file() -> None:
    for given, snippet in all_of("helm-secret"):
        calls = readers.calls(snippet.text, "kubectl")
        assert [call[1:] for call in calls] == [
            ["create", "secret", "generic", each.secret_name, f"--from-file=kwargs={each.file}"] for each in held(given)
        ]


def test_ecs_registers_the_definition() -> None:
    for given, snippet in all_of("ecs"):
        found = json.loads(snippet.text)
        check_call("ecs", "RegisterTaskDefinition", found)
        (container,) = found["containerDefinitions"]
        check_container(container, given)


def check_container(container: Mapping[str, Any], given: Answers) -> None:
    assert canonical({each["name"]: each["value"] for each in container["environment"]}) == expected(
        given, by_command=False
    )
    assert [(each["name"], each["valueFrom"]) for each in container.get("secrets", [])] == [
        (each.variable, each.secret_name) for each in held(given)
    ]


def test_terraform_of_ecs_has_the_same_container() -> None:
    for given, snippet in all_of("ecs-terraform"):
        assert list(readers.hcl(snippet.text)) == ["locals"]
        expression = snippet.text.removeprefix("locals {\n  airflow_container = ").removesuffix("}\n")
        check_container(readers.terraform(expression), given)


def test_the_parameter_of_ecs_is_stored_from_the_file() -> None:
    for given, snippet in all_of("ecs-secret"):
        calls = readers.calls(snippet.text, "aws")
        assert [readers.option(call, "--name") for call in calls] == [each.secret_name for each in held(given)]
        assert {readers.option(call, "--type") for call in calls} == {"SecureString"}


def test_requirements_are_readable_and_bound() -> None:
    for given, snippet in all_of("requirements"):
        lines = snippet.text.splitlines()
        found = [Requirement(line.removeprefix("# pip install --no-deps ")) for line in lines]
        assert all(each.specifier for each in found)
        assert len(found) == 1 + (given.store == "shared-account")
        assert not lines[0].startswith("#")


def test_secrets_stand_in_files_of_their_own_alone() -> None:
    with_secret = [given for given in EVERY if secret_kwarg(given)]
    assert {given.platform for given in with_secret} == set(PLATFORMS)
    for given in with_secret:
        place = f'"<{secret_kwarg(given)}>"'
        found = texts(given)
        assert [each.id for each in found.values() if place in each.text and each.id != "software"] == [
            f"secret-file-{each.section}" for each in held(given)
        ]
        for each in held(given):
            assert json.loads(found[f"secret-file-{each.section}"].text) == json.loads(each.value)


def test_no_rule_has_anything_to_say_about_the_settings() -> None:
    for given in EVERY:
        found = list(lint_settings(environ_of(settings_of(given)), given.airflow))
        assert not found, (given, found)


def test_terraform_itself_reads_the_same(tmp_path: Path) -> None:
    program = shutil.which("terraform")
    if not program:
        pytest.skip("no terraform here")
    cases = {f"o{number}": answers("mwaa", pattern=pattern) for number, pattern in enumerate(PATTERNS)}
    values = {name: texts(given)["mwaa-terraform"].text.partition(" = ")[2] for name, given in cases.items()}
    outputs = (f'output "{name}" {{\n  value = {value}}}\n' for name, value in values.items())
    (tmp_path / "main.tf").write_text("".join(outputs))
    for arguments in (["apply", "-auto-approve", "-no-color"], ["output", "-json"]):
        done = subprocess.run([program, *arguments], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    for name, printed in json.loads(done.stdout).items():
        found = {by_variable(option): value for option, value in canonical(printed["value"]).items()}
        assert found == expected(cases[name], by_command=False)


SPECIAL: Final = [
    *"aZ_9 ~#'\"`\\$%{}()|^*?!&;<>=,:-\n\t",
    "${",
    "$(",
    "%(",
    "{{",
    "}}",
    "%{",
    "$$",
    "%%",
    "ä",
    "\u2028",
]


@settings(max_examples=40)
@given_by(pattern=st.lists(st.sampled_from(SPECIAL), min_size=1, max_size=12).map("".join))
def test_no_pattern_gets_lost_on_its_way(pattern: str) -> None:
    found = {
        **{name: texts(answers("compose", pattern=pattern))[name] for name in ("environment", "cfg", "dockerfile")},
        "compose": texts(answers("compose", pattern=pattern))["compose"],
        "helm": texts(answers("helm", pattern=pattern))["helm"],
        "helm-community": texts(answers("helm-community", pattern=pattern))["helm-community"],
        "mwaa-cli": texts(answers("mwaa", pattern=pattern))["mwaa-cli"],
        "mwaa-terraform": texts(answers("mwaa", pattern=pattern))["mwaa-terraform"],
    }
    (call,) = readers.calls(found["mwaa-cli"].text, "aws")
    told = [
        readers.env(found["environment"].text)[KWARGS],
        readers.cfg(found["cfg"].text)[KWARGS],
        readers.dockerfile(found["dockerfile"].text)[KWARGS],
        readers.compose(found["compose"].text)["x-airflow-common"]["environment"][KWARGS],
        of_chart(yaml.safe_load(found["helm"].text)["config"]["secrets"]["backend_kwargs"]),
        yaml.safe_load(found["helm-community"].text)["airflow"]["config"][KWARGS],
        json.loads(readers.option(call, "--airflow-configuration-options"))["secrets.backend_kwargs"],
        readers.terraform(found["mwaa-terraform"].text.partition(" = ")[2])["secrets.backend_kwargs"],
    ]
    assert [json.loads(each)["connections_lookup_pattern"] for each in told] == [pattern] * len(told)


def test_vault_without_a_secret_needs_no_file() -> None:
    found = texts(answers("mwaa", "vault", place=on_vault("aws_iam")))
    assert not [each for each in found if each.startswith(("secret-file", "mwaa-script", "mwaa-secret"))]
