from __future__ import annotations

import pytest
from django.test import Client

from tests.web.one_secret import HTMX, text_of
from tests.web.test_markup import check, check_whole


def found(client: Client, words: str) -> str:
    return client.get("/types/", {"q": words}, headers=HTMX).content.decode()


def test_a_search_answers_with_buttons_best_first(as_alice: Client) -> None:
    page = found(as_alice, "postgres")
    check(page)
    assert page.index('value="postgres"') < page.index("</button>")
    assert 'name="type"' in page
    assert "formnovalidate" in page


def test_an_empty_search_has_every_type(as_alice: Client) -> None:
    assert found(as_alice, "").count('name="type"') > 100


def test_what_nobody_provides_can_be_used_all_the_same(as_alice: Client) -> None:
    page = found(as_alice, "zz<no>type")
    assert "No provider of Airflow has a type like “zz&lt;no&gt;type”." in page
    assert 'value="zz&lt;no&gt;type"' in page


def test_the_page_lists_types_with_what_they_need(as_alice: Client) -> None:
    response = as_alice.get("/types/?q=postgres")
    check_whole(response.content.decode())
    assert "Postgres postgres apache-airflow-providers-postgres" in text_of(response)
    assert 'href="/builder/?type=postgres"' in response.content.decode()
    nothing = as_alice.get("/types/?q=zzz-nothing")
    check_whole(nothing.content.decode())
    assert "No such connection type" in text_of(nothing)


@pytest.mark.parametrize("who", ["as_bob", "as_charlie"])
def test_anybody_who_is_signed_in_may_search(request: pytest.FixtureRequest, who: str) -> None:
    client: Client = request.getfixturevalue(who)
    assert "Postgres" in found(client, "postgres")


def test_a_long_search_is_cut(as_alice: Client) -> None:
    assert "x" * 101 not in found(as_alice, "x" * 5_000)


def test_strangers_sign_in_first(client: Client, db: None) -> None:
    assert client.get("/types/").headers["Location"].startswith("/accounts/login/")


def test_wrong_methods(as_alice: Client) -> None:
    assert as_alice.post("/types/").status_code == 405
