"""Every screen and state: axe finds nothing, light or dark, wide or narrow; nothing scrolls sideways or is inline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Page

from tests.browser import axe
from tests.browser.conftest import NARROW, WIDE, Visits
from tests.browser.screens import SCREENS, Way

pytestmark = pytest.mark.browser
LOOKS: Final = ((WIDE, "light", axe.RULES), (WIDE, "dark", axe.CONTRAST), (NARROW, "dark", axe.RULES))


@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_is_accessible_and_fits(name: str, visit: Visits) -> None:
    page = SCREENS[name](Way(visit, reduced_motion="reduce"))
    assert axe.inline(page) == []
    assert "\n".join(looked_at(page)) == ""
    assert axe.sideways(page) == {}


def looked_at(page: Page) -> Iterator[str]:
    """Without motion, since colours that are on their way to others are neither.

    What depends on the width alone is asked once for each, and so are the colours: all rules on the wide light page and
    on the narrow dark one, and beside them the contrast of the wide dark one.
    """
    for size, scheme, rules in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        if page.locator(".bulk:visible").count():  # at its end the page has room for the bar that sticks there
            page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        for wrong in axe.violations(page, rules):
            yield f"{scheme}, {size['width']}: {wrong}"


def test_the_narrow_navigation_is_accessible(visit: Visits) -> None:
    page = visit("admin", viewport=NARROW, reduced_motion="reduce")
    page.goto("/")
    page.get_by_role("button", name="Open navigation").click()
    page.get_by_role("navigation", name="Main").get_by_text("data-prod").click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe.violations(page) == []
