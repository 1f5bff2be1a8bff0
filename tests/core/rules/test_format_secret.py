"""What the fields hold: every placeholder, mask, damaged key and short secret, wherever it stands."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from secretsui.core.rules.format_secret import Leaf, decoded, is_blank, key_forms, leaves, unfit
from secretsui.core.rules.value import Context, Hit, Value
from secretsui.core.sensitive import MASK, Sensitive
from tests.core.rules.hits import as_json, hits

FIELDS = ("host", "login", "password", "schema")
BODY = "bm90IGEgcmVhbCBrZXksIG9ubHkgYSBzYW1wbGUh"
START, END = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"
PEM = f"{START}\n{BODY}\n{END}\n"
SNOWFLAKE = "apache-airflow-providers-snowflake"


def found_in(text: str, kind: str = "connection") -> list[Leaf]:
    return list(leaves(Value.of(Sensitive(text), kind, Context())))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain", [("text", "plain", "")]),
        ('{"a": "x", "b": {"c": "y"}}', [("text", "y", "c"), ("text", "x", "a")]),
        ('["x", ["y"]]', [("text", "y", ""), ("text", "x", "")]),
        ('{"a": ["x"], "n": 1}', [("text", "x", "a")]),
        ('{"a": " {\\"b\\": \\"x\\"}"}', [("text", "x", "b")]),
        ('{"a": "{broken"}', [("text", "{broken", "a")]),
        ('"quoted"', [("text", '"quoted"', "")]),
        ("12", [("text", "12", "")]),
    ],
)
@pytest.mark.parametrize("kind", ["variable", "config"])
def test_every_text_in_a_variable_is_looked_at(text: str, kind: str, found: list[Any]) -> None:
    assert found_in(text, kind) == found


def test_every_text_in_a_connection_is_looked_at() -> None:
    extra = {"token": "e", "more": {"key": ["f"]}}
    assert found_in(as_json("databricks", host="a", login="b", password="c", schema="d", extra=extra)) == [
        ("host", "a", ""),
        ("login", "b", ""),
        ("password", "c", ""),
        ("schema", "d", ""),
        ("extra.token", "e", "token"),
        ("extra", "f", "key"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<password>", "<Your Name>", "<a-b_c./1>", "[your key]", "[insert token]", "[enter-it]", "insert_password",
        "enter your secret", "insert-the-token", "enter_key", "insert user", "enter_username", "insert_db_login",
        "enter host", "insert_database", "insert text here", "your_password", "your-own-key", "your token", "changeme",
        "change-me", "change_this", "CHANGE ME", "replaceme", "replace_this", "todo", "TO DO", "tbd", "fixme",
        "placeholder", "xxx", "XXXXXXXX", " <password>\n",
    ],
)  # fmt: skip
def test_what_was_never_filled_in(text: str) -> None:
    assert hits("R-38", text, "variable") == [Hit("placeholder")]
    assert is_blank(text)


@pytest.mark.parametrize("text", ["${API_KEY}", "${a.b_1}", "{{ conn.api.password }}", " {{x}} "])
def test_a_template_in_a_connection_which_airflow_does_not_fill_in(text: str) -> None:
    assert hits("R-38", as_json(password=text)) == [Hit("placeholder", "password")]
    assert hits("R-38", text, "variable") == []
    assert is_blank(text)


@pytest.mark.parametrize(
    "text",
    ["<>", "<1>", "<b>bold</b>", "yours", "insert coin", "xx", "xxl", "a todo", "$HOME", "${1}", "$(x)", "{x}", ""],
)
def test_what_may_well_be_meant(text: str) -> None:
    assert hits("R-38", as_json(password=text)) == hits("R-38", text, "variable") == []
    assert not is_blank(text)


@pytest.mark.parametrize("field", FIELDS)
def test_a_placeholder_in_each_field(field: str) -> None:
    assert hits("R-38", as_json(**{field: "changeme"})) == [Hit("placeholder", field)]


def test_each_field_is_told_of_once() -> None:
    extra = {"token": "changeme", "a": "changeme", "b": ["<x>"]}
    assert hits("R-38", as_json("databricks", login="<user>", extra=extra)) == [
        Hit("placeholder", "login"),
        Hit("placeholder", "extra.token"),
        Hit("placeholder", "extra"),
    ]


@pytest.mark.parametrize(
    ("text", "found"), [('{"": ""}', True), ('{"": "x"}', False), ('{"": "", "a": ""}', False), ("{}", False)]
)
def test_the_skeleton_of_a_console(text: str, found: bool) -> None:
    assert hits("R-38", text, "variable") == [Hit("skeleton")] * found


MASKS = ["***", " *** ", "<redaction-failed>", MASK, f"postgres://svc:{MASK}@h", "postgres://svc:***@h"]


@pytest.mark.parametrize("text", MASKS)
def test_a_mask_in_place_of_a_secret(text: str) -> None:
    assert hits("R-41", text, "variable") == [Hit("mask")]
    assert hits("R-41", json.dumps({"a": text, "b": text}), "variable") == [Hit("mask")]
    assert hits("R-41", as_json(password=text)) == [Hit("mask", "password")]
    assert is_blank(text)


@pytest.mark.parametrize("field", FIELDS)
def test_a_mask_in_each_field(field: str) -> None:
    assert hits("R-41", as_json(**{field: "***"}, extra={"proxies": "***", "a": "***"})) == [
        Hit("mask", field),
        Hit("mask", "extra.proxies"),
        Hit("mask", "extra"),
    ]


def test_a_mask_in_a_text_that_nobody_can_read() -> None:
    assert hits("R-41", "***") == hits("R-41", "svc:***@db.example") == [Hit("mask")]


@pytest.mark.parametrize("text", ["", "*", "**", "****", "a***", "•••", "svc:***", "{}"])
def test_stars_that_are_no_mask(text: str) -> None:
    assert hits("R-41", text, "variable") == hits("R-41", as_json(password=text)) == []
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("key", "found"),
    [
        (PEM, []),
        (PEM.replace("\n", "\r\n"), []),
        (PEM.replace("-\nb", "- \t\nb"), []),
        (f"{START}{BODY}{END}", [Hit("pem-line-breaks", "password", repair="newlines")]),
        (PEM.replace("\n", " "), [Hit("pem-line-breaks", "password", repair="newlines")]),
        (PEM.replace("\n", "\\n"), [Hit("pem-line-breaks", "password", repair="newlines")]),
        (f"{START}\n{BODY}\n", [Hit("pem-cut", "password")]),
        (f"{START} {BODY}", [Hit("pem-cut", "password")]),
        (PEM.replace("END PRIVATE", "END PUBLIC"), [Hit("pem-cut", "password")]),
        (PEM.replace("BEGIN", "begin"), []),
        ("sample", []),
    ],
)
def test_a_key_without_its_line_breaks(key: str, found: list[Hit]) -> None:
    assert hits("R-39", as_json(password=key)) == found


@pytest.mark.parametrize(
    ("conn_type", "name", "key", "is_forgiven"),
    [
        ("google_cloud_platform", "private_key", PEM.replace("\n", "\\n"), True),
        ("gcpssh", "private_key", PEM.replace("\n", "\\n"), True),
        ("google_cloud_platform", "private_key", PEM.replace("\n", " "), False),
        ("google_cloud_platform", "certificate", PEM.replace("\n", "\\n"), False),
        ("snowflake", "private_key", PEM.replace("\n", "\\n"), False),
        ("no_such_type", "private_key", PEM.replace("\n", "\\n"), False),
    ],
)
def test_googles_hook_puts_line_breaks_back(conn_type: str, name: str, key: str, is_forgiven: bool) -> None:
    text = as_json(conn_type, extra={"keyfile_dict": {name: key}})
    assert [each.code for each in hits("R-39", text)] == ["pem-line-breaks"] * (not is_forgiven)


@pytest.mark.parametrize(
    ("form", "version", "code"),
    [
        ("pem", (6, 2, 9), ""),
        ("pem", (6, 3), "key-not-base64"),
        ("pem", (6, 10, 1), "key-not-base64"),
        ("pem", (6, 11), ""),
        ("base64", (6, 2, 9), "key-in-base64"),
        ("base64", (6, 3), ""),
        ("base64", (6, 11), ""),
    ],
)
def test_the_form_of_a_key_that_each_release_takes(form: str, version: tuple[int, ...], code: str) -> None:
    assert unfit(form, version) == code
    key = PEM if form == "pem" else base64.b64encode(PEM.encode()).decode()
    for name in ("private_key_content", "extra__snowflake__private_key_content"):
        known = {"provider_versions": {SNOWFLAKE: ".".join(map(str, version))}}
        repair = {"pem": "to-base64", "base64": "from-base64"}[form]
        found = hits("R-40", as_json("snowflake", extra={name: key}), **known)
        assert found == ([Hit(code, f"extra.{name}", repair=repair)] if code else [])
        assert hits("R-40", as_json("snowflake", extra={name: key})) == []


def test_the_forms_of_both_keys_are_told() -> None:
    extra = {
        "private_key_content": base64.b64encode(PEM.encode()).decode(),
        "extra__snowflake__private_key_content": PEM,
    }
    value = Value.of(Sensitive(as_json("snowflake", extra=extra)), "connection", Context())
    assert dict(key_forms(value)) == {
        "extra.private_key_content": "base64",
        "extra.extra__snowflake__private_key_content": "pem",
    }


@pytest.mark.parametrize(
    ("conn_type", "extra"),
    [
        ("http", {"private_key_content": PEM}),
        ("no_such_type", {"private_key_content": PEM}),
        ("snowflake", {"private_key_file": PEM}),
        ("snowflake", {"private_key_content": "", "extra__snowflake__private_key_content": 5}),
        ("snowflake", {"private_key_content": base64.b64encode(b"sample").decode()}),
        ("snowflake", {"private_key_content": "no key"}),
    ],
)
def test_what_is_no_key_of_snowflake_has_no_form(conn_type: str, extra: dict[str, Any]) -> None:
    for version in ("6.2", "6.3"):
        assert hits("R-40", as_json(conn_type, extra=extra), provider_versions={SNOWFLAKE: version}) == []


@pytest.mark.parametrize(
    ("text", "plain"), [("a2V5", "key"), ("a2\nV5 ", "key"), ("a2V", ""), ("a2V5!", ""), ("/w==", ""), ("", "")]
)
def test_text_in_base64(text: str, plain: str) -> None:
    assert decoded(text) == plain


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (as_json("opsgenie"), 1),
        (as_json("opsgenie", password=""), 1),
        (as_json("opsgenie", password="sample"), 0),
        (as_json("openai"), 1),
        (as_json("openai", extra={"auth_type": "managed_identity"}), 0),
        (as_json("openai", extra={"auth_type": ""}), 1),
        (as_json("openai", extra={"password": "x"}), 1),
        (as_json("azure_cosmos", login="x"), 1),
        (as_json("azure_cosmos", extra={"resource_group_name": "x"}), 0),
        (as_json("azure_analysis_services", host="h", login="l", extra={"tenantId": "t"}), 1),
        (as_json("azure_analysis_services", password="sample"), 0),
        (as_json("postgres"), 0),
        (as_json("no_such_type"), 0),
        (as_json("powerbi", login="x"), 1),
    ],
)
def test_a_type_that_needs_a_password(text: str, count: int) -> None:
    assert hits("R-42", text) == [Hit("missing-password", "password")] * count


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("a", "short-secret"),
        ("abcd", "short-secret"),
        ("abcde", ""),
        ("", ""),
        ("***", ""),
        ("airflow", "never-masked"),
        ("AirFlow", "never-masked"),
        ("airflow2", ""),
    ],
)
def test_a_secret_that_airflow_does_not_mask(secret: str, code: str) -> None:
    facts = {"shortest": 5} if code == "short-secret" else {}
    assert hits("R-43", as_json(password=secret)) == [Hit(code, "password", facts=facts)] * bool(code)
    assert hits("R-43", as_json("databricks", extra={"token": secret})) == [
        Hit(code, "extra.token", facts=facts)
    ] * bool(code)
    assert hits("R-43", as_json("databricks", login=secret, extra={"host": secret, "note": secret})) == []


def test_only_texts_are_masked() -> None:
    assert hits("R-43", as_json("databricks", extra={"token": 12, "proxies": {"a": "b"}})) == []
    assert hits("R-43", as_json("no_such_type", password="abc")) == [
        Hit("short-secret", "password", facts={"shortest": 5})
    ]
