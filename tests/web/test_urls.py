"""Every route of the product, walked: who gets in, and with which method."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.conftest import Place

PUBLIC: Final = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "healthz",
    "metrics",
    "report",
    "unsubscribe",
    "snooze",
}
# A value for every parameter that a route may have.
SAMPLES: Final = {
    "account": "data-dev",
    "address": "eu-west-1",
    "name": "airflow/connections/crm",
    "pk": 1,
    "a": "v1",
    "b": "v2",
    "version_id": "v1",
    "uidb36": "1",
    "key": "key",
    "deployment": "prod",
    "kind": "connection",
    "rule": "R-25",
    "recipient": 1,
    "delivery": 1,
    "token": "no-token",
    "number": 1,
    "fingerprint": "0" * 32,
}


def routes(patterns: list[URLPattern | URLResolver] | None = None) -> Iterator[URLPattern]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


def names() -> list[str]:
    return sorted({str(route.name) for route in routes()})


def address(name: str) -> str:
    route = next(route for route in routes() if route.name == name)
    parameters = route.pattern.regex.groupindex
    return reverse(name, kwargs={parameter: SAMPLES[parameter] for parameter in parameters})


def test_every_route_has_a_name() -> None:
    assert all(route.name for route in routes())


def test_no_two_routes_share_an_address() -> None:
    assert len({address(name) for name in names()}) == len(names())


@pytest.mark.parametrize("name", sorted(set(names()) - PUBLIC))
def test_it_needs_a_login(client: Client, name: str, place: Place) -> None:
    response = client.get(address(name))
    assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/accounts/login/")
    sent = client.post(address(name))
    # 403: a form that was long to type, kept on a page to sign in on.
    assert sent.status_code == 403 or sent["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_what_is_public_is_meant_to_be(client: Client, name: str, db: None) -> None:
    response = client.get(address(name))
    assert not response.headers.get("Location", "").startswith("/accounts/login/?next=")


@pytest.mark.parametrize("name", names())
def test_it_takes_no_other_method(as_root: Client, name: str, place: Place) -> None:
    for method in (as_root.put, as_root.patch, as_root.delete):
        assert method(address(name)).status_code in (302, 403, 404, 405)
    assert as_root.trace(address(name)).status_code in (302, 403, 404, 405)


@pytest.mark.parametrize("name", sorted(set(names()) - PUBLIC))
def test_an_outsider_gets_no_more_than_an_empty_page(as_charlie: Client, name: str, place: Place) -> None:
    response = as_charlie.get(address(name))
    assert response.status_code in (200, 302, 403, 404, 405)
    content = b"".join(response) if response.streaming else response.content
    assert b"data-dev" not in content.replace(address(name).encode(), b"")
