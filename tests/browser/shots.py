"""Pictures of every screen and state, to be looked at: light and dark, wide and narrow, with no, few and many rows.

python -m tests.browser.shots FOLDER [SCREEN …]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Error, Page, ViewportSize, sync_playwright

from tests.browser.chromium import launched
from tests.browser.product import Product
from tests.browser.screens import SCREENS, Screen, Way, at

SIZES: Final[Mapping[str, ViewportSize]] = {
    "wide": {"width": 1440, "height": 1000},
    "narrow": {"width": 390, "height": 844},
}
SCHEMES: Final = ("light", "dark")
PLACES: Final = {
    "overview": "/",
    "list": "/secrets/",
    "trash": "/trash/",
    "accounts": "/settings/accounts/",
    "deployments": "/settings/deployments/",
    "activity": "/activity/",
    "people": "/settings/people/",
    "new": "/secrets/new",
    "conflicts": "/d/",
    "why": "/why/",
    "audits": "/audits/",
    "setup": "/setup/",
    "settings-check": "/setup/check/",
    "pattern-test": "/setup/pattern/",
    "doctor": "/doctor/",
}
EMPTY: Final = {f"empty-{name}": at(path) for name, path in PLACES.items()}
MANY: Final = {
    "many-overview": at("/"),
    "many-list": at("/secrets/"),
    "many-last-page": at("/secrets/?account=bench&page=200"),
    "many-found": at("/secrets/?q=snowflake_warehouse"),
    "many-accounts": at("/settings/accounts/"),
    "many-conflicts": at("/d/many-ids/conflicts/?all=1&page=201"),
    "many-conflicts-one": at("/d/many-ids/conflicts/?q=warehouse_04242"),
}


class Album:
    """Opens pages as the tests do, and keeps what they look like."""

    def __init__(self, browser: Browser, product: Product, folder: Path) -> None:
        self._browser, self.product, self._folder = browser, product, folder

    def __call__(self, who: str = "", *, minutes_ago: int = 0, **options: Any) -> Page:
        context = self._browser.new_context(**{"base_url": self.product.url, "viewport": SIZES["wide"]} | options)
        if who:
            context.add_cookies([self.product.cookie(who, minutes_ago=minutes_ago)])
        return context.new_page()

    def expect(self, *statuses: int) -> None:
        """Nothing is listened to here."""

    def take(self, screens: Mapping[str, Screen], wanted: Sequence[str]) -> None:
        for name, screen in screens.items():
            if not wanted or name in wanted:
                try:
                    self._take(name, screen(Way(self, reduced_motion="reduce")))
                except (AssertionError, Error) as error:
                    print(f"{name}: {error}", file=sys.stderr)
                for context in self._browser.contexts:
                    context.close()

    def _take(self, name: str, page: Page) -> None:
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=self._folder / f"{name}-{size}-{scheme}.png")
        print(name, flush=True)


@contextmanager
def running(**options: bool) -> Iterator[Product]:
    product = Product(**options)
    try:
        yield product
    finally:
        product.stop()


def main(folder: Path, wanted: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, launched(playwright) as browser:
        if not wanted or set(wanted) & set(EMPTY):
            with running(sample=False, scratch=False) as product:
                Album(browser, product, folder).take(EMPTY, wanted)
        with running() as product:
            album = Album(browser, product, folder)
            product.clashing(10_000)
            album.take(SCREENS, wanted)
            if not wanted or set(wanted) & set(MANY):
                product.tell("many", number=10_000)
                product.tell("grants")
                album.take(MANY, wanted)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
