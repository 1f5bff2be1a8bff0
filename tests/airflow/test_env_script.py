from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretsui.airflow.env_script import read_script
from secretsui.airflow.environment import Collector, EnvironmentReport, Unknown
from secretsui.core.sensitive import Sensitive
from tests.airflow.samples import gaps, origins, problems, text, values

MAYBE = Unknown("conditional", maybe_unset=True)


def read(script: str) -> EnvironmentReport:
    collector = Collector()
    read_script(collector, script, "script")
    return collector.report()


def test_a_script_is_read_without_being_run() -> None:
    report = read(text("startup.sh"))
    assert values(report) == {
        "AIRFLOW_CONN_CRM_DB": "postgres://svc_crm:sample-not-real@db.example/crm",
        "AIRFLOW_VAR_STAGE": "dev",
        "AIRFLOW_VAR_SECOND": "two words",
        "AIRFLOW_VAR_LATER": "x",
        "AIRFLOW_VAR_TOKEN": Unknown("substitution"),
        "AIRFLOW__SECRETS__BACKEND": "example.Loses",
        "AIRFLOW_VAR_ROLE": MAYBE,
        "AIRFLOW_CONN_LONG": '{"conn_type": "http",\n  "host": "h.example"}',
        "AIRFLOW_VAR_MAYBE": MAYBE,
        "AIRFLOW_VAR_JOINED": "onetwo",
    }
    assert origins(report)["AIRFLOW_CONN_LONG"] == ("script", 13)
    assert gaps(report) == [("reads-another-script", "", "script")]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("export AIRFLOW_VAR_X=1; unset AIRFLOW_VAR_X", {}),
        ("export AIRFLOW_VAR_X=1\nAIRFLOW_VAR_X=2", {"AIRFLOW_VAR_X": "2"}),
        ("declare -x AIRFLOW_VAR_X=1", {"AIRFLOW_VAR_X": "1"}),
        ("declare AIRFLOW_VAR_X=1", {}),
        ("AIRFLOW_VAR_X=1 airflow version", {}),
        ("echo export AIRFLOW_VAR_X=1", {}),
        ("# export AIRFLOW_VAR_X=1", {}),
        ("f() { export AIRFLOW_VAR_X=1; }", {"AIRFLOW_VAR_X": MAYBE}),
        ("function f { export AIRFLOW_VAR_X=1; }", {"AIRFLOW_VAR_X": MAYBE}),
        (
            "for a in b; do export AIRFLOW_VAR_X=1; done\nexport AIRFLOW_VAR_Y=2",
            {"AIRFLOW_VAR_X": MAYBE, "AIRFLOW_VAR_Y": "2"},
        ),
        ("(export AIRFLOW_VAR_X=1)", {"AIRFLOW_VAR_X": MAYBE}),
        ("export AIRFLOW_VAR_X=1 | cat", {"AIRFLOW_VAR_X": MAYBE}),
        ("export AIRFLOW_VAR_X=1\nfalse && export AIRFLOW_VAR_X=2", {"AIRFLOW_VAR_X": Unknown("conditional")}),
        ("export AIRFLOW_VAR_X=1\nfalse && unset AIRFLOW_VAR_X", {"AIRFLOW_VAR_X": MAYBE}),
        ("export AIRFLOW_VAR_X=1\nexport AIRFLOW_VAR_X+=2", {"AIRFLOW_VAR_X": Unknown("substitution")}),
        ("fi\nfi\nif a; then export AIRFLOW_VAR_X=1; fi", {"AIRFLOW_VAR_X": MAYBE}),
    ],
)
def test_what_a_shell_would_not_surely_do_is_not_sure(script: str, expected: dict[str, object]) -> None:
    assert values(read(script)) == expected


def test_reading_stops_at_a_here_document() -> None:
    report = read("export AIRFLOW_VAR_X=1\ncat <<END\nexport AIRFLOW_VAR_Y=1\nEND\n")
    assert values(report) == {"AIRFLOW_VAR_X": "1"}
    assert [(each.reason, each.line) for each in report.gaps] == [("here-document", 2)]


def test_a_quote_that_is_never_closed_is_told_with_its_line() -> None:
    report = read("export AIRFLOW_VAR_X=1\nexport AIRFLOW_VAR_Y='2\n" + "x\n" * 1000)
    assert values(report) == {"AIRFLOW_VAR_X": "1"}
    assert problems(report) == [("bad-line", 2)]
    assert gaps(report) == [("unreadable-script", "", "")]


texts = st.text(st.characters(codec="ascii", exclude_characters="\0\r"), max_size=12)
# Nothing in them makes the shell run anything.
written = st.one_of(
    texts.map(shlex.quote),
    st.text("ab #;&|<>'{}=", max_size=12).map('"{}"'.format),
    st.from_regex(r"[a-z0-9/:@.-]*", fullmatch=True),
)
commands = st.builds(
    lambda form, name, value: form.format(f"AIRFLOW_VAR_{name}", value),
    st.sampled_from(["export {0}={1}", "{0}={1}; export {0}", "export {0}={1} # x", "unset {0}", "{0}={1}", "true\n"]),
    st.sampled_from("AB"),
    written,
)


@settings(max_examples=60)
@given(st.lists(commands, max_size=4).map("\n".join))
def test_what_is_sure_is_what_a_shell_exports(script: str) -> None:
    ran = subprocess.run(
        ["bash", "-c", f"{{ {script}\n}} 2>/dev/null; env -0"],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    exported = dict(each.partition("=")[::2] for each in ran.stdout.split("\0"))
    sure = {each.name: each.value.reveal() for each in read(script).entries if isinstance(each.value, Sensitive)}
    assert sure == {name: value for name, value in exported.items() if name.startswith("AIRFLOW_")}
