"""What is offered is safe: the fault is gone, and every Airflow reads the fields that were meant."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from secretsui.core import codec
from secretsui.core.codec import DIALECTS
from secretsui.core.connection import plain
from secretsui.core.rules import repairs
from secretsui.core.rules.format import Context, lint
from secretsui.core.rules.format_text import QUOTES
from secretsui.core.rules.value import Value
from secretsui.core.sensitive import Sensitive
from tests.core import strategies as some
from tests.core.rules.test_format import EXAMPLES, context_of

SOUND = "postgres://svc:sample-not-real@db.example/crm"


def repair(text: str, rule: str, kind: str = "connection") -> str | None:
    """The text after the first repair that a rule offers, None where it offers none."""
    for finding in lint(Sensitive(text), kind):
        if finding.rule == rule and finding.repair:
            return repairs.apply(finding.repair, Sensitive(text), finding.field).reveal()
    return None


def read_by_all(text: str) -> dict[str, Any]:
    """The fields that all Airflows read; fails where they do not agree."""
    conns = [codec.decode_secrets_manager(text, dialect) for dialect in DIALECTS]
    fields = [
        {name: plain(getattr(conn, name)) if name in ("login", "password") else getattr(conn, name) for name in NAMES}
        for conn in conns
    ]
    assert [{name: value or None for name, value in each.items()} for each in fields[1:]] == [
        {name: value or None for name, value in fields[0].items()}
    ] * 2
    return fields[0]


NAMES = ("conn_type", "host", "login", "password", "schema", "port")
# What a password generator or a person puts between the letters.
credentials = st.lists(
    st.sampled_from(["pa", "12", "x", "/", "#", "?", "@", ":", "%", "%2F", "+", " ", "[", "]", "é", "&", "=", "://"]),
    max_size=7,
).map("".join)
tails = st.sampled_from(["", "/crm", ":5432/crm", "/crm?sslmode=require", "?sslmode=require", "/a@b", "#x", "/x/y"])


@given(
    login=credentials,
    password=credentials,
    host=st.sampled_from(["db.example", "[::1]", "db", "10.0.0.1", ""]),
    tail=tails,
)
@example(login="svc", password="pa/ss", host="db.example", tail="/crm")
@example(login="svc", password="12/34", host="db.example", tail="")
@example(login="svc", password="?x", host="db.example", tail="")
def test_encoding_finds_what_was_meant_or_refuses(login: str, password: str, host: str, tail: str) -> None:
    assume(":" not in login)  # Airflow ends a login there, whoever wrote it
    mended = repair(f"postgres://{login}:{password}@{host}{tail}", "R-24")
    if mended is not None:
        found = read_by_all(mended)
        assert (found["login"], found["password"], found["host"] or "") == (login, password or None, host.strip("[]"))


plain_pieces = st.lists(st.sampled_from(["pa", "12", "#", "?", "+", " ", "[", "]", "é", "&", "="]), max_size=5).map(
    "".join
)


@given(before=plain_pieces, after=plain_pieces)
def test_encoding_is_offered_for_every_password_that_can_be_read_in_one_way(before: str, after: str) -> None:
    password = f"p{before}/{after}"
    mended = repair(f"postgres://svc:{password}@db.example/crm", "R-24")
    assert mended is not None
    assert read_by_all(mended)["password"] == password


@given(
    text=some.sound_connections().map(lambda conn: codec.to_json(conn, "3.3").reveal()), quote=st.sampled_from("\"'")
)
def test_a_sound_text_in_quotes_comes_out_as_it_was(text: str, quote: str) -> None:
    assert repair(f"{quote}{text}{quote}", "R-25") == text


@given(text=some.texts, quote=st.sampled_from("\"'"))
def test_a_variable_in_quotes_comes_out_as_it_was(text: str, quote: str) -> None:
    assume(text.strip() == text and not set(text) & set(QUOTES))
    assert repair(f"{quote}{text}{quote}", "R-37", "variable") == text


@given(conn=some.sound_connections(), name=st.from_regex(r"[a-z]{1,8}(_[a-z]{1,8}){1,3}", fullmatch=True))
def test_a_hyphen_in_the_scheme_gives_the_type_that_was_meant(conn: Any, name: str) -> None:
    uri = codec.to_uri(conn, "3.3").reveal().partition("://")[2]
    mended = repair(f"{name}://{uri}", "R-27")
    assert mended is not None
    assert read_by_all(mended)["conn_type"] == name


@given(password=some.texts, field=st.sampled_from(["password", "pass", "login", "host", "database"]))
def test_decoding_undoes_an_encoder(password: str, field: str) -> None:
    encoded = quote(password, safe="")
    assume(encoded != password and password == password.strip())
    text = json.dumps({"conn_type": "http", field: encoded})
    mended = repair(text, "R-33")
    if "%" not in password:
        assert mended is not None
        assert json.loads(mended) == {"conn_type": "http", field: password}


@given(body=st.binary(min_size=60, max_size=300), gap=st.sampled_from([" ", "\\n", "\\r\\n", "  ", "\n "]))
def test_line_breaks_come_back_into_a_key(body: bytes, gap: str) -> None:
    lines = _pem_lines(body)
    text = json.dumps({"conn_type": "ssh", "extra": {"private_key": gap.join(lines).replace("\n", " ")}})
    mended = repair(text, "R-39")
    assert mended is not None
    assert json.loads(mended)["extra"]["private_key"].splitlines() == lines


def _pem_lines(body: bytes) -> list[str]:
    text = base64.b64encode(body).decode()
    inner = [text[at : at + 64] for at in range(0, len(text), 64)]
    return ["-----BEGIN PRIVATE KEY-----", *inner, "-----END PRIVATE KEY-----"]


@given(host=st.from_regex(r"[A-Za-z0-9]{1,8}\.[A-Z][a-z]{1,5}", fullmatch=True), conn=some.sound_connections())
def test_a_host_keeps_its_capitals_in_json(host: str, conn: Any) -> None:
    login = "" if conn.login is None else quote(conn.login.reveal(), safe="") + "@"
    mended = repair(f"http://{login}{host}:8443", "R-44")
    assert mended is not None
    found = read_by_all(mended)
    assert (found["host"], found["port"], found["login"]) == (host, 8443, plain(conn.login))


# Before the others Airflow reads fields that are no fields.
OF_FIELDS = [
    found for rule in ("R-26", "R-31", "R-33", "R-36", "R-39", "R-40", "R-44") for found in EXAMPLES[rule]["bad"]
]


@pytest.mark.parametrize("example", [found for found in OF_FIELDS if "repaired" in found and "kind" not in found])
def test_a_repair_leaves_all_other_fields_alone(example: dict[str, Any]) -> None:
    known = context_of(example)
    before = Value.of(Sensitive(example["text"]), "connection", known).connection
    after = Value.of(Sensitive(example["repaired"]), "connection", known).connection
    assert before is None or _changed(before, after) <= {example["field"].partition(".")[0]}


def _changed(before: Any, after: Any) -> set[str]:
    return {name for name in (*NAMES, "extra") if (getattr(before, name) or None) != (getattr(after, name) or None)}


@given(
    text=some.values,
    kind=st.sampled_from(["connection", "variable"]),
    backend=st.sampled_from([None, "a.VaultBackend", "a.SystemsManagerParameterStoreBackend"]),
)
def test_every_repair_that_is_offered_leads_to_a_value_that_all_read_alike(
    text: str, kind: str, backend: str | None
) -> None:
    context = Context(backend=backend)
    for finding in lint(Sensitive(text), kind, context):
        if finding.repair:
            mended = repairs.apply(finding.repair, Sensitive(text), finding.field)
            after = lint(mended, kind, context)
            assert (finding.rule, finding.code, finding.field) not in [
                (each.rule, each.code, each.field) for each in after
            ]
            assert (
                kind != "connection"
                or Value.of(mended, kind, context).is_read_alike
                or any(each.repair for each in after)
            )


@pytest.mark.parametrize(
    ("name", "value", "mended"),
    [
        ("strip", " db.example\n", "db.example"),
        ("decode", "pa%2Fss", "pa/ss"),
        ("known-type", "postgress", "postgres"),
        ("to-base64", "key", "a2V5"),
        ("from-base64", "a2V5", "key"),
    ],
)
def test_one_field_of_a_form_is_mended_without_the_rest(name: str, value: str, mended: str) -> None:
    assert repairs.apply_to_field(name, value) == mended


@pytest.mark.parametrize(
    ("name", "text", "field"),
    [
        ("no-such", SOUND, "text"),
        ("encode", "{}", "text"),
        ("encode", "sqlite:////data/svc@host/file.db", "text"),
        ("protocol-first", SOUND, "text"),
        ("to-json", "postgres://svc:p/w@db.example", "text"),
        ("rename-keys", SOUND, "text"),
        ("rename-keys", '{"dbname": "a", "schema": "b"}', "text"),
        ("strip", "{}", "host"),
        ("known-type", "xyzzy://h", "conn_type"),
        ("newlines", "postgres://svc:sample@db.example", "login2"),
        ("from-base64", '{"conn_type": "http", "password": "no base64"}', "password"),
    ],
)
def test_what_does_not_apply_is_refused_without_quoting_the_text(name: str, text: str, field: str) -> None:
    with pytest.raises(repairs.NoRepair) as refused:
        repairs.apply(name, Sensitive(text), field)
    assert "svc" not in str(refused.value)


@pytest.mark.parametrize("name", ["encode", "no-such", "known-type", "decode", "newlines"])
def test_a_field_that_cannot_be_mended_is_refused(name: str) -> None:
    with pytest.raises(repairs.NoRepair):
        repairs.apply_to_field(name, "-----BEGIN KEY----- !! -----END KEY-----")
