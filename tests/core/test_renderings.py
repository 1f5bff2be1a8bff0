"""Each form is read by the tool it is for, and what comes out is the connection."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretsui.core import codec
from secretsui.core.codec import DIALECTS
from secretsui.core.connection import Connection, Mistyped
from secretsui.core.environment import variable_of
from secretsui.core.renderings import IDS, LABELS, Rendering, renderings, survives
from secretsui.core.sensitive import MASK, Sensitive
from tests.core import strategies as some
from tests.core import tools
from tests.core.strategies import json_of

PEM = "-----BEGIN PRIVATE KEY-----\nMIIE+/=\r\n-----END PRIVATE KEY-----\n"
HOSTILE = [
    "it's",
    "'",
    "''\"\"",
    "\\",
    "\\\\'",
    "\\n",
    "ends with \\",
    '"; echo x; "',
    "$HOME ${HOME} $(id) `id` $$",
    "%{if x}%{ %% %",
    "$${x}",
    "{{ .Values.x }} {{{ }}",
    "a # b",
    " leading and trailing ",
    "!history !!",
    PEM,
    "\r",
    "tab\tbell\x07nul-free\x1b",
    "é e\u0301 ﬁ Å",
    "\u2028\u0085\ufeff\xa0\u200f",
    "\U0001f600 \U000e0001",
    "-rf",
    "~",
    "*?[a]",
    "a&b|c;d<e>f",
    "=: , - ---",
    "@file",
    "file:///etc/passwd",
    "•••••••",
]


def connection(word: str) -> Connection:
    return Connection(
        conn_type="postgres",
        host="db.example",
        login=Sensitive(word),
        password=Sensitive(word),
        schema=word,
        port=5432,
        extra=Sensitive(json.dumps({word: word, "token": word, "list": [word, {word: None}], "n": 1.5, "t": True})),
    )


words = st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE) | st.text(max_size=3), max_size=3).map("".join)
carried = words.filter(lambda word: "\x00" not in word)
extras = st.dictionaries(words, json_of(words), max_size=3)


@st.composite
def connections(draw: st.DrawFn) -> Connection:
    def field() -> Sensitive | None:
        return draw(st.none() | words.filter(bool).map(Sensitive))

    extra = draw(st.none() | extras.map(json.dumps) | words.filter(bool))
    return Connection(
        conn_type=draw(some.conn_types | words.filter(bool)),
        host=draw(some.lower_hosts | words),
        login=field(),
        password=field(),
        schema=draw(st.none() | words),
        port=draw(st.none() | st.integers(1, 65535)),
        extra=Sensitive(extra) if extra else None,
    )


def forms(conn: Connection, **options: Any) -> Mapping[str, Rendering]:
    chosen = {"conn_id": "crm", "dialect": "3.3", "written_as": "json", **options}
    return {each.id: each for each in renderings(conn, **chosen)}


def values(found: Mapping[str, Rendering], conn_id: str = "crm") -> Mapping[str, str]:
    """The text that each tool takes from its form."""
    name = variable_of(conn_id)
    *_, cli, cli_input = tools.arguments(found["cli"].text, "airflow")
    *_, aws = tools.arguments(found["aws"].text, "aws")
    assert cli_input == ""
    return {
        "environment": tools.exported(found["environment"].text, name),
        "cli": cli,
        "dotenv": tools.dotenv(found["dotenv"].text)[1],
        "sourced": tools.sourced(found["dotenv"].text, name),
        "helm": tools.helm(found["helm"].text)[name],
        "terraform": tools.terraform(found["terraform"].text),
        "aws": aws,
    }


def canonical(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True)


@pytest.mark.parametrize("word", HOSTILE)
def test_every_tool_reads_the_same_value_from_its_form(word: str) -> None:
    conn = connection(word)
    found = forms(conn)
    expected = canonical(found["json"].text)
    assert {name: canonical(text) for name, text in values(found).items()} == dict.fromkeys(values(found), expected)
    assert survives(found["json"].text, conn)


@settings(max_examples=60)
@given(conn=connections())
def test_every_tool_reads_the_same_value_from_random_connections(conn: Connection) -> None:
    found = forms(conn)
    read = values(found)
    expected = canonical(found["json"].text)
    assert {name: canonical(text) for name, text in read.items()} == dict.fromkeys(read, expected)


@settings(max_examples=60)
@given(conn=some.sound_connections())
def test_every_tool_reads_the_same_uri(conn: Connection) -> None:
    found = forms(conn, written_as="uri")
    uri = found["uri"].text
    if found["uri"].notes:
        assert not survives(uri, conn)
    else:
        read = values(found)
        assert read == dict.fromkeys(read, uri)


@given(conn=connections(), dialect=some.dialects)
def test_the_uri_is_what_airflow_writes(conn: Connection, dialect: Any) -> None:
    try:
        expected = codec.to_uri(conn, dialect).reveal()
    except codec.EncodeError:
        expected = ""
    found = forms(conn, dialect=dialect)["uri"]
    assert found.text == expected
    assert bool(found.notes) or survives(expected, conn)


@given(conn=connections())
def test_the_json_is_read_by_every_airflow_or_says_that_it_is_not(conn: Connection) -> None:
    found = forms(conn)["json"]
    assert survives(found.text, conn) or found.notes


@given(conn=connections())
def test_a_uri_that_is_not_read_alike_everywhere_gives_way_to_json(conn: Connection) -> None:
    found = forms(conn, written_as="uri")
    is_faithful = not found["uri"].notes
    assert found["environment"].text.startswith("export AIRFLOW_CONN_CRM='{") != is_faithful
    assert ("--conn-uri" in found["cli"].text.splitlines()[1][:14]) == is_faithful
    assert any("because not every Airflow" in note for note in found["aws"].notes) != is_faithful


@given(conn=connections())
def test_the_call_in_python_has_the_same_fields(conn: Connection) -> None:
    found = forms(conn)
    expected = json.loads(found["json"].text)
    call = tools.python(found["python"].text)
    assert call.pop("conn_id") == "crm"
    assert json.dumps(call) == json.dumps(expected)


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_other_shells_read_the_same(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    for word in HOSTILE:
        found = forms(connection(word))
        expected = canonical(found["json"].text)
        assert canonical(tools.exported(found["environment"].text, "AIRFLOW_CONN_CRM", shell)) == expected
        assert canonical(tools.arguments(found["aws"].text, "aws", shell)[-1]) == expected


def test_the_commands_are_called_as_they_expect() -> None:
    found = forms(connection("x"), secret_name="data/crm prod", region="eu-central-1")
    assert tools.arguments(found["cli"].text, "airflow")[:-2] == ["connections", "add", "crm", "--conn-json"]
    assert tools.arguments(found["aws"].text, "aws")[:-1] == [
        "secretsmanager",
        "put-secret-value",
        "--secret-id=data/crm prod",
        "--region",
        "eu-central-1",
        "--secret-string",
        "file:///dev/stdin",
    ]


def test_without_a_name_the_secret_has_the_usual_one() -> None:
    assert "--secret-id=airflow/connections/crm \\\n" in forms(connection("x"))["aws"].text
    assert "AIRFLOW_CONN_MY_CONN=" in forms(connection("x"), conn_id="")["environment"].text


@given(conn_id=words.filter(lambda word: word and "\x00" not in word))
def test_a_hostile_id_stays_one_word(conn_id: str) -> None:
    found = forms(Connection("http", "h"), conn_id=conn_id)
    command = tools.arguments(found["cli"].text, "airflow")
    assert conn_id in command
    assert command.count("add") == 1 + (conn_id == "add")
    assert tools.arguments(found["aws"].text, "aws")[2] == f"--secret-id=airflow/connections/{conn_id}"
    assert tools.python(found["python"].text)["conn_id"] == conn_id
    tools.terraform(found["terraform"].text)


@given(conn_id=words.filter(lambda word: word and "\x00" not in word))
def test_a_hostile_id_changes_nothing_but_a_name(conn_id: str) -> None:
    name = variable_of(conn_id)
    found = forms(Connection("http", "h"), conn_id=conn_id)
    assert tools.helm(found["helm"].text) == {name: '{"conn_type": "http", "host": "h"}'}
    for text in (found["environment"].text, found["dotenv"].text):
        assert bool(text) == (not re.search(r"[=\x00-\x1f\x7f]", name))
        assert tools.run_quietly(text) == ""


@pytest.mark.parametrize("attack", ["; {}", "$({})", "`{}`", "' {} '", '" {} "', "\n{}\n", "| {} #", "& {} &", "=x {}"])
def test_an_id_cannot_run_anything(attack: str, tmp_path: Path) -> None:
    word = attack.format(f"touch {tmp_path}/ran")
    found = forms(connection(word), conn_id=word, secret_name=word, region=word)
    for each in ("environment", "dotenv", "cli", "aws"):
        tools.run_quietly(f"airflow() {{ :; }}; aws() {{ cat >/dev/null; }}\n{found[each].text}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("conn_id", "warned"),
    [
        ("crm", set()),
        ("crm_2", set()),
        ("crm-2", {"environment", "dotenv"}),
        ("crm.2", {"environment", "dotenv"}),
        ("team/crm", {"environment", "dotenv", "cli", "helm"}),
        ("-x", {"environment", "dotenv"}),
        ("a=b", {"environment", "dotenv", "cli", "helm"}),
        ("é", {"environment", "dotenv", "helm"}),
    ],
)
def test_an_id_that_a_form_cannot_carry_is_noted(conn_id: str, warned: set[str]) -> None:
    usual = {name: set(each.notes) for name, each in forms(Connection("http", "h")).items()}
    found = forms(Connection("http", "h"), conn_id=conn_id)
    assert {name for name, each in found.items() if set(each.notes) - usual[name]} == warned


def test_the_airflow_command_wants_a_type() -> None:
    assert "without a type" in forms(Connection(host="h"))["cli"].note
    assert "without a type" not in forms(Connection("http", "h"))["cli"].note


def test_an_id_that_looks_like_an_option_comes_last() -> None:
    command = tools.arguments(forms(Connection("http", "h"), conn_id="--x")["cli"].text, "airflow")
    assert command[-3:-1] == ["--", "--x"]


def with_secrets(conn: Connection, word: str) -> Connection:
    extra = {"api_token": word, "sslmode": "x"}
    return replace(conn, login=Sensitive(word), password=Sensitive(word), extra=Sensitive(json.dumps(extra)))


@given(conn=connections(), written_as=st.sampled_from(["json", "uri"]))
def test_secrets_are_eight_dots_in_every_form(conn: Connection, written_as: str) -> None:
    short, long = (forms(with_secrets(conn, word), written_as=written_as) for word in ("c4nary", "c4nary" * 9))
    for name, each in short.items():
        assert "c4nary" not in each.masked
        assert each.masked == long[name].masked
        assert "c4nary" in each.text or each.notes


def test_what_the_catalogue_calls_harmless_is_shown() -> None:
    extra = {"sslmode": "require", "unheard_of": "hush", "password": "hush"}
    conn = Connection("postgres", "db.example", extra=Sensitive(json.dumps(extra)))
    for each in forms(conn).values():
        assert "hush" not in each.masked
        assert ("require" in each.masked) == ("hush" in each.text)


def test_a_secret_deep_inside_a_harmless_extra_is_dots() -> None:
    conn = Connection("aws", extra=Sensitive('{"config_kwargs": {"a": "seen", "b": [{"client_secret": "hush"}]}}'))
    for each in forms(conn).values():
        assert "hush" not in each.masked


def test_no_printed_form_of_a_rendering_has_its_text() -> None:
    found = forms(connection("hush"))
    assert "hush" not in repr(list(found.values()))
    assert "hush" not in repr(found["json"].pieces)
    assert MASK in found["json"].masked


def test_escapes_in_open_parts_of_a_uri_are_set_apart() -> None:
    conn = Connection(
        "http", "https://h", Sensitive("l@"), Sensitive("p@"), "a b", 1, Sensitive('{"endpoint_url": "a b"}')
    )
    found = forms(conn)["uri"]
    toned = [(piece.text, piece.tone) for piece in found.pieces]
    assert ("%20", "escaped") in toned
    assert ("l%40", "secret") in toned
    assert ("https://", "host") in toned
    assert toned[0] == ("http", "type")


def test_all_forms_are_there_in_their_order() -> None:
    assert [each.id for each in renderings(Connection(), conn_id="", dialect="2.11", written_as="uri")] == list(IDS)
    assert {each.id: each.label for each in forms(Connection()).values()} == LABELS


@pytest.mark.parametrize("dialect", DIALECTS)
def test_wrongly_typed_fields_are_written_as_they_are(dialect: Any) -> None:
    conn = Connection(5, ["h"], Mistyped({"a": [1]}), Mistyped(True), {"s": None}, 7, Mistyped(5))
    found = forms(conn, dialect=dialect)
    assert found["uri"].text == ""
    assert json.loads(found["json"].text)["login"] == {"a": [1]}
    assert found["json"].notes
    assert {canonical(text) for text in values(found).values()} == {canonical(found["json"].text)}


def test_an_extra_that_is_nested_very_deeply_stays_text() -> None:
    extra = '{"a": ' * 5000 + "1" + "}" * 5000
    found = forms(Connection("http", "h", extra=Sensitive(extra)))
    assert json.loads(found["json"].text)["extra"] == extra
    assert {canonical(text) for text in values(found).values()} == {canonical(found["json"].text)}


def test_a_field_that_is_nested_very_deeply_is_not_written_at_all() -> None:
    deep: Any = 1
    for _ in range(20_000):
        deep = [deep]
    assert all(each.text == "" and each.notes for each in forms(Connection("http", login=Mistyped(deep))).values())


def test_terraform_itself_reads_the_same(tmp_path: Path) -> None:
    program = shutil.which("terraform")
    if not program:
        pytest.skip("no terraform here")
    expected, blocks = {}, []
    for number, word in enumerate(HOSTILE):
        found = forms(connection(word))
        value = found["terraform"].text.split("secret_string = ", 1)[1].removesuffix("\n}\n")
        blocks.append(f'output "o{number}" {{\n  value = {value}\n}}\n')
        expected[f"o{number}"] = canonical(found["json"].text)
    (tmp_path / "main.tf").write_text("".join(blocks))
    for arguments in (["apply", "-auto-approve", "-no-color"], ["output", "-json"]):
        done = subprocess.run([program, *arguments], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert {name: canonical(each["value"]) for name, each in printed.items()} == expected
