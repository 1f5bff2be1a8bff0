"""Text in pieces as markup: coloured by what each one is, and secrets under dots until they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from secretsui.core.pieces import Piece, real
from secretsui.web.forms.text import printable

register = template.Library()

Run = tuple[SafeString, str, SafeString]

_CSS: Final = {"type": "note", "host": "note", "key": "warn", "escaped": "esc"}
MOST: Final = 1000  # pieces of one text that are marked up one by one
_NOTHING: Final = SafeString("")
_END: Final = SafeString("</span>")
_STARTS: Final[Mapping[str, SafeString]] = {tone: format_html('<span class="{}">', css) for tone, css in _CSS.items()}


@register.simple_tag
def pieces(found: Iterable[Piece], shown: bool = False) -> SafeString:
    """The dots are drawn by the style sheet, so that the text on the page is the text to copy."""
    return format_html_join("", "{}{}{}", _runs(_few(list(found)), _secret(shown)))


def _few(found: Sequence[Piece]) -> Sequence[Piece]:
    """Of very many pieces no more than three, so that the page stays small; what was hidden still is."""
    if len(found) <= MOST:
        return found
    secrets = [place for place, piece in enumerate(found) if piece.tone == "secret"]
    if not secrets:
        return [Piece(real(found))]
    first, behind = secrets[0], secrets[-1] + 1
    return [Piece(real(found[:first])), Piece(real(found[first:behind]), "secret"), Piece(real(found[behind:]))]


def _runs(found: Iterable[Piece], secret: SafeString) -> Iterator[Run]:
    for tone, run in groupby(found, key=attrgetter("tone")):
        text = printable(real(run))
        if tone == "secret":
            yield secret, text, _END
        elif tone in _STARTS:
            yield _STARTS[tone], text, _END
        else:
            yield _NOTHING, text, _NOTHING


def _secret(shown: bool) -> SafeString:
    """Both the dots and the text, one of them hidden; preview.js changes over."""
    dots, clear = ("hidden", "") if shown else ("", "hidden")
    markup = '<span class="dots" role="img" aria-label="{}" {}></span><span class="ok" data-clear {}>'
    return format_html(markup, _("hidden"), dots, clear)
