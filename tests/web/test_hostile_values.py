"""Values that were made to hurt: the pages of their secret still answer, and no text is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.aws import Aws
from tests.conftest import Place, logged_in
from tests.web.one_secret import OneSecret, text_of

HALF = "\\ud800"  # of a surrogate pair, as JSON spells it
CONNECTION = f'{{"conn_type":"postgres","host":"h.example","extra":{{"{HALF}":1,"a\\u0000b":2}},"x{HALF}":1}}'


@pytest.fixture
def one(aws: Aws, live_place: Place) -> OneSecret:
    return OneSecret(aws, live_place, live_place.connections)


@pytest.fixture
def variable(aws: Aws, live_place: Place) -> OneSecret:
    return OneSecret(aws, live_place, live_place.variables, key="settings")


@pytest.fixture
def writer(alice: User) -> Client:
    return logged_in(alice, recently=True)


@pytest.mark.parametrize("field", ["all", "host", "extra", "text"])
def test_a_key_that_no_page_can_hold_is_shown_by_a_sign(one: OneSecret, writer: Client, field: str) -> None:
    response = one.make(CONNECTION).post(writer, "reveal", {"field": field})
    assert response.status_code == 200


def test_an_extra_with_such_a_key_can_be_shown_and_kept(one: OneSecret, writer: Client) -> None:
    one.make(f'{{"conn_type":"postgres","extra":{{"{HALF}":1}}}}')
    shown = one.post(writer, "edit", one.form(writer) | {"action": "show"})
    assert shown.status_code == 200
    assert HALF in text_of(shown)


@pytest.mark.parametrize("which", ["one", "variable"])
def test_versions_with_such_a_key_are_compared(which: str, writer: Client, request: pytest.FixtureRequest) -> None:
    secret: OneSecret = request.getfixturevalue(which)
    text = CONNECTION if which == "one" else f'{{"{HALF}":1}}'
    before = secret.make(text).version
    after = secret.save(text.replace("1", "2"))
    assert secret.get(writer, "compare", f"?a={before}&b={after}").status_code == 200


def test_a_conflict_over_such_a_key_keeps_what_was_typed(one: OneSecret, writer: Client) -> None:
    form = one.make(CONNECTION).form(writer)
    one.save(CONNECTION.replace("h.example", "other.example"))
    response = one.post(writer, "edit", form | {"schema": "typed_here", "accept": "1"})
    assert response.status_code == 409
    assert 'value="typed_here"' in response.content.decode()


def nested(depth: int) -> str:
    return '{"k":' + "[" * depth + "]" * depth + "}"


@pytest.mark.parametrize("depth", [900, 1_300, 9_000])
@pytest.mark.parametrize("member", ["extra", "login"])
def test_deep_nesting_breaks_no_page(one: OneSecret, writer: Client, depth: int, member: str) -> None:
    one.make(f'{{"conn_type":"postgres","{member}":{nested(depth)}}}')
    for field in ("all", "text"):
        response = one.post(writer, "reveal", {"field": field})
        assert response.status_code == 200
        assert len(response.content) < 3_000_000
    assert one.get(writer, "edit").status_code == 200


@pytest.mark.parametrize("depth", [900, 9_000])
def test_deep_nesting_does_not_keep_a_form_from_its_answer(one: OneSecret, writer: Client, depth: int) -> None:
    one.make()
    form: dict[str, Any] = one.form(writer)
    for change in ({"extra": nested(depth)}, {"extra": nested(depth), "written_as": "uri"}):
        assert one.post(writer, "preview", form | change).status_code == 200
        assert one.post(writer, "edit", form | change).status_code in (302, 422)
        form = one.form(writer)


def test_a_wide_indent_is_not_multiplied(one: OneSecret, writer: Client) -> None:
    one.make("{\n" + " " * 20_000 + '"conn_type": "postgres"\n}')
    extra = json.dumps({f"k{number}": number for number in range(3_000)})
    response = one.post(writer, "edit", one.form(writer) | {"extra": extra})
    assert response.status_code in (302, 422)
    assert len(one.value) <= 65_536
