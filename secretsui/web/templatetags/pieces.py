"""Text in pieces as markup: coloured by what each one is, and secrets under dots until they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from secretsui.core.pieces import Piece, real
from secretsui.web.forms.text import printable

register = template.Library()

_CSS: Final = {"type": "note", "host": "note", "key": "warn", "escaped": "esc"}


@register.simple_tag
def pieces(found: Iterable[Piece], shown: bool = False) -> SafeString:
    """The dots are drawn by the style sheet, so that the text on the page is the text to copy."""
    return format_html_join("", "{}", _marked(found, shown))


def _marked(found: Iterable[Piece], shown: bool) -> Iterator[tuple[str | SafeString]]:
    for tone, run in groupby(found, key=lambda piece: piece.tone):
        text = printable(real(run))
        if tone == "secret":
            yield (secret(text, shown),)
        else:
            yield (format_html('<span class="{}">{}</span>', _CSS[tone], text) if tone in _CSS else text,)


def secret(text: str, shown: bool) -> SafeString:
    """Both the dots and the text, one of them hidden; preview.js changes over."""
    dots, clear = ("hidden", "") if shown else ("", "hidden")
    words = _("hidden")
    return format_html(
        '<span class="dots" role="img" aria-label="{}" {}></span><span class="ok" data-clear {}>{}</span>',
        words,
        dots,
        clear,
        text,
    )
