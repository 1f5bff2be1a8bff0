"""A real browser before the real product: one product per test process, one browser per module, a context per test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import chromium
from tests.browser.product import Product
from tests.browser.watch import Watch
from tests.needs import need

WIDE: Final = {"width": 1440, "height": 1000}
NARROW: Final = {"width": 390, "height": 844}
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    need(chromium.path(), "Chromium is not installed")
    product = Product()
    yield product
    product.stop()


@pytest.fixture(scope="module")
def browser(product: Product) -> Iterator[Browser]:
    """Not for the session: while it runs, Django takes the whole thread for an asynchronous one."""
    with sync_playwright() as playwright, chromium.launched(playwright) as browser:
        yield browser


class Visits:
    """Opens pages as somebody, and listens to all of them."""

    def __init__(self, browser: Browser, product: Product) -> None:
        self._browser, self.product = browser, product
        self._contexts: list[BrowserContext] = []
        self._watches: list[Watch] = []
        self._expected: set[int] = set()

    def __call__(self, who: str = "", *, minutes_ago: int = 0, **options: Any) -> Page:
        """A page of a browser of its own; without `who` nobody is signed in."""
        context = self._browser.new_context(
            **{"base_url": self.product.url, "viewport": WIDE, "color_scheme": "light", "locale": "en"} | options
        )
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        self._watches.append(Watch(context, self.product.url))
        if who:
            context.add_cookies([self.product.cookie(who, minutes_ago=minutes_ago)])
        return context.new_page()

    def expect(self, *statuses: int) -> None:
        """Answers that the test provokes on purpose, in every browser of it."""
        self._expected.update(statuses)

    def close(self) -> list[str]:
        """What was heard that should not have been."""
        for context in self._contexts:
            context.close()
        heard = [words for watch in self._watches for words in watch.complaints(self._expected)]
        return [*heard, self.product.last_words()] if any("status of 500" in words for words in heard) else heard


@pytest.fixture
def visit(browser: Browser, product: Product) -> Iterator[Visits]:
    visits = Visits(browser, product)
    yield visits
    assert visits.close() == []


@pytest.fixture
def page(visit: Visits) -> Page:
    """Alice, who may write, on a wide and light screen."""
    return visit("alice")
