from __future__ import annotations

import pytest
from django.test import RequestFactory

from secretsui.web.htmx import is_own, page_shown


@pytest.mark.parametrize("header", ["HX-Current-URL", "Referer"])
@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("http://testserver/secrets/?q=a#b", "/secrets/?q=a"),
        ("http://elsewhere.example/secrets/", ""),
        ("http://testserver//elsewhere.example/", ""),
        ("http://testserver/\\elsewhere.example", ""),
        ("http://testserver", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_the_page_shown_is_one_of_ours(header: str, address: str, path: str) -> None:
    assert page_shown(RequestFactory().get("/", headers={header: address})) == path


@pytest.mark.parametrize("path", ["/", "/secrets/?q=x&page=2", "/s/a/b/c/-/edit"])
def test_a_path_of_ours_leads_to_us(path: str) -> None:
    assert is_own(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "//a.example",
        "///a.example",
        "/\\a.example",
        "https://a.example",
        "javascript:alert(1)",
        "\thttps://a.example",
    ],
)
def test_any_other_address_does_not(path: str) -> None:
    assert not is_own(path)
