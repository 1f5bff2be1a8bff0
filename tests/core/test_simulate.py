from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import given

from secretsui.core import simulate
from tests.airflow_live.cases import cases
from tests.core import strategies as some

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, str(ROOT / "manage.py"), "simulate"]
NO_DJANGO = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def run(text: str | bytes) -> list[dict[str, Any]]:
    given_bytes = text.encode() if isinstance(text, str) else text
    done = subprocess.run(COMMAND, input=given_bytes, capture_output=True, check=True, env=NO_DJANGO)
    assert done.stderr == b""
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        ({"op": "get_uri", "conn": {"conn_type": "http", "host": "h"}, "id": 7}, {"id": 7, "uri": "http://h"}),
        ({"op": "as_json", "conn": {"host": "h"}, "id": None}, {"id": None, "json": '{"host": "h"}'}),
        ({"op": "get_uri", "conn": {}, "id": ["any", {}]}, {"id": ["any", {}], "uri": "//"}),
        (
            {"op": "parse_uri", "uri": "postgresql://u:p@H/s?a=1", "conn_id": "x"},
            {
                "conn_id": "x",
                "conn_type": "postgres",
                "description": None,
                "host": "h",
                "login": "u",
                "password": "p",
                "schema": "s",
                "port": None,
                "extra": '{"a": 1}',
                "extra_dejson": {"a": 1},
                "uri": "postgres://u:p@h/s?__extra__=%7B%22a%22%3A+1%7D",
            },
        ),
    ],
)
def test_a_question_is_answered(case: dict[str, Any], answer: dict[str, Any]) -> None:
    assert simulate.answer(case) == answer


@pytest.mark.parametrize(
    ("airflow", "extra"), [("2.11", '{"a": "1"}'), ("3.3", '{"a": 1}'), ("3.3-sdk", '{"a": "1"}'), (None, '{"a": 1}')]
)
def test_the_airflow_can_be_chosen_and_is_the_newest_server_by_default(airflow: str | None, extra: str) -> None:
    case = {"op": "parse_uri", "uri": "http://h?a=1", **({"airflow": airflow} if airflow else {})}
    assert simulate.answer(case)["extra"] == extra


def test_the_task_class_can_also_be_asked_for_as_the_lab_does() -> None:
    case = {"op": "parse_uri", "uri": "http://h?a=1", "airflow": "3.3", "impl": "sdk"}
    assert simulate.answer(case)["extra"] == '{"a": "1"}'


def test_what_cannot_be_computed_is_null_with_the_reason_beside_it() -> None:
    answer = simulate.answer({"op": "from_json", "text": '{"host": 5, "extra": {"a": "\\ud800"}}', "airflow": "2.11"})
    assert (answer["host"], answer["uri"], answer["extra_dejson"]) == (5, None, None)
    assert answer["uri_error"].startswith("TypeError: ")
    assert answer["extra_dejson_error"].startswith("UnicodeEncodeError: ")


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ({"op": "nope"}, "UnknownOp"),
        ({"op": ["get_uri"]}, "UnknownOp"),
        ({}, "UnknownOp"),
        ([1], "BadInput"),
        ("text", "BadInput"),
        ({"op": "get_uri", "conn": {}, "airflow": "1.10"}, "BadInput"),
        ({"op": "get_uri", "conn": {}, "airflow": ["3.3"]}, "BadInput"),
        ({"op": "get_uri"}, "KeyError"),
        ({"op": "parse_uri"}, "KeyError"),
        ({"op": "from_json"}, "KeyError"),
        ({"op": "get_uri", "conn": []}, "TypeError"),
        ({"op": "from_json", "text": None}, "TypeError"),
        ({"op": "parse_uri", "uri": 5}, "AttributeError"),
        ({"op": "get_uri", "conn": {"colour": "red"}}, "TypeError"),
        ({"op": "from_json", "text": "{}", "conn_id": "\ud800", "airflow": "2.11"}, "UnicodeEncodeError"),
        # The task's class parses the extra before it looks at anything else,
        ({"op": "get_uri", "conn": {"conn_type": 5, "extra": {"a": 1}}, "airflow": "3.3-sdk"}, "TypeError"),
        ({"op": "get_uri", "conn": {"host": "\ud800", "extra": [1]}, "airflow": "3.3-sdk"}, "TypeError"),
        # and Python refuses one keyword before the class sees any.
        ({"op": "get_uri", "conn": {"self": 1, "uri": "http://h"}, "airflow": "3.3-sdk"}, "TypeError"),
    ],
)
def test_a_question_that_cannot_be_answered_gets_a_class(case: Any, error: str) -> None:
    answer = simulate.answer(case)
    assert answer["error"] == error
    assert answer["message"]


