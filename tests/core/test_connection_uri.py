"""The command as scripts call it: what it prints, what it never prints, and how it ends."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretsui.core import codec, connection_uri, pasted
from secretsui.core.compare import compare
from secretsui.core.connection import Connection
from secretsui.core.construct import can_encode
from secretsui.core.renderings import IDS
from tests.core import strategies as some

ROOT = Path(__file__).parents[2]
NO_DJANGO = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
SECRET = "c4nary/p@ss"


class Called:
    def __init__(self, arguments: tuple[str, ...], given: str | bytes, patch: pytest.MonkeyPatch) -> None:
        sent = given if isinstance(given, bytes) else given.encode()
        out, err = io.BytesIO(), io.StringIO()
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sent)))
        patch.setattr(sys, "stdout", io.TextIOWrapper(out, write_through=True))
        patch.setattr(sys, "stderr", err)
        try:
            self.status = connection_uri.main(arguments)
        except SystemExit as end:
            self.status = int(end.code or 0)
        self.out, self.err = out.getvalue().decode(), err.getvalue()


def call(*arguments: str, given: str | bytes = "") -> Called:
    with pytest.MonkeyPatch.context() as patch:
        return Called(arguments, given, patch)


def shell(line: str) -> str:
    """What a terminal shows, standard error first, as the command writes it before its result."""
    done = subprocess.run(["sh", "-c", line], cwd=ROOT, env=in_path(), capture_output=True, text=True)
    status = f"[exit status {done.returncode}]\n" if done.returncode else ""
    return done.stderr + done.stdout + status


def in_path() -> dict[str, str]:
    return {**NO_DJANGO, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{NO_DJANGO['PATH']}"}


EXAMPLES = re.findall(r"```console\n\$ (.*)\n((?:.*\n)*?)```", (ROOT / "docs/connection-uri.md").read_text())


@pytest.mark.parametrize(("line", "shown"), EXAMPLES)
def test_the_examples_of_the_documentation_hold(line: str, shown: str) -> None:
    assert shell(line) == shown


def test_there_are_examples_and_every_form_is_named() -> None:
    assert len(EXAMPLES) >= 8
    named = re.findall(r"^\| `([a-z]+)` \|", (ROOT / "docs/connection-uri.md").read_text(), re.MULTILINE)
    assert named == list(IDS)


def test_a_connection_is_built_from_options_and_files(tmp_path: Path) -> None:
    (tmp_path / "login").write_text("svc\n")
    (tmp_path / "extra").write_text('{"sslmode": "require"}\r\n')
    found = call(
        "--conn-type", "postgresql", "--host", "h", "--schema", "s", "--port", "5432", "--password-file", "-",
        "--login-file", str(tmp_path / "login"), "--extra-file", str(tmp_path / "extra"), given=SECRET,
    )  # fmt: skip
    assert found.out == "postgres://svc:c4nary%2Fp%40ss@h:5432/s?sslmode=require\n"
    assert (found.err, found.status) == ("", 0)


def test_one_line_break_at_the_end_of_a_secret_is_not_a_part_of_it() -> None:
    found = call("--conn-type", "http", "--password-file", "-", "--to", "json", given="a\nb\n\n")
    assert json.loads(found.out)["password"] == "a\nb\n"


@pytest.mark.parametrize("to", IDS)
def test_what_is_written_can_be_read_again(to: str) -> None:
    first = call("--conn-type", "http", "--host", "h", "--password-file", "-", "--to", to, given=SECRET)
    again = call("--to", "json", given=first.out)
    assert json.loads(again.out) == {"conn_type": "http", "host": "h", "password": SECRET}
    assert again.status == 0


@pytest.mark.parametrize(
    ("airflow", "uri"),
    [
        ("2.11", "http://http://h/?a=10\n"),
        ("3.3", "http://http%3A%2F%2Fh/?__extra__=%7B%22a%22%3A+10%7D\n"),
        ("3.3-sdk", "http://http%3A%2F%2Fh/?a=10\n"),
    ],
)
def test_the_airflow_that_reads_and_writes_can_be_chosen(airflow: str, uri: str) -> None:
    assert call("-", "--airflow", airflow, "--host", "http://h", given="http://x/?a=10").out == uri


def test_from_insists_on_a_form() -> None:
    assert call("--from", "uri", given="http://h").status == 0
    found = call("--from", "json", given="http://h")
    assert (found.out, found.err, found.status) == ("", "This is not json, it looks like uri.\n", 1)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--password", SECRET], "--password-file"),
        ([f"--password={SECRET}"], "--password-file"),
        (["--password"], "--password-file"),
        (["--login", SECRET], "--login-file"),
        (["--extra", SECRET], "--extra-file"),
        (["--uri", SECRET], "on standard input"),
        (["--json", SECRET], "on standard input"),
        ([f"http://u:{SECRET}@h"], "not the value itself"),
        ([f' {{"password": "{SECRET}"}}'], "not the value itself"),
        (["--pass", SECRET], "unknown arguments --pass"),
        (["--secret=" + SECRET], "unknown arguments --secret"),
        (["-p" + SECRET], "unknown arguments"),
        (["a", SECRET], "unknown arguments"),
        (["--check=" + SECRET], "--check"),
        (["--port", SECRET], "1 to 65535"),
        (["--port", "0"], "1 to 65535"),
        (["--port", "65536"], "1 to 65535"),
        (["--to", SECRET], "--to is one of uri, json"),
        (["--to"], "expected one argument"),
        (["--from", SECRET], "--from is one of"),
        (["--airflow", SECRET], "--airflow is one of 2.11"),
        (["--written-as", SECRET], "json or uri"),
        (["-", "--password-file", "-"], "only one of SOURCE"),
        (["--from", "uri", "--host", "h"], "--from needs a SOURCE"),
        (["--host", "\udcff"], "not UTF-8"),
    ],
)
def test_a_wrong_call_ends_with_2_and_repeats_nothing(arguments: list[str], complaint: str) -> None:
    found = call(*arguments, given="http://h")
    assert (found.status, found.out) == (2, "")
    assert complaint in found.err
    assert "c4nary" not in found.err


@pytest.mark.parametrize(
    ("arguments", "given_text", "complaint"),
    [
        ([], "", "There is nothing to read."),
        ([], SECRET, "no URI, no JSON"),
        ([], f"http://u:{SECRET}:@h:{SECRET}", "port is not a whole number"),
        ([], '{"conn_type": "http", "password": "c4nary"', "not valid JSON"),
        ([], b"http://c4nary:\xff@h", "not UTF-8"),
        ([], "x" * (1 << 21), "longer than any secret"),
        (["/nowhere/c4nary"], "", "No such file"),
        (["--extra-file", "-", "--airflow", "3.3"], "c4nary", "cannot write this connection as a URI"),
    ],
)
def test_what_cannot_be_read_or_written_ends_with_1(
    arguments: list[str], given_text: str | bytes, complaint: str
) -> None:
    found = call(*arguments, given=given_text)
    assert (found.status, found.out) == (1, "")
    assert complaint in found.err
    assert "c4nary" not in found.err


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("http://u:p@h:1/s?a=b", set()),
        ("http://u:p@h/?a=true", {"extra"}),
        ("http://http://h", set()),
        ('{"conn_type": "http", "extra": "c4nary"}', {"Airflow 3.3 cannot read it"}),
        (
            '{"conn_type": "http", "team_name": "c4nary"}',
            {"Airflow 2.11 cannot read it", "a task of Airflow 3.3 cannot read it"},
        ),
        ('{"engine": "mysql", "username": "c4nary"}', set()),
        ("airflow connections add x --conn-type http --conn-password c4nary", set()),
    ],
)
def test_check_names_the_fields_in_which_the_airflows_part(text: str, fields: set[str]) -> None:
    found = call("--check", given=text)
    assert {line.partition(":")[0] for line in found.err.splitlines()} >= fields
    assert (found.status, found.out) == (int(bool(fields)), "")
    assert "c4nary" not in found.err


def reading(text: str, dialect: codec.Dialect) -> Connection | None:
    try:
        return codec.decode(text, dialect)
    except codec.DecodeError:
        return None


@settings(max_examples=200)
@given(text=some.values)
def test_check_fails_whenever_an_airflow_reads_something_else(text: str) -> None:
    first, *others = (reading(text, dialect) for dialect in ("3.3", "2.11", "3.3-sdk"))
    found = pasted.read(text)
    if first is None or not can_encode(text) or found.problem or found.text.reveal() != text.strip():
        return
    agree = all(other and not changed(first, other) for other in others)
    assert call("--check", given=text).status == int(not agree)


def changed(first: Connection, other: Connection) -> bool:
    return any(each.state != "same" for each in compare(first, other) if each.field != "description")


@settings(max_examples=100)
@given(
    words=st.lists(
        st.sampled_from(["--to", "--check", "json", "-", "--host", "--port", "5", "--from", "x"]) | st.text(max_size=5)
    )
)
def test_no_call_ends_otherwise(words: list[str]) -> None:
    if "-h" not in words and "--help" not in words and not any("\x00" in word for word in words):
        assert call(*words, given="http://h").status in (0, 1, 2)


def test_it_starts_no_django() -> None:
    script = "import sys, manage; sys.modules['django'] = None; sys.exit(manage.main())"
    done = subprocess.run(
        [sys.executable, "-c", script, "connection_uri", "--host", "h"], cwd=ROOT, env=NO_DJANGO, capture_output=True
    )
    assert (done.stdout, done.returncode) == (b"//h\n", 0)


def test_it_ends_quietly_when_nobody_reads() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "manage.py", "connection_uri", "--host", "h"]
    done = subprocess.run(command, cwd=ROOT, env=NO_DJANGO, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.stderr, done.returncode) == (b"", 1)
