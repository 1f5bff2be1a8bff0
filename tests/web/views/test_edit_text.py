"""Texts go through the form and back to the last character."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.conftest import logged_in
from tests.web.one_secret import CANARY, HTMX, OneSecret, form_of, seen_of, text_of

HOSTILE = [
    "\nstarts with a line",
    "\r\nstarts as Windows does\r\n",
    "ends\n\n",
    "a\r\nb\nc\rd",
    "\t tabs and spaces \t",
    "<textarea></textarea><script>alert(1)</script>",
    "&amp; &lt; \" ' ` ${x} {{ y }} {% z %}",
    '{"a": "b\\u0000"}',
    "🦆 e\u0301 \u202e \ufeff \u2028 \x85 \x0b\x0c\x1b",
    "x" * 65_536,
]


@pytest.fixture
def editor(alice: User) -> Client:
    return logged_in(alice, recently=True)


@pytest.mark.parametrize("text", HOSTILE)
def test_showing_and_saving_untouched_changes_nothing(variable: OneSecret, editor: Client, text: str) -> None:
    variable.make(text)
    shown = form_of(variable.post(editor, "edit", variable.form(editor) | {"action": "show"}).content.decode())
    answer = variable.post(editor, "edit", shown | {"accept": "1"})
    assert answer.status_code == 302
    assert variable.value == text
    assert len(variable.aws.store().versions(variable.name)) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_typed_text_is_stored_as_it_was_typed(variable: OneSecret, editor: Client, text: str) -> None:
    form = variable.make("before").form(editor)
    typed = text.replace("\r\n", "\n").replace("\r", "\n")
    answer = variable.post(editor, "edit", form | {"text": typed.replace("\n", "\r\n"), "accept": "1"})
    assert answer.status_code == 302
    assert variable.value == typed


def test_a_line_added_keeps_the_line_breaks_of_the_text(variable: OneSecret, editor: Client) -> None:
    variable.make("a\r\nb\r\n")
    shown = form_of(variable.post(editor, "edit", variable.form(editor) | {"action": "show"}).content.decode())
    variable.post(editor, "edit", shown | {"text": shown["text"] + "c\r\n", "accept": "1"})
    assert variable.value == "a\r\nb\r\nc\r\n"


def test_a_text_that_is_too_large_is_kept_and_refused(variable: OneSecret, editor: Client) -> None:
    form = variable.make("before").form(editor) | {"text": "é" * 32_769}
    answer = variable.post(editor, "edit", form)
    assert answer.status_code == 422
    assert "The value has 65538 bytes; AWS Secrets Manager accepts 65536." in text_of(answer)
    assert form_of(answer.content.decode())["text"] == form["text"]
    assert variable.value == "before"


def test_a_character_that_no_form_can_carry_is_named_and_kept(variable: OneSecret, editor: Client) -> None:
    variable.make("x")
    variable.aws.backend().secrets[variable.name].versions[variable.version]["secret_string"] = "ab\x00c"
    page = variable.post(editor, "edit", variable.form(editor) | {"action": "show"})
    assert "Character 3 of the stored text is one that no web form can show" in text_of(page)
    shown = form_of(page.content.decode())
    assert shown["text"] == ""
    variable.post(editor, "edit", shown | {"accept": "1"})
    assert variable.value == "ab\x00c"


def test_a_password_over_two_lines_is_kept_when_shown(one: OneSecret, editor: Client) -> None:
    one.make(json.dumps({"conn_type": "ftp", "host": "h", "password": "line\nbreak"}))
    shown = form_of(one.post(editor, "edit", one.form(editor) | {"action": "show"}).content.decode())
    assert shown["password"] == ""
    one.post(editor, "edit", shown | {"host": "h2"})
    assert json.loads(one.value) == {"conn_type": "ftp", "host": "h2", "password": "line\nbreak"}


@pytest.mark.parametrize("value", ["p@ss:w/rd?#[]%", "\"quotes'", "\\back\\slash", "ünï 🦆", "<b>&amp;", "+ +", "%41"])
def test_any_password_reads_back_from_a_uri_and_from_json(one: OneSecret, editor: Client, value: str) -> None:
    one.make("postgres://u:p@h/db")
    for written_as in ("uri", "json"):
        form = one.form(editor) | {"password": value, "written_as": written_as}
        assert one.post(editor, "edit", form).status_code == 302
        shown = form_of(one.post(editor, "edit", one.form(editor) | {"action": "show"}).content.decode())
        assert shown["password"] == value


def test_the_preview_reads_nothing_from_aws_and_hides_what_was_typed(one: OneSecret, editor: Client) -> None:
    one.make()
    form = one.form(editor) | {"password": "Kan4rien", "host": "Upper.Example"}
    events, calls = one.events(), one.aws.calls.count()
    page = editor.post(one.url("preview"), form, headers=HTMX)
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    seen = seen_of(page)
    assert "Host upper.example Different upper.example Different upper.example Different" in seen
    assert "Password Same" in seen
    assert "Store it as JSON" in seen
    assert "Kan4rien" not in seen
    assert CANARY not in page.content.decode()
    assert "<html" not in page.content.decode()
    assert (one.events(), one.aws.calls.count()) == (events, calls)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": 1, "b": 2}', "A JSON object with 2 keys"),
        ("[1]", "A JSON list of 1 entry"),
        ("12", "Text that is also valid JSON"),
        ('{"a": }', "Text, not JSON (line 1 column 7)"),
        ("", "Nothing is typed yet."),
    ],
)
def test_the_preview_of_a_variable_hints_at_json(variable: OneSecret, editor: Client, text: str, says: str) -> None:
    variable.make("x")
    page = editor.post(variable.url("preview"), {"mode": "raw", "text": text}, headers=HTMX)
    assert says in text_of(page)


def test_the_preview_says_why_nothing_is_read(one: OneSecret, editor: Client) -> None:
    one.make()
    page = editor.post(one.url("preview"), {"mode": "raw", "text": "http://h:port"}, headers=HTMX)
    assert "Airflow 3.3: The port is not a whole number" in text_of(page)
    page = editor.post(one.url("preview"), {"mode": "fields", "conn_type": "x", "port": "x"}, headers=HTMX)
    assert "Port: A port is a whole number" in text_of(page)
