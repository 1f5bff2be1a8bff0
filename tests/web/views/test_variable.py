"""A variable is written as text, JSON or a number, and its page says what a DAG gets."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.conftest import logged_in
from tests.web.one_secret import HTMX, OneSecret, form_of, text_of

KEPT = '{"hidden_key": 1}'


@pytest.fixture
def editor(alice: User) -> Client:
    return logged_in(alice, recently=True)


def draft(variable: OneSecret, **values: str) -> dict[str, str]:
    """What the form of a new secret sends."""
    return {
        "mode": "raw",
        "prefix": str(variable.prefix.pk),
        "key": "settings",
        "shape": "text",
        "action": "save",
        **values,
    }


def test_json_is_stored_as_it_is_typed(variable: OneSecret, editor: Client) -> None:
    typed = '{"b":1,\r\n "a" : [ 1.10 ]}'
    assert editor.post(reverse("secret-new"), draft(variable, shape="json", text=typed)).status_code == 302
    assert variable.value == '{"b":1,\n "a" : [ 1.10 ]}'


@pytest.mark.parametrize(
    ("shape", "text", "says"),
    [("json", '{"a": }', "not valid JSON at line 1 column 7"), ("number", "1,5", "no number as Python and JSON write")],
)
def test_what_is_not_of_its_shape_is_refused_and_kept(
    variable: OneSecret, editor: Client, shape: str, text: str, says: str
) -> None:
    page = editor.post(reverse("secret-new"), draft(variable, shape=shape, text=text))
    assert page.status_code == 422
    assert says in text_of(page)
    sent = form_of(page.content.decode())
    assert (sent["text"], sent["shape"]) == (text, shape)


def test_a_button_formats_what_is_typed_and_saves_nothing(variable: OneSecret, editor: Client) -> None:
    form = variable.make("before").form(editor)
    page = variable.post(editor, "edit", form | {"text": '{"a":1.10,"a":2}', "repair": "format:text"})
    assert page.status_code == 200
    formatted = form_of(page.content.decode())
    assert formatted["text"] == '{\r\n  "a": 1.10,\r\n  "a": 2\r\n}'
    assert formatted["shape"] == "json"
    assert variable.value == "before"
    page = variable.post(editor, "edit", formatted | {"repair": "compact:text"})
    assert form_of(page.content.decode())["text"] == '{"a":1.10,"a":2}'


def test_a_hidden_value_is_never_formatted_nor_shown(variable: OneSecret, editor: Client) -> None:
    form = variable.make(KEPT).form(editor)
    assert form["shape"] == "json"
    page = variable.post(editor, "edit", form | {"repair": "format:text"})
    assert page.status_code == 422
    assert "The value is hidden." in text_of(page)
    assert "hidden_key" not in page.content.decode()


def test_the_keys_of_a_hidden_value_are_not_on_the_page(variable: OneSecret, editor: Client) -> None:
    variable.make(KEPT)
    page = variable.get(editor, "edit")
    assert "A JSON object with 1 key" in text_of(page)
    assert "hidden_key" not in page.content.decode()
    shown = variable.post(editor, "edit", variable.form(editor) | {"action": "show"})
    assert "hidden_key int" in text_of(shown)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": {"b": 1}, "c": null}', "dict A JSON object with 2 keys a dict c None"),
        ("[1, 2]", "list A JSON list of 2 entries"),
        ('"mystring"', "str The text, 10 characters"),
        ('"mystring"', "str Text of 8 characters, without the quotes"),
        ('"mystring"', "the Secrets Manager backend hands them on"),
        ("'mystring'", "Text, not JSON (line 1 column 1)"),
        ('{"a": }', "with a default they go on with it, without a word"),
        ('{"a": NaN, "a": 0.1234567890123456789}', "A key stands twice in the same object, and the last one wins."),
        ("[NaN, NaN]", "(line 1 column 2, and 1 more place)"),
        ("0.1234567890123456789", "more digits, or is larger, than a float can hold"),
        ("on\r\n", "The text ends with a line break"),
        ("\ufeff{}", "A byte order mark, which no editor shows, stands first"),
    ],
)
def test_the_preview_says_what_a_dag_gets(variable: OneSecret, editor: Client, text: str, says: str) -> None:
    page = editor.post(reverse("secret-new-preview"), draft(variable, text=text), headers=HTMX)
    assert page.status_code == 200
    assert says in text_of(page)


@pytest.mark.parametrize(
    ("text", "says", "does_not_say"),
    [
        ('"mystring"', "The quotation marks are a part of the text", "Quotation marks stand around the whole value"),
        ("on\r\n", "The text ends with a line break", "White space stands around the value"),
        ("on \n", "White space stands around the value", "Quotation marks"),
    ],
)
def test_the_preview_says_a_fault_once(
    variable: OneSecret, editor: Client, text: str, says: str, does_not_say: str
) -> None:
    form = variable.make("before").form(editor)
    for page in (
        editor.post(reverse("secret-new-preview"), draft(variable, text=text), headers=HTMX),
        variable.post(editor, "edit", form | {"text": text, "action": "preview"}),
    ):
        beside_the_form = text_of(page).rpartition("What Airflow will read")[2]
        assert beside_the_form.count(says) == 1
        assert does_not_say not in beside_the_form
        assert "Hidden values" not in beside_the_form


def test_the_preview_holds_no_value(variable: OneSecret, editor: Client) -> None:
    page = editor.post(reverse("secret-new-preview"), draft(variable, text='{"a": "Kan4rien"}'), headers=HTMX)
    assert "Kan4rien" not in page.content.decode()


def test_the_quotes_go_by_one_button(variable: OneSecret, editor: Client) -> None:
    form = draft(variable, text='"my \\"string\\""')
    page = editor.post(reverse("secret-new-preview"), form, headers=HTMX)
    assert 'name="repair" value="unquote:text"' in page.content.decode()
    page = editor.post(reverse("secret-new"), form | {"repair": "unquote:text"})
    assert form_of(page.content.decode())["text"] == 'my "string"'


def test_many_keys_are_counted(variable: OneSecret, editor: Client) -> None:
    text = "{" + ", ".join(f'"k{number}": {number}' for number in range(60)) + "}"
    page = editor.post(reverse("secret-new-preview"), draft(variable, text=text), headers=HTMX)
    assert "k49 int and 10 more" in text_of(page)
    assert "k50" not in text_of(page)