@pytest.mark.parametrize(
    ("conn_id", "kept"),
    [
        ("a/b.c:d(e)!#\\-_", {"2.11": True, "3.3": True}),
        ("é", {"2.11": None, "3.3": True}),
        ("a\n", {"2.11": None, "3.3": "a"}),
        ("a\n\n", {"2.11": None, "3.3": None}),
        ("a b", {"2.11": None, "3.3": None}),
        ("x" * 251, {"2.11": None, "3.3": None}),
        (5, {"2.11": None, "3.3": None}),
        (None, {"2.11": None, "3.3": None}),
    ],
)
def test_the_server_keeps_only_ids_that_it_finds_fit(conn_id: Any, kept: dict[str, Any]) -> None:
    for airflow, expected in {**kept, "3.3-sdk": True}.items():
        answer = simulate.answer({"op": "from_json", "text": "{}", "conn_id": conn_id, "airflow": airflow})
        assert answer["conn_id"] == (conn_id if expected is True else expected)


@given(text=some.values, dialect=some.dialects)
def test_errors_quote_nothing(text: str, dialect: str) -> None:
    for case in (
        {"op": "parse_uri", "uri": f"http://c4nary:{text}@h"},
        {"op": "from_json", "text": f'{{"c4nary": {text}'},
    ):
        answer = simulate.answer({**case, "airflow": dialect})
        assert "c4nary" not in answer.get("message", "") + str(answer.get("uri_error"))


def test_lines_are_answered_in_order_and_blank_ones_skipped() -> None:
    lines = ['{"op": "get_uri", "conn": {}, "id": 1}', "", "  ", "{bad", '{"op": "x", "id": 2}', "[" * 9000, "[]"]
    answers = run("\n".join(lines))
    assert [answer.get("id") or answer["error"] for answer in answers] == [1, "BadInput", 2, "BadInput", "BadInput"]


def test_a_line_that_is_not_utf8_is_bad_input() -> None:
    [answer] = run(b'{"op": "\xff"}\n')
    assert answer["error"] == "BadInput"


def test_each_answer_arrives_while_the_input_pauses() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=NO_DJANGO) as peer:
        questions, answers = pipes(peer)
        for number in range(3):
            questions.write(json.dumps({"op": "get_uri", "conn": {"host": "h"}, "id": number}).encode() + b"\n")
            questions.flush()
            assert json.loads(answers.readline())["id"] == number
        questions.write(b'{"op": "get_uri", "conn"')  # half a line waits for its end
        questions.flush()
        questions.write(b': {}, "id": "late"}')
        questions.close()
        assert json.loads(answers.readline())["id"] == "late"
    assert peer.returncode == 0


def pipes(peer: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert peer.stdin
    assert peer.stdout
    return peer.stdin, peer.stdout


def test_a_reader_who_leaves_ends_it_quietly() -> None:
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=NO_DJANGO
    ) as peer:
        questions, answers = pipes(peer)
        answers.close()
        questions.write(b'{"op": "get_uri", "conn": {}}\n' * 1000)
        questions.close()
        assert peer.stderr
        assert peer.stderr.read() == b""
    assert peer.returncode == 0


def test_it_starts_without_django() -> None:
    script = (
        "import runpy, sys; sys.argv[1:] = ['simulate']\n"
        "try: runpy.run_path('manage.py', run_name='__main__')\n"
        "except SystemExit: print(sorted(n for n in sys.modules if n.split('.')[0] in ('django', 'celery', 'boto3')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input="", capture_output=True, text=True, cwd=ROOT, env=NO_DJANGO
    )
    assert done.stdout.strip() == "[]"


def mixed(count: int) -> Iterator[str]:
    for case in cases(seed=1, count=count):
        yield json.dumps({**case, "airflow": ("2.11", "3.3", "3.3-sdk")[case["id"] % 3]}) + "\n"


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_it_answers_twenty_thousand_questions_in_a_second() -> None:
    # In processor time, start included: the clock on the wall depends on who else is working.
    count, lines = 40_000, "".join(mixed(40_000))
    before = processor_seconds()
    assert len(run(lines)) == count
    assert count / (processor_seconds() - before) > 20_000
