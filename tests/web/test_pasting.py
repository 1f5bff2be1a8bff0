from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import QueryDict

from secretsui.core import pasted
from secretsui.web.connection_form import bind, to_text
from secretsui.web.pasting import FORMS, READER_LABELS, Pasting, filled, pasting_of

URI = "postgres://reader:p%40ss%2Fw@crm-db.example:5432/crm?sslmode=require&unheard=of"


def sent(text: str, **typed: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({"written_as": "json", "mode": "fields", "key": "typed", "pasted": text, **typed})
    return data


def of(text: str) -> Pasting:
    found = pasting_of(sent(text))
    assert found is not None
    return found


def form_of(text: str, **typed: str) -> Any:
    data = sent(text, **typed)
    return bind(filled(data, pasted.read(text)), "connection", None)


def test_the_form_says_what_was_pasted() -> None:
    form = form_of(URI, host="old.example", **{"x-keepalives_idle": "5", "remove_login": "on"})
    assert form.is_valid(), form.errors
    assert json.loads(to_text(form).text.reveal()) == {
        "conn_type": "postgres",
        "host": "crm-db.example",
        "login": "reader",
        "password": "p@ss/w",
        "schema": "crm",
        "port": 5432,
        "extra": {"sslmode": "require", "unheard": "of"},
    }


def test_an_id_in_the_paste_takes_the_place_of_the_typed_one() -> None:
    text = f"airflow connections add crm --conn-uri '{URI}'"
    assert filled(sent(text), pasted.read(text))["key"] == "crm"
    assert filled(sent(URI), pasted.read(URI))["key"] == "typed"


def test_no_connection_leaves_the_form_as_it_is() -> None:
    data = sent("no connection", host="kept")
    assert filled(data, pasted.read("no connection")) is data


def test_an_empty_box_is_nothing() -> None:
    assert pasting_of(sent(" \r\n ")) is None


def test_every_form_and_reader_has_words() -> None:
    assert of(URI).words
    assert set(READER_LABELS) == set(pasted.READERS)
    assert "" not in [str(words) for words in FORMS.values()]


@pytest.mark.parametrize("problem", sorted(pasted.SENTENCES))
def test_every_problem_of_a_paste_is_a_sentence(problem: str) -> None:
    assert pasted.SENTENCES[problem].endswith(".")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hello world", "no URI"),
        ("postgres://u:p/w@h/x", "unescaped"),
        ('{"conn_type": "http",}', "not valid JSON"),
        ("airflow connections add x --conn-uri $URI", "stands in"),
    ],
)
def test_a_paste_that_is_none_says_why(text: str, says: str) -> None:
    found = of(text)
    assert found.found.connection is None
    assert any(says in str(remark.words.cause) for remark in found.remarks)


def test_repairs_are_made_in_the_box() -> None:
    assert [remark.repair for remark in of(f"'{URI}'").remarks if remark.rule == "R-25"] == ["unquote:pasted.text"]


def test_keys_are_told_for_each_reader() -> None:
    found = of('{"engine": "mysql", "username": "u", "host": "h", "dbname": "x"}')
    told = {line.key: [each.what for each in line.told] for line in found.keys}
    assert told["host"] == ["used", "used", "used"]
    assert told["engine"][0] == "renamed"
    assert told["dbname"][0] == "dropped"
    assert found.loses_keys
    assert not of('{"conn_type": "mysql", "host": "h"}').loses_keys


def test_what_no_field_can_hold_is_named() -> None:
    assert of('{"conn_type": "http", "host": "a\\nb"}').missing == "Host"
    assert of(URI).missing == ""


def test_no_pasting_prints_a_value() -> None:
    assert "Kan4rien" not in repr(of("http://u:Kan4rien@h"))
