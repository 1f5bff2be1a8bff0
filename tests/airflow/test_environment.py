from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsui.airflow import (
    env_astro,
    env_compose,
    env_ecs,
    env_file,
    env_helm,
    env_kubernetes,
    env_mwaa,
    env_script,
)
from secretsui.airflow.environment import Collector, EnvironmentReport, kind_of
from tests.airflow.samples import DATA, answer, text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("AIRFLOW_CONN_X", "connection"),
        ("AIRFLOW_CONN_MY-DB", "connection"),
        ("AIRFLOW_CONN_A/B.C", "connection"),
        ("AIRFLOW_CONN__TEAM___X", "connection"),
        ("AIRFLOW_CONN_x", "connection"),
        ("AIRFLOW_VAR_X", "variable"),
        ("AIRFLOW_VAR_Ü", "variable"),
        ("AIRFLOW__SECRETS__BACKEND", "setting"),
        ("AIRFLOW__SECRETS__BACKEND_KWARG__ROLE_ID", "setting"),
        ("AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS", "setting"),
        ("AIRFLOW__CORE__MULTI_TEAM", "setting"),
        ("AWS_REGION", "setting"),
        ("AIRFLOW__CORE__FERNET_KEY", None),
        ("AIRFLOW_CONN_", None),
        ("AIRFLOW_CONN_ ", None),
        ("AIRFLOW_CONN_X:postgres", None),
        ("AIRFLOW_VAR_" + "X" * 251, None),
        ("PATH", None),
    ],
)
def test_names_are_those_that_airflow_knows(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


def script(content: str) -> EnvironmentReport:
    collector = Collector()
    env_script.read_script(collector, content, "script")
    return collector.report()


def compose_files(content: str) -> EnvironmentReport:
    return env_compose.read("services: {a: {env_file: x}}", files={"x": content}, dotenv=content)


READERS: dict[str, Callable[[str], EnvironmentReport]] = {
    "python-dotenv": env_file.read,
    "compose file": lambda content: env_file.read(content, reader="compose"),
    "docker": lambda content: env_file.read(content, reader="docker"),
    "compose": env_compose.read,
    "env_file of compose": compose_files,
    "official": lambda content: env_helm.read(content, "official"),
    "community": lambda content: env_helm.read(content, "community"),
    "kubernetes": env_kubernetes.read,
    "script": script,
}
FILES = [text(each.name) for each in sorted(DATA.iterdir()) if each.is_file()]
SECRET = "hunter2"


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """A realistic file with a part of it cut out, or strange text put in."""
    content = draw(st.sampled_from(FILES))
    start, length = draw(st.integers(0, len(content))), draw(st.integers(0, 40))
    odd = draw(st.text(max_size=20) | st.text("'\"{}[]:-&*!|>%@`$\\#=\n\t ()<", max_size=20))
    return content[:start] + odd + content[start + length :]


@pytest.mark.parametrize("reader", READERS)
@given(content=mangled() | st.text())
def test_hostile_text_makes_problems_and_never_errors(reader: str, content: str) -> None:
    report = READERS[reader](content)
    assert all(each.sentence for each in report.problems)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ANSWERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "ecs": (env_ecs.read, "task-definition.json"),
    "mwaa": (env_mwaa.read, "mwaa.json"),
    "astro": (env_astro.read, "astro-deployment.json"),
    "astro objects": (lambda given: env_astro.read_objects(given, "dep1"), "astro-objects.json"),
    "kubernetes": (lambda given: env_kubernetes.read_objects([given]), "task-definition.json"),
}


def replaced(tree: Any, path: list[int], odd: Any) -> Any:
    """The same tree with something else in one place of it."""
    if not path or not isinstance(tree, dict | list) or not tree:
        return odd
    keys = list(tree) if isinstance(tree, dict) else range(len(tree))
    key = keys[path[0] % len(keys)]
    copy: Any = tree.copy()
    copy[key] = replaced(tree[key], path[1:], odd)
    return copy


@pytest.mark.parametrize("source", ANSWERS)
@given(path=st.lists(st.integers(0, 20), max_size=6), odd=json_values)
def test_hostile_answers_make_problems_and_never_errors(source: str, path: list[int], odd: Any) -> None:
    reader, sample = ANSWERS[source]
    found = reader(replaced(answer(sample), path, odd))
    assert all(each.sentence for each in found.problems)


@pytest.mark.parametrize(
    ("reader", "content"),
    [
        ("python-dotenv", f"AIRFLOW_CONN_X={SECRET}\nAIRFLOW_CONN_X='{SECRET}'\nAIRFLOW_CONN_Y='{SECRET}\n"),
        ("docker", f"AIRFLOW_CONN_X={SECRET}\nAIRFLOW_CONN_Y:{SECRET}=1\n"),
        ("compose", f"services: {{a: {{environment: {{AIRFLOW_CONN_X: '{SECRET}', AIRFLOW_CONN_Y:{SECRET}: x}}}}}}"),
        ("compose", f"services: {{a: {{environment: ['AIRFLOW_CONN_X: {SECRET}', {{AIRFLOW_CONN_Y: {SECRET}}}]}}}}"),
        ("official", f"env: [{{name: AIRFLOW_CONN_X, value: '{SECRET}'}}]\nextraEnv: '{{{{ {SECRET} }}}}'"),
        ("kubernetes", f"kind: Secret\nmetadata: {{name: a}}\nstringData: {{AIRFLOW_CONN_X: {SECRET}}}\n*{SECRET}"),
        ("script", f"export AIRFLOW_CONN_X={SECRET}\nexport AIRFLOW_CONN_Y='{SECRET}\n"),
    ],
)
def test_no_value_is_printed(reader: str, content: str) -> None:
    report = READERS[reader](content)
    printed = repr(report) + json.dumps([each.sentence for each in report.problems])
    assert SECRET not in printed


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("AIRFLOW__CORE__FERNET_KEY_SECRET", "setting"),
        ("AIRFLOW__API_AUTH__JWT_SECRET_SECRET", "setting"),
        ("AIRFLOW__API_AUTH__JWT_SECRET", None),
        ("AIRFLOW__CORE__FERNET_KEY", None),
    ],
)
def test_settings_that_name_a_secret_matter_and_those_that_hold_one_do_not(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind
