"""From whatever holds a connection back to it; from anything else to a word about it, and never to an error."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretsui.core import codec, pasted
from secretsui.core.codec_errors import SENTENCES
from secretsui.core.compare import compare
from secretsui.core.connection import FIELDS, Connection, plain
from secretsui.core.pasted import LONGEST
from secretsui.core.renderings import renderings
from secretsui.core.sensitive import Sensitive
from tests.core import strategies as some
from tests.core.test_renderings import HOSTILE, connection, connections

URI = "postgres://svc:p%40ss%2F@db.example:5432/crm?sslmode=require"
JSON = '{"conn_type": "postgres", "host": "db.example", "login": "svc", "password": "p@ss/"}'
ROTATION = json.dumps(
    {
        "engine": "postgres",
        "host": "db.example",
        "username": "svc",
        "password": "p@ss/",
        "port": 5432,
        "dbname": "crm",
        "dbInstanceIdentifier": "crm-1",
    }
)


def fields(conn: Connection | None) -> dict[str, Any]:
    assert conn is not None
    found = {name: getattr(conn, name) for name in FIELDS}
    return {
        name: plain(value) if isinstance(value, Sensitive) else value
        for name, value in found.items()
        if value not in (None, "")
    }


def read(text: str) -> dict[str, Any]:
    found = pasted.read(text)
    assert found.problem == ""
    return {"conn_id": found.conn_id, **fields(found.connection)}


FULL = {
    "conn_type": "postgres",
    "login": "svc",
    "password": "p@ss/",
    "host": "db.example",
    "port": 5432,
    "schema": "crm",
}
SSL = {**FULL, "extra": '{"sslmode": "require"}'}
SHORT = {name: FULL[name] for name in ("conn_type", "login", "password", "host")}


@pytest.mark.parametrize(
    ("text", "form", "conn_id", "expected"),
    [
        (URI, "uri", "", SSL),
        (f"\n  {URI}\n", "uri", "", SSL),
        (f'"{URI}"', "uri", "", SSL),
        (json.dumps(JSON), "json", "", SHORT),
        ("//host", "uri", "", {"host": "host"}),
        ("postgresql+psycopg2://h", "uri", "", {"conn_type": "postgresql+psycopg2", "host": "h"}),
        ("google_cloud_platform://h", "uri", "", {"schema": "oogle_cloud_platform//h"}),
        (JSON, "json", "", SHORT),
        (f"'{JSON}'", "json", "", SHORT),
        (f'{{"crm": {JSON}}}', "json", "crm", SHORT),
        (f'{{"crm": "{URI}"}}', "json", "crm", SSL),
        (json.dumps({"conn_id": "crm", **json.loads(JSON)}), "json", "crm", SHORT),
        (json.dumps({"ARN": "a", "Name": "airflow/connections/crm", "SecretString": JSON}), "json", "crm", SHORT),
        (ROTATION, "rotation", "", FULL),
        ('{"conn_id": "mysql", "server": "h"}', "rotation", "mysql", {"conn_type": "mysql", "host": "h"}),
        (
            '{"conn_type": "http", "description": "d", "user": "u"}',
            "rotation",
            "",
            {"conn_type": "http", "login": "u", "description": "d"},
        ),
        (f"AIRFLOW_CONN_CRM={URI}", "environment", "crm", SSL),
        (
            f"AIRFLOW_CONN_CRM={URI}&a=1  # a remark",
            "environment",
            "crm",
            {**FULL, "extra": '{"sslmode": "require", "a": 1}'},
        ),
        (f"export AIRFLOW_CONN_CRM='{URI}'", "environment", "crm", SSL),
        (f'export AIRFLOW_CONN_CRM="{URI}"  # a remark', "environment", "crm", SSL),
        (f"AIRFLOW_CONN_CRM='{JSON}' airflow standalone", "environment", "crm", SHORT),
        (f"AIRFLOW_CONN_CRM={JSON}", "environment", "crm", SHORT),
        (f"export AIRFLOW_CONN_CRM={json.dumps(JSON)}", "environment", "crm", SHORT),
        (f"# connections\nOTHER=1\nAIRFLOW_CONN_CRM={URI}\nMORE=2", "environment", "crm", SSL),
        (f"ENV AIRFLOW_CONN_CRM={URI}", "environment", "crm", SSL),
        (f"ENV AIRFLOW_CONN_CRM {URI}", "environment", "crm", SSL),
        (f"set AIRFLOW_CONN_CRM={URI}", "environment", "crm", SSL),
        (f"$env:AIRFLOW_CONN_CRM = '{JSON}'", "environment", "crm", SHORT),
        (f"      AIRFLOW_CONN_CRM: '{JSON}'", "environment", "crm", SHORT),
        (f"      AIRFLOW_CONN_CRM: {json.dumps(JSON)}", "environment", "crm", SHORT),
        (f"  AIRFLOW_CONN_CRM: {URI} # a remark", "environment", "crm", SSL),
        (f"  - AIRFLOW_CONN_CRM={URI}", "environment", "crm", SSL),
        (f'  - "AIRFLOW_CONN_CRM={URI}"', "environment", "crm", SSL),
        (f"- name: AIRFLOW_CONN_CRM\n  value: '{JSON}'", "environment", "crm", SHORT),
        (f"docker run -e AIRFLOW_CONN_CRM='{JSON}' apache/airflow", "environment", "crm", SHORT),
        (f"docker run --env=AIRFLOW_CONN_CRM={URI} apache/airflow", "environment", "crm", SSL),
        (f"airflow connections add crm --conn-uri '{URI}'", "cli", "crm", SSL),
        (f"airflow connections add --conn-json '{JSON}' crm", "cli", "crm", SHORT),
        (f"sudo -u airflow airflow connections add crm --conn-json='{JSON}' && echo done", "cli", "crm", SHORT),
        (
            (
                "$ airflow connections add 'crm' \\\n    --conn-type postgres \\\n    --conn-host db.example \\\n"
                "    --conn-login svc --conn-password 'p@ss/' --conn-port 5432 --conn-schema \"crm\" \\\n"
                '    --conn-extra \'{"sslmode": "require"}\''
            ),
            "cli",
            "crm",
            SSL,
        ),
        (f"airflow connections add -- --crm --conn-uri '{URI}'", "cli", "--crm", None),
        (
            "airflow connections add crm --conn-uri http://h --conn-extra '{\"a\": 1}'",
            "cli",
            "crm",
            {"conn_type": "http", "host": "h", "extra": '{"a": 1}'},
        ),
        ("airflow connections -a --conn_id crm --conn_uri http://h", "cli", "crm", {"conn_type": "http", "host": "h"}),
        (
            f"aws secretsmanager create-secret --name airflow/connections/crm --secret-string '{JSON}'",
            "aws",
            "crm",
            SHORT,
        ),
        (f"aws --profile x secretsmanager put-secret-value --secret-id crm --secret-string '{URI}'", "aws", "crm", SSL),
        (
            f"aws secretsmanager put-secret-value --secret-id a/connections/team/crm --secret-string '{ROTATION}'",
            "aws",
            "team/crm",
            FULL,
        ),
        (
            f"aws ssm put-parameter --name /airflow/connections/crm --value '{URI}' --type SecureString",
            "aws",
            "crm",
            SSL,
        ),
        (
            f"printf %s '{JSON}' | aws secretsmanager put-secret-value --secret-id crm --secret-string file:///dev/stdin",
            "aws",
            "crm",
            SHORT,
        ),
        (f'secret_string = "{URI}"', "terraform", "", SSL),
        (f"secret_string = jsonencode({JSON.replace(':', ' =')})", "terraform", "", SHORT),
        (
            f"secret_id = aws_secretsmanager_secret.crm.id\n secret_string = {json.dumps(JSON)}\n}}",
            "terraform",
            "crm",
            SHORT,
        ),
        ('Connection("crm", "postgres", None, "db.example", "svc", password="p@ss/")', "python", "crm", SHORT),
        (f'c = models.Connection(conn_id="crm", uri="{URI}")', "python", "crm", SSL),
        (
            'Connection(conn_type="http", extra=json.dumps({"a": (1)}))\nprint(1)',
            "python",
            "",
            {"conn_type": "http", "extra": '{"a": 1}'},
        ),
        (
            'x = 1\nc = Connection(\n  "é", "http",  # a ) in a remark\n  password=""" )\n""",\n)\ny = ")"',
            "python",
            "é",
            {"conn_type": "http", "password": " )\n"},
        ),
        (
            'Connection(conn_type="http", extra={"a": ["("]}, port="80")',
            "python",
            "",
            {"conn_type": "http", "extra": '{"a": ["("]}', "port": 80},
        ),
        (
            'Connection(conn_type="http", password=r"a\\b", login="\\d")',
            "python",
            "",
            {"conn_type": "http", "password": "a\\b", "login": "\\d"},
        ),
    ],
)
def test_what_is_pasted_becomes_the_connection_in_it(
    text: str, form: str, conn_id: str, expected: dict[str, Any] | None
) -> None:
    found = pasted.read(text)
    assert (found.form, found.conn_id) == (form, conn_id)
    if expected is None:
        assert found.problem == "no-value"
    else:
        assert read(text) == {"conn_id": conn_id, **expected}


@pytest.mark.parametrize(
    ("text", "form", "problem"),
    [
        ("", "unknown", "blank"),
        (" \n", "unknown", "blank"),
        ("hello", "unknown", "not-a-connection"),
        ("''", "uri", "blank"),
        ("x" * (LONGEST + 1), "unknown", "too-long"),
        ('{"a": ' * 30_000, "json", "too-deep"),
        ("{", "json", "bad-json"),
        ('"{\\"a\\q"', "json", "bad-json"),
        ("{}{}", "json", "bad-json"),
        ('{"colour": "red", "size": 5}', "json", "no-field"),
        ('{"conn_type": "http", "port": "abc"}', "json", "bad-port"),
        ("postgres://svc:p/a:b@h:1", "uri", "bad-port"),
        ("postgres://svc:p@[h", "uri", "bad-uri"),
        ("AIRFLOW_CONN_CRM=", "environment", "blank"),
        ("AIRFLOW_CONN_A=http://a\nAIRFLOW_CONN_B=http://b", "environment", "several"),
        ("export AIRFLOW_CONN_CRM='http://h", "environment", "unclosed-quote"),
        ('AIRFLOW_CONN_CRM: "http://h', "environment", "unclosed-quote"),
        ('export AIRFLOW_CONN_CRM="http://u:$PASSWORD@h"', "environment", "substitution"),
        ('export AIRFLOW_CONN_CRM="http://u:`pass`@h"', "environment", "substitution"),
        ("docker run -e AIRFLOW_CONN_CRM=http://u:$(pass)@h x", "environment", "substitution"),
        ("AIRFLOW_CONN_CRM=hello", "environment", "not-a-connection"),
        ('airflow connections add crm --conn-uri "$URI"', "cli", "substitution"),
        ("airflow connections add crm", "cli", "no-value"),
        ("airflow connections list", "unknown", "not-a-connection"),
        ("aws secretsmanager put-secret-value --secret-id crm --secret-string file://x.json", "aws", "from-file"),
        (
            "cat x | aws secretsmanager put-secret-value --secret-id crm --secret-string file:///dev/stdin",
            "aws",
            "from-file",
        ),
        ("aws secretsmanager get-secret-value --secret-id crm", "aws", "no-value"),
        ("aws secretsmanager put-secret-value --secret-id 'crm", "aws", "unclosed-quote"),
        ('secret_string = "http://u:${var.password}@h"', "terraform", "substitution"),
        ("secret_string = var.crm", "terraform", "not-literal"),
        ("secret_string = jsonencode({ password = var.crm })", "terraform", "not-literal"),
        ('Connection(conn_id="x"', "python", "bad-python"),
        ("Connection(conn_id=)", "python", "bad-python"),
        ("Connection(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)", "python", "bad-python"),
        ("Connection(**settings)", "python", "not-literal"),
        ("Connection(password=os.environ['X'])", "python", "not-literal"),
        ("Connection(password=__import__('os').system('false'))", "python", "not-literal"),
        ("Connection(password=b'x')", "python", "not-literal"),
        ("Connection(conn_id='x')", "python", "no-value"),
        ("Connection(" + "(" * 150 + "1" + ")" * 151, "python", "no-value"),
    ],
)
def test_what_holds_no_connection_has_a_problem(text: str, form: str, problem: str) -> None:
    found = pasted.read(text)
    assert (found.form, found.problem, found.connection) == (form, problem, None)
    assert problem in pasted.SENTENCES or problem in SENTENCES


def same(conn: Connection, other: Connection | None) -> bool:
    return other is not None and all(each.state == "same" for each in compare(conn, other))


@pytest.mark.parametrize("word", HOSTILE)
def test_every_rendering_can_be_pasted_back(word: str) -> None:
    conn = connection(word)
    for each in renderings(conn, conn_id="crm", dialect="3.3", written_as="json"):
        found = pasted.read(each.text)
        if each.id != "uri" or not each.notes:
            assert same(conn, found.connection), each.id
            assert found.conn_id == ("" if each.id in ("uri", "json") else "crm")


@settings(max_examples=60)
@given(conn=connections(), written_as=st.sampled_from(["json", "uri"]))
def test_random_renderings_can_be_pasted_back(conn: Connection, written_as: Any) -> None:
    found = {each.id: each for each in renderings(conn, conn_id="crm", dialect="3.3", written_as=written_as)}
    if found["json"].notes:
        return
    for name, each in found.items():
        if not (name == "uri" and each.notes):
            assert same(conn, pasted.read(each.text).connection), name


@given(text=some.values)
def test_a_bare_text_means_what_airflow_reads(text: str) -> None:
    found = pasted.read(text)
    if not found.problem and found.text.reveal() == text.strip() and (expected := reading(text)):
        assert found.connection == expected


def reading(text: str) -> Connection | None:
    try:
        return codec.decode(text, "3.3")
    except codec.DecodeError:
        return None


LURES = [
    "AIRFLOW_CONN_X=",
    "export ",
    "airflow connections add x --conn-uri ",
    "aws secretsmanager put --secret-string ",
    "Connection(",
    "secret_string = ",
    "jsonencode(",
    "{",
    "}",
    "(",
    ")",
    "[",
    "'",
    '"',
    "\\",
    "\n",
    "$",
    "`",
    "$(",
    "$'",
    "conn_type=",
    ",",
    ":",
    "=",
    "://",
    "http://u:p@h",
    "--conn-json ",
    "--",
    "|",
    ";",
    "#",
    "%{",
    "\\x",
    "\\u",
    "\\777",
    '"conn_type"',
    '"engine": "x"',
    "- ",
    "name: AIRFLOW_CONN_Y\n value: ",
    "\x00",
    "\ud800",
    "é",
    "1e999",
    "f'{x}'",
]


@settings(max_examples=1500)
@given(text=st.lists(st.sampled_from(LURES) | st.text(max_size=4), max_size=14).map("".join))
def test_nothing_that_is_pasted_raises(text: str) -> None:
    found = pasted.read(text)
    assert (found.connection is None) == bool(found.problem)
    assert not found.problem or found.problem in pasted.SENTENCES or found.problem in SENTENCES


@pytest.mark.parametrize(
    "text",
    [
        "Connection(" * 20_000,
        "Connection(" + "-" * 50_000 + "1)",
        "Connection(" + "1+" * 50_000 + "1)",
        "Connection(" + "[" * 50_000 + "]" * 50_000 + ")",
        "Connection(" + "'a'," * 60_000 + "())" * 100,
        "Connection(\x00)",
        "Connection(\n'a\n)",
        "secret_string = " + "[" * 100_000,
        "secret_string = " + "{a=" * 50_000,
        "airflow connections add " + "'x" * 60_000,
        "AIRFLOW_CONN_X=" + '"' * 100_001,
        "aws secretsmanager " + "\\" * 100_001,
        "AIRFLOW_CONN_A " * 10_000,
        "\nAIRFLOW_CONN_A" * 10_000,
        "- name: AIRFLOW_CONN_A\n" * 10_000,
        " " * 200_000 + "x",
        "secret_string = " + "\n" * 100_000 + "#" * 100_000,
        "aws " * 60_000,
        "airflow connections add " + "#\n" * 100_000,
        '{"conn_type": "http", "extra": ' + "[" * 900 + "]" * 900 + "}",
    ],
)
def test_nothing_that_is_built_to_hurt_does(text: str) -> None:
    found = pasted.read(text)
    assert (found.connection is None) == bool(found.problem)


def test_a_pasted_value_is_not_printed() -> None:
    found = pasted.read(URI)
    assert repr(found) == "Pasted(uri, read)"
    assert repr(replace(found, problem="blank")) == "Pasted(uri, blank)"
    assert found.text == Sensitive(URI)


def test_the_text_of_fields_is_json_that_says_the_same() -> None:
    found = pasted.read("airflow connections add x --conn-type http --conn-host h --conn-password 'é'")
    assert json.loads(found.text.reveal()) == {"conn_type": "http", "host": "h", "password": "é"}
