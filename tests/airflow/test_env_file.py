from __future__ import annotations

import io

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from secretsui.airflow import env_file
from secretsui.airflow.environment import Unknown
from secretsui.core.sensitive import Sensitive
from tests.airflow.samples import origins, problems, text, values

INTERPOLATION = Unknown("interpolation")
INHERITED = Unknown("inherited", maybe_unset=True)


def test_a_project_file_is_read_as_python_dotenv_reads_it() -> None:
    report = env_file.read(text("project.env"))
    assert values(report) == {
        "AIRFLOW_CONN_CRM_DB": "postgres://svc_crm:sample-not-real@db.example:5432/crm",
        "AIRFLOW_CONN_REPORTING": '{"conn_type": "http", "host": "reports.example"}',
        "AIRFLOW_VAR_STAGE": "staging",
        "AIRFLOW_VAR_EMPTY": "",
        "AIRFLOW_VAR_REGION": "eu-central-1",
        "AIRFLOW_VAR_HOME": INTERPOLATION,
        "AIRFLOW_CONN_my_db": "sqlite://",
        "AIRFLOW_VAR_LINES": "one\ntwo",
        "AIRFLOW__SECRETS__BACKEND": "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
        "AIRFLOW__SECRETS__BACKEND_KWARGS": '{"connections_prefix": "team/connections", "variables_prefix": null}',
    }
    assert origins(report)["AIRFLOW_CONN_CRM_DB"] == (".env", 4)
    assert origins(report)["AIRFLOW_VAR_LINES"] == (".env", 15)


def test_what_is_odd_in_a_file_is_told_with_its_line() -> None:
    report = env_file.read(text("project.env"))
    assert problems(report) == [
        ("duplicate", 8),
        ("default-taken", 10),
        ("lower-case", 12),
        ("lower-case", 13),
        ("no-value", 14),
    ]
    assert report.problems[0].sentence == (
        "AIRFLOW_VAR_STAGE was set before, in line 7; this value counts. Remove one of the two."
    )


@pytest.mark.parametrize(
    ("line", "of_dotenv", "of_compose", "of_docker"),
    [
        ("X=plain", "plain", "plain", "plain"),
        ("X='quoted'", "quoted", "quoted", "'quoted'"),
        ("X=a # remark", "a", "a", "a # remark"),
        ("X='${A}'", "one", Unknown("readers-differ"), "'${A}'"),
        ("X=$A", "$A", Unknown("readers-differ"), "$A"),
        ('X="a\\nb"', "a\nb", Unknown("readers-differ"), '"a\\nb"'),
        ("X=${A}-${B:-two}", "one-two", "one-two", "${A}-${B:-two}"),
        ("X=${MISSING}", INTERPOLATION, INTERPOLATION, "${MISSING}"),
        ("X", None, INHERITED, INHERITED),
        ("X=", "", "", ""),
    ],
)
def test_each_reader_has_its_own_rules(line: str, of_dotenv: object, of_compose: object, of_docker: object) -> None:
    for reader, expected in (("python-dotenv", of_dotenv), ("compose", of_compose), ("docker", of_docker)):
        report = env_file.read("A=one\n" + line.replace("X", "AIRFLOW_VAR_X", 1), reader=reader)  # type: ignore[arg-type]
        assert values(report).get("AIRFLOW_VAR_X") == expected, reader


def test_given_variables_stand_for_those_of_the_process() -> None:
    report = env_file.read("AIRFLOW_VAR_X=${HOME}/x\n", variables={"HOME": "/home/a"})
    assert values(report) == {"AIRFLOW_VAR_X": "/home/a/x"}
    assert not report.problems


def test_a_value_without_quotes_that_goes_on_in_the_next_lines_is_not_taken_for_names() -> None:
    report = env_file.read('AIRFLOW_CONN_X={\n"password":"hunter2"\n}\nAIRFLOW_CONN_Y:postgres://u:hunter2@h\n')
    assert values(report) == {"AIRFLOW_CONN_X": "{"}
    assert problems(report) == [("bad-name", 4)]
    assert "hunter2" not in repr(report) + "".join(each.sentence for each in report.problems)


@pytest.mark.parametrize(
    ("hostile", "problem"),
    [
        ("A=1\nX='never closed\n", ("bad-line", 2)),
        ("A=1\nB=a" + " " * 100_000 + "b", ("too-many-blanks", 2)),
        ("A=1\nAIRFLOW_VAR_X=" + "${" * 200_000 + "\nX='", ("bad-line", 3)),
        ("A" * 600_000, ("too-long", 0)),
    ],
)
def test_hostile_files_are_refused_with_the_line(hostile: str, problem: tuple[str, int]) -> None:
    assert problems(env_file.read(hostile)) == [problem]


@given(
    st.lists(
        st.builds(
            "{}AIRFLOW_{}={}{}".format,
            st.sampled_from(["", "export ", "  ", "\n\n"]),
            st.sampled_from(["CONN_A", "CONN_B", "VAR_C", "VAR_D-E"]),
            st.sampled_from(["", " ", "\t"]),
            st.text("abAIRFLOW_CONN_VAR ${}:-'\"\\#=n\n", max_size=25) | st.text(max_size=10),
        ),
        max_size=5,
    )
)
def test_what_is_known_is_what_python_dotenv_makes_of_it(lines: list[str]) -> None:
    content = "\n".join(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.environ", {})
        expected = dotenv_values(stream=io.StringIO(content, newline=""))
    for each in env_file.read(content).entries:
        if isinstance(each.value, Sensitive):
            assert each.value.reveal() == expected[each.name]
