"""What a page says behind a person's back: console, errors, failed requests and broken security policy."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

_STATUS: Final = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
# A hint below the level of a warning: the form that edits a connection's password may also ask for the person's own.
_HINT: Final = "[DOM] Multiple forms should be contained in their own form elements"
_LISTENER: Final = """
document.addEventListener('securitypolicyviolation', e =>
  window.heardViolation(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
"""
POLICY: Final = {
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}

# Of an e-mail that is looked at: it may style itself, and nothing else.
MAIL: Final = {
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "sandbox allow-popups allow-popups-to-escape-sandbox",
}


class Watch:
    """Listens to every page of a context."""

    def __init__(self, context: BrowserContext, home: str) -> None:
        self._home = home
        self._heard: list[str] = []
        context.expose_binding("heardViolation", lambda _, words: self._heard.append(f"policy: {words}"))
        context.add_init_script(_LISTENER)
        context.on("page", self._listen)

    def complaints(self, expected: Collection[int] = ()) -> list[str]:
        """All but the answers with one of the `expected` statuses."""
        return [words for words in self._heard if not _has_status(words, expected)]

    def _listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._heard.append(f"script: {error}"))
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.text.startswith(_HINT):
            return
        self._heard.append(f"console, {message.type}: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self._home, "data:")):
            self._heard.append(f"request elsewhere: {request.url}")

    def _failed(self, request: Request) -> None:
        # A request that htmx replaced by a newer one, or a page that was left.
        if request.failure != "net::ERR_ABORTED":
            self._heard.append(f"request: {request.failure} {request.url}")

    def _response(self, response: Response) -> None:
        if response.request.resource_type != "document":
            return
        policy = response.headers.get("content-security-policy", "")
        wanted = MAIL if response.url.endswith("/mail/html/") else POLICY
        if {part.strip() for part in policy.split(";")} != wanted:
            self._heard.append(f"policy of {response.url}: {policy or 'none'}")


def _has_status(words: str, statuses: Collection[int]) -> bool:
    found = _STATUS.search(words)
    return bool(found) and int(found[1]) in statuses  # type: ignore[index]
