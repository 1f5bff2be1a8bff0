"""What is wrong with a page as it stands: accessibility rules, sideways scrolling, markup that the policy forbids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST: Final = ["color-contrast"]
WIDTHS: Final = (320, 390, 768, 1024, 1440)
_SCRIPT: Final = Axe().axe_script
_RUN: Final = "rules => axe.run({runOnly: rules, resultTypes: ['violations']})"
_TOO_WIDE: Final = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
    && getComputedStyle(e).position !== 'fixed').slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""
_INLINE: Final = """() => [...document.querySelectorAll('*')].filter(e =>
    e.matches('style, script:not([src]), [style], [href^="javascript:"]') ||
    [...e.attributes].some(a => a.name.startsWith('on') || a.name.startsWith('hx-on')))
  .map(e => e.outerHTML.slice(0, 120))"""


def violations(page: Page, rules: Sequence[str] = RULES) -> list[str]:
    if page.evaluate("() => typeof window.axe === 'undefined'"):
        page.evaluate(_SCRIPT)
    found: dict[str, Any] = page.evaluate(_RUN, rules)
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def sideways(page: Page, widths: Sequence[int] = WIDTHS) -> dict[int, list[str]]:
    """The widths at which the page scrolls sideways, each with what sticks out."""
    before = page.viewport_size
    found: dict[int, list[str]] = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found[width] = page.evaluate(_TOO_WIDE)
    if before:
        page.set_viewport_size(before)
    return found


def inline(page: Page) -> list[str]:
    """Elements with a style, script or handler of their own, which the policy would block."""
    found: list[str] = page.evaluate(_INLINE)
    return found
