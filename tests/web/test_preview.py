from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from secretsui.core.pieces import Piece
from secretsui.core.renderings import IDS
from secretsui.web.connection_form import bind
from secretsui.web.preview import Target, action_of, context_of
from secretsui.web.templatetags.pieces import pieces

HOSTILE = "<b>&amp;\"'`$x${y}%{z}{{ 1 }}\\ ü🦆"
TYPED = {"conn_type": "postgres", "host": "h", "password": "s3cret", "written_as": "json", "mode": "fields"}


def sent(**typed: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(TYPED | typed)
    return data


def context(kind: str = "connection", **typed: str) -> dict[str, Any]:
    data = sent(**typed)
    form = bind(data, kind, None, mode=data["mode"])
    target = Target("crm", "airflow/connections/crm", "eu-west-1")
    return dict(context_of(data, form, kind, target, new=True))


def fragment(**typed: str) -> str:
    return render_to_string("edit/preview.html", context(**typed))


def panes(page: str) -> list[str]:
    """The text of each form, as a copy button takes it from the page."""
    found = re.findall(r"<pre[^>]*>\n(.*?)</pre>", page, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", "", text)) for text in found]


def test_each_form_is_on_the_page_to_the_last_character() -> None:
    typed = {"password": HOSTILE, "login": "l", "extra": '{"a": "<i>", "b": [1, {"c": null}]}', "host": "h.example"}
    result = context(**typed)["result"]
    assert [each.id for each in result.renderings] == list(IDS)
    assert panes(fragment(**typed)) == [each.text for each in result.renderings]


def test_secrets_lie_under_dots_until_they_are_shown() -> None:
    hidden, shown = fragment(), fragment(action="show-preview")
    assert "data-clear hidden>s3cret<" in hidden
    assert "data-clear >s3cret<" not in hidden
    assert "data-clear >s3cret<" in shown
    assert "data-clear hidden" not in shown


def test_thousands_of_keys_make_a_small_page_that_is_exact_and_hides_them() -> None:
    typed = {"extra": json.dumps({f"key{number}": f"hidden {number}" for number in range(2000)})}
    page = fragment(**typed)
    assert panes(page) == [each.text for each in context(**typed)["result"].renderings]
    assert page.count("<span") < 200
    seen = re.sub(r"<span[^>]* data-clear hidden>.*?</span>", "", page, flags=re.DOTALL)
    assert "hidden 0" not in seen
    assert "hidden 1999" not in seen


def test_a_text_without_secrets_has_no_button_to_show_them() -> None:
    assert "data-show" in fragment()
    assert "data-show" not in fragment(password="")


@pytest.mark.parametrize(
    ("typed", "front"),
    [
        ({}, "json"),
        ({"written_as": "uri"}, "uri"),
        ({"tab": "helm"}, "helm"),
        ({"tab": "none"}, "json"),
        ({"mode": "raw", "text": "http://h"}, "uri"),
    ],
)
def test_the_form_that_is_stored_is_in_front_until_another_is_chosen(typed: dict[str, str], front: str) -> None:
    assert context(**typed)["result"].tab == front


def test_the_id_and_the_place_are_in_the_commands() -> None:
    by_id = {each.id: each.text for each in context()["result"].renderings}
    assert "AIRFLOW_CONN_CRM" in by_id["environment"]
    assert "airflow/connections/crm" in by_id["aws"]
    assert "eu-west-1" in by_id["aws"]


def test_nothing_typed_is_no_error() -> None:
    assert context(conn_type="", host="", password="")["is_empty"]
    assert "Nothing is typed yet." in fragment(conn_type="", host="", password="")


def test_what_cannot_be_checked_names_the_fields() -> None:
    page = fragment(port="x", conn_type="")
    assert "A port is a whole number from 1 to 65535." in page
    assert "s3cret" not in page


def test_a_text_that_no_airflow_reads_has_no_result() -> None:
    found = context(mode="raw", text="http://h:port")
    assert found["result"] is None
    assert "The port is not a whole number" in fragment(mode="raw", text="http://h:port")


@pytest.mark.parametrize("text", ["'postgres://u:Kan4rien@h/x'", '"{\\"password\\": \\"Kan4rien\\"}"'])
def test_of_such_a_text_no_field_is_shown_as_nobody_knows_what_is_secret_in_it(text: str) -> None:
    page = fragment(mode="raw", text=text)
    assert "Field by field" in page
    assert "Kan4rien" not in page


def test_a_text_whose_fields_hold_what_belongs_elsewhere_has_no_result() -> None:
    page = fragment(mode="raw", text="google_cloud_platform://?project=x")
    assert context(mode="raw", text="google_cloud_platform://?project=x")["result"] is None
    assert "Same everywhere" not in page
    assert 'name="repair" value="hyphenate:' in page


def test_a_uri_that_is_refused_still_shows_the_json() -> None:
    assert context(host="Upper.Example", written_as="uri")["result"]


def test_other_kinds_have_no_forms() -> None:
    assert "result" not in context(kind="variable", mode="raw", text="x")


@pytest.mark.parametrize(
    ("typed", "action"),
    [({}, "save"), ({"action": "over"}, "over"), ({"action": "show-preview"}, "preview"), ({"repair": "x"}, "preview")],
)
def test_a_repair_is_looked_at_before_it_is_saved(typed: dict[str, str], action: str) -> None:
    assert action_of(sent(**typed), "save") == action


def test_pieces_are_escaped_and_joined() -> None:
    found = pieces([Piece("<a"), Piece(">"), Piece("k", "key"), Piece("%41", "escaped")])
    assert found == '&lt;a&gt;<span class="warn">k</span><span class="esc">%41</span>'
